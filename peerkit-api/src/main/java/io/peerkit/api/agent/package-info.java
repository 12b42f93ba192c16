// SPDX-License-Identifier: Apache-2.0
/** Who we are: identity, signatures and the signed address cards of agents. */
package io.peerkit.api.agent;
