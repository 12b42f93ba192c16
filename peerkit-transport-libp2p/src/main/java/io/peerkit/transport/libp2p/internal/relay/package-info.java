// SPDX-License-Identifier: Apache-2.0
/**
 * Circuit relay v2: nodes that cannot be dialed reserve a place at a relay, and others reach them through it.
 *
 * <p>{@link io.peerkit.transport.libp2p.internal.relay.RelayService} and
 * {@link io.peerkit.transport.libp2p.internal.relay.ReservationKeeper} decide, without IO; the rest carries that out on streams.
 */
package io.peerkit.transport.libp2p.internal.relay;
