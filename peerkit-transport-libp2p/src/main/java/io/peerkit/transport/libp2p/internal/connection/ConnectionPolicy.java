// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;

/** Decides who may connect and what is served to whom. Called on the event loop of the connection in question. */
public interface ConnectionPolicy {
    /**
     * Whether a peer may go on after it has proven who it is.
     *
     * @param peer the peer
     * @return false to close the connection at once
     */
    boolean admits(PeerId peer);

    /**
     * The connection is ready for streams. Sooner or later {@link Connection#establish} it, {@link Connection#refuse} it or
     * close it.
     *
     * @param connection the new connection
     */
    void secured(Connection connection);

    /**
     * Whether a stream may be served. When not, the connection is closed.
     *
     * @param connection where the peer opened it
     * @param protocol what the peer proposes
     * @return true also for protocols that nobody here speaks; they are refused politely
     */
    boolean serves(Connection connection, String protocol);

    /**
     * A connection of which {@link #secured} told is closed.
     *
     * @param connection the connection
     */
    void closed(Connection connection);
}
