// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The granted nodes by node and by agent; as many as the transport lets in. Belongs to the node loop. */
public final class PeerTable {
    private final Map<NodeId, Peer> byNode = new LinkedHashMap<>();
    private final Map<AgentId, Set<NodeId>> byAgent = new LinkedHashMap<>();

    /** Adds a peer; true when it is the first node of its agent. */
    public boolean add(Peer peer) {
        byNode.put(peer.node(), peer);
        Set<NodeId> nodes = byAgent.computeIfAbsent(peer.agent(), agent -> new LinkedHashSet<>(1));
        return nodes.add(peer.node()) && nodes.size() == 1;
    }

    /** Removes a peer; true when it was the last node of its agent. */
    public boolean remove(Peer peer) {
        byNode.remove(peer.node());
        Set<NodeId> nodes = byAgent.get(peer.agent());
        if (nodes == null || !nodes.remove(peer.node()) || !nodes.isEmpty()) {
            return false;
        }
        byAgent.remove(peer.agent());
        return true;
    }

    /** The peer at a node. */
    public Optional<Peer> at(NodeId node) {
        return Optional.ofNullable(byNode.get(node));
    }

    /** The nodes of an agent, those granted first in front. */
    public List<NodeId> nodesOf(AgentId agent) {
        return List.copyOf(byAgent.getOrDefault(agent, Set.of()));
    }

    /** Whether any node of an agent is here. */
    public boolean isConnected(AgentId agent) {
        return byAgent.containsKey(agent);
    }

    /** All peers, a copy. */
    public Collection<Peer> all() {
        return new ArrayList<>(byNode.values());
    }

    /** The agents that are connected, a copy. */
    public Collection<AgentId> agents() {
        return new ArrayList<>(byAgent.keySet());
    }
}
