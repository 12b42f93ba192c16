// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** How connections are opened. */
public interface Dialer {
    /**
     * Dials plainly.
     *
     * @param targets where the peer may be
     * @return the secured connection
     */
    CompletableFuture<Connection> dial(DialTargets targets);

    /**
     * Prepares for a peer that is about to dial from one of its addresses: this side will begin the handshake.
     *
     * @param addresses where the peer may be
     * @param peer who
     */
    void expect(List<Multiaddr> addresses, PeerId peer);

    /**
     * Dials while the peer does the same.
     *
     * @param address where the peer may be
     * @param peer who
     * @param initiator whether this side begins the handshake
     * @return the secured connection
     */
    CompletableFuture<Connection> punch(Multiaddr address, PeerId peer, boolean initiator);
}
