// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.internal.agents.AgentDirectory;
import io.peerkit.gossip.internal.peer.PeerTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Who can be asked something: the connected agents, and those whose addresses are known. Belongs to the node loop. */
public final class Contacts {
    private final Transport transport;
    private final AgentDirectory directory;
    private final PeerTable peers;
    private final Predicate<AgentId> blocked;

    /**
     * @param blocked whom not to dial
     */
    public Contacts(Transport transport, AgentDirectory directory, PeerTable peers, Predicate<AgentId> blocked) {
        this.transport = transport;
        this.directory = directory;
        this.peers = peers;
        this.blocked = blocked;
    }

    /** Everybody, the connected ones first. */
    public Set<AgentId> known() {
        Set<AgentId> known = new LinkedHashSet<>(peers.agents());
        directory.all().forEach(card -> known.add(card.agentId()));
        return known;
    }

    /** Whether an agent is connected. */
    public boolean isConnected(AgentId agent) {
        return peers.isConnected(agent);
    }

    /** The nodes of an agent that are connected, those without a relay in between first. */
    public List<NodeId> nodesOf(AgentId agent) {
        List<NodeId> nodes = new ArrayList<>();
        List<NodeId> relayed = new ArrayList<>();
        for (NodeId node : peers.nodesOf(agent)) {
            (transport.isDirect(node) ? nodes : relayed).add(node);
        }
        nodes.addAll(relayed);
        return nodes;
    }

    /** Connects to an agent; who answers at its addresses is seen when the access handshake is over. */
    public CompletableFuture<NodeId> reach(AgentId agent) {
        Optional<AgentInfo> card = directory.get(agent);
        if (blocked.test(agent) || card.isEmpty() || card.get().addresses().isEmpty()) {
            return CompletableFuture.failedFuture(
                    new PeerUnreachableException("agent " + agent + " is turned away or has no known address"));
        }
        return transport.connect(card.get().addresses());
    }
}
