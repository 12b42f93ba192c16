// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.agents.AgentDirectory;
import io.peerkit.gossip.internal.agents.AgentGossip;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerTable;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what the connection strategy decides, and tells it what happens. Belongs to the node loop. */
public final class Dialer implements AgentGossip.Listener {
    /** Brings what strategies tell one another. */
    @FunctionalInterface
    public interface Courier {
        /** Sends a message with the cards of some agents. */
        void tell(NodeId to, byte[] message, List<AgentId> cards);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final NodeLoop loop;
    private final Transport transport;
    private final ConnectionStrategy strategy;
    private final AgentDirectory directory;
    private final PeerTable peers;
    private final Predicate<AgentId> blocked;
    private final Alarm alarm;
    private Optional<Courier> courier = Optional.empty();
    private boolean stopped;

    /**
     * @param blocked whom not to dial
     */
    public Dialer(
            NodeLoop loop,
            Transport transport,
            ConnectionStrategy strategy,
            AgentDirectory directory,
            PeerTable peers,
            Predicate<AgentId> blocked) {
        this.loop = loop;
        this.transport = transport;
        this.strategy = strategy;
        this.directory = directory;
        this.peers = peers;
        this.blocked = blocked;
        this.alarm = new Alarm(loop, () -> perform(strategy.woken(loop.now(), loop.random())));
    }

    /** The node starts. */
    public void start(AgentId self, Courier messages) {
        courier = Optional.of(messages);
        perform(strategy.started(self, loop.now()));
    }

    @Override
    public void agentKnown(AgentInfo info) {
        perform(strategy.agentKnown(info, loop.now(), loop.random()));
    }

    @Override
    public void agentForgotten(AgentId agent) {
        strategy.agentForgotten(agent);
    }

    @Override
    public void told(AgentId from, byte[] message, List<AgentInfo> cards) {
        perform(strategy.told(from, message, cards, loop.now(), loop.random()));
    }

    @Override
    public boolean keeps(AgentId agent) {
        return peers.isConnected(agent) || strategy.keeps(agent);
    }

    @Override
    public int maxCards() {
        return strategy.maxCards();
    }

    /** An agent's first node is connected. */
    public void connected(AgentId agent) {
        perform(strategy.connected(agent, loop.now()));
    }

    /** An agent's last node is gone. */
    public void disconnected(AgentId agent) {
        perform(strategy.disconnected(agent, loop.now(), loop.random()));
    }

    /** What could not be reached may be reachable now. */
    public void networkChanged() {
        perform(strategy.networkChanged(loop.now(), loop.random()));
    }

    private void perform(List<ConnectionStrategy.Action> actions) {
        if (stopped) {
            return;
        }
        for (ConnectionStrategy.Action action : actions) {
            if (action instanceof ConnectionStrategy.Dial dial) {
                dial(dial.agent());
            } else if (action instanceof ConnectionStrategy.Disconnect disconnect) {
                peers.nodesOf(disconnect.agent()).forEach(transport::disconnect);
            } else if (action instanceof ConnectionStrategy.WakeAt wake) {
                alarm.at(wake.time());
            } else if (action instanceof ConnectionStrategy.Tell tell) {
                tell(tell);
            }
        }
    }

    private void tell(ConnectionStrategy.Tell tell) {
        List<NodeId> nodes = peers.nodesOf(tell.to());
        if (!nodes.isEmpty()) {
            courier.ifPresent(messages -> messages.tell(nodes.get(0), tell.message(), tell.cards()));
        }
    }

    private void dial(AgentId agent) {
        Optional<AgentInfo> card = directory.get(agent);
        if (blocked.test(agent)) {
            // With back-off, since it may be let in again.
            loop.execute(() -> failed(agent, true));
        } else if (card.isEmpty() || card.get().addresses().isEmpty()) {
            loop.execute(() -> failed(agent, true));
        } else {
            LoopHop.then(loop, transport.connect(card.get().addresses()), node -> reached(agent, node), reason -> {
                LOG.debug("could not connect to agent {}: {}", agent, reason.getMessage());
                failed(agent, !(reason instanceof AccessDeniedException denied && denied.isLasting()));
            });
        }
    }

    private void reached(AgentId agent, NodeId node) {
        Optional<Peer> peer = peers.at(node);
        if (peer.isPresent() && !peer.get().agent().equals(agent)) {
            LOG.debug("agent {} answered at the address of agent {}", peer.get().agent(), agent);
            failed(agent, true);
        }
    }

    private void failed(AgentId agent, boolean retry) {
        perform(strategy.dialFailed(agent, retry, loop.now(), loop.random()));
    }

    /** Dials no more. */
    public void stop() {
        stopped = true;
        alarm.cancel();
    }
}
