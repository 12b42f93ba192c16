// SPDX-License-Identifier: Apache-2.0
/**
 * Whether an address of this node can be reached: a peer is asked to dial it, and dials those of others. {@code DialBackService}
 * decides what is dialed for whom, {@code ReachabilityProbe} who is asked about what; {@code Autonat} carries both out.
 */
package io.peerkit.transport.libp2p.internal.autonat;
