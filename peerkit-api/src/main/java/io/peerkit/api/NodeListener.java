// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.Optional;

/** Is told what happens in a node. Called on the node's user executor, one call at a time. */
public interface NodeListener {
    /**
     * A peer passed the access handshake.
     *
     * @param agent the peer
     * @param direct false when bytes go through a relay
     */
    default void peerConnected(AgentId agent, boolean direct) {}

    /**
     * The last connection to a peer closed.
     *
     * @param agent the peer
     */
    default void peerDisconnected(AgentId agent) {}

    /**
     * Someone was turned away by the access handshake, or turned this node away.
     *
     * @param node the node
     * @param agent who it claimed to be, where it got that far; not proven
     * @param reason a stable kebab-case code
     */
    default void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {}

    /**
     * An entry from a peer was accepted and is stored durably.
     *
     * @param incoming the entry
     */
    default void integrated(Incoming incoming) {}

    /**
     * A peer sent a message.
     *
     * @param from the peer
     * @param message its bytes
     */
    default void messageReceived(AgentId from, byte[] message) {}
}
