// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;

/** Lets everyone in and serves everything: the stack below the access gate. */
public class OpenPolicy implements ConnectionPolicy {
    @Override
    public boolean admits(PeerId peer) {
        return true;
    }

    @Override
    public void secured(Connection connection) {
        connection.establish();
    }

    @Override
    public boolean serves(Connection connection, String protocol) {
        return true;
    }

    @Override
    public void closed(Connection connection) {
        // Nothing is kept.
    }
}
