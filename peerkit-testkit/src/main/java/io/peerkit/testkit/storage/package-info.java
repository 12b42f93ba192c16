// SPDX-License-Identifier: Apache-2.0
/** A store in memory, and the suite that every store passes. */
package io.peerkit.testkit.storage;
