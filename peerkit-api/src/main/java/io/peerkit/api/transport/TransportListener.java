// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.util.List;
import java.util.Optional;

/**
 * Is told what happens in a transport. Calls come from the transport's threads, those about one connection in order;
 * they must return at once.
 */
public interface TransportListener {
    /**
     * A node passed the access handshake. Called once until it is gone, however many connections it holds.
     *
     * @param node the node
     * @param grant who is behind it
     */
    void peerGranted(NodeId node, AccessGrant grant);

    /**
     * The last connection to a node closed.
     *
     * @param node a node that was granted
     */
    void peerGone(NodeId node);

    /**
     * Bytes get to a granted node in another way than before. Not called for the way on which it was granted.
     *
     * @param node a granted node
     * @param path the new way
     */
    default void pathChanged(NodeId node, Path path) {}

    /**
     * A node failed the access handshake, here or in its own judgement, and was cut off.
     *
     * @param node the node
     * @param agentId who it claimed to be, where it got that far; not proven
     * @param reason a stable kebab-case code
     */
    void peerDenied(NodeId node, Optional<AgentId> agentId, String reason);

    /**
     * This node's own addresses changed.
     *
     * @param addresses all of them
     */
    void addressesChanged(List<NodeAddress> addresses);

    /**
     * The machine's network is another than before, or the machine has slept: what could not be reached may be reachable
     * now. Told at most every few seconds.
     */
    default void networkChanged() {}

    /**
     * A node was found nearby. Nothing about it is proven before it is connected, and anybody near can have made it up; told of
     * a bounded number of nodes at a bounded rate, and again while it stays there.
     *
     * @param node who is said to be there
     * @param addresses where, at most 16
     */
    default void nodeFound(NodeId node, List<NodeAddress> addresses) {}

    /**
     * A granted node sent agent cards.
     *
     * @param node the sender
     * @param message at most {@link Transport#MAX_MESSAGE_BYTES} bytes
     */
    void agentsReceived(NodeId node, byte[] message);

    /**
     * A granted node sent an application message. Never called in infrastructure mode.
     *
     * @param node the sender
     * @param message at most {@link Transport#MAX_MESSAGE_BYTES} bytes
     */
    void messageReceived(NodeId node, byte[] message);
}
