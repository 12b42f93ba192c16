// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.access;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import java.util.Optional;

/** Hears the verdicts of access handshakes. Called on the event loop of the connection in question. */
public interface AccessListener {
    /**
     * A connection was let in.
     *
     * @param connection the connection, about to be established
     * @param grant who is behind it
     */
    void granted(Connection connection, AccessGrant grant);

    /**
     * A node was turned away.
     *
     * @param node the node
     * @param agentId who it claimed to be
     * @param reason why
     */
    void denied(NodeId node, Optional<AgentId> agentId, String reason);

    /**
     * A connection closed.
     *
     * @param connection a connection, granted or not
     */
    void closed(Connection connection);
}
