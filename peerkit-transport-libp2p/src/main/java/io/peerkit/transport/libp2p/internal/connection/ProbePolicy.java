// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import java.util.Set;

/**
 * For connections that only show that a peer answers somewhere: neither side asks the other for access, and the peer is told
 * what anyone is told. They close with the time of the handshake at the latest.
 */
final class ProbePolicy implements ConnectionPolicy {
    private static final Set<String> SERVED =
            Set.of(IdentifyMessage.PROTOCOL, IdentifyMessage.PUSH_PROTOCOL, PingProtocol.ID);

    @Override
    public boolean admits(PeerId peer) {
        return true; // it was dialed for being let in already
    }

    @Override
    public void secured(Connection connection) {
        // Who dialed it opens the one stream it is for.
    }

    @Override
    public boolean serves(Connection connection, String protocol) {
        return SERVED.contains(protocol);
    }

    @Override
    public void closed(Connection connection) {
        // Nothing is kept.
    }
}
