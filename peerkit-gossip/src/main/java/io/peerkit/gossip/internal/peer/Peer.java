// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;

/**
 * A granted node and the agent behind it. One agent may have several nodes.
 *
 * @param node the node
 * @param agent who is behind it
 */
public record Peer(NodeId node, AgentId agent) {
    /** Whether a side's session wins over the other's when both begin at once: the smaller agent, then the smaller node. */
    public static boolean wins(AgentId agent, NodeId node, Peer other) {
        int byAgent = agent.compareTo(other.agent());
        return byAgent != 0 ? byAgent < 0 : node.value().compareTo(other.node().value()) < 0;
    }
}
