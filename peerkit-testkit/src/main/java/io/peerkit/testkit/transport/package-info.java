// SPDX-License-Identifier: Apache-2.0
/** A network in memory with seeded faults, and the contract suite that every transport passes. */
package io.peerkit.testkit.transport;
