// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.ConnectionStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Keeps any strategy within what nodes have to spare: this node does not dial, and does not keep, more connections than its own capacity;
 * and it leaves it to agents with less room than itself to dial, when there are more agents than they have room for.
 *
 * <p>What is not dialed counts for the strategy as a dial without an outcome, which it has to be prepared for. Belongs to the node loop.
 */
public final class CapacityConnections implements ConnectionStrategy {
    /** A node at its limit lets so many more stay for a while: those that look for neighbours by way of it. */
    static final int GUESTS = 2;

    /** The most cards whose capacity is remembered: as many as the directory keeps. */
    private static final int MAX_KNOWN = 4_096;

    private final ConnectionStrategy strategy;
    private final int own;
    private final Map<AgentId, Integer> room = new LinkedHashMap<>();
    private final Set<AgentId> connected = new LinkedHashSet<>();
    private final Set<AgentId> known = new LinkedHashSet<>();

    CapacityConnections(ConnectionStrategy strategy, NodeCapacity capacity) {
        this.strategy = strategy;
        this.own = capacity.connections();
    }

    /** Wraps a strategy. */
    public static ConnectionStrategy within(ConnectionStrategy strategy, NodeCapacity capacity) {
        return new CapacityConnections(strategy, capacity);
    }

    private List<Action> within(List<Action> actions) {
        List<Action> allowed = new ArrayList<>(actions.size());
        int dials = 0;
        for (Action action : actions) {
            if (!(action instanceof Dial dial)) {
                allowed.add(action);
            } else if (connected.size() + dials < own && !isTooMuchFor(dial.agent())) {
                allowed.add(dial);
                dials++;
            }
        }
        return allowed;
    }

    /** Who has nobody else dials all the same. */
    private boolean isTooMuchFor(AgentId agent) {
        int theirs = room.getOrDefault(agent, NodeCapacity.MAX_CONNECTIONS);
        return theirs < own && theirs < known.size() && !connected.isEmpty();
    }

    @Override
    public List<Action> started(AgentId self, Instant now) {
        return within(strategy.started(self, now));
    }

    @Override
    public List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random) {
        AgentId agent = info.agentId();
        if (known.size() < MAX_KNOWN) {
            known.add(agent);
        }
        room.remove(agent);
        if (info.capacity().connections() < NodeCapacity.MAX_CONNECTIONS && room.size() < MAX_KNOWN) {
            room.put(agent, info.capacity().connections());
        }
        return within(strategy.agentKnown(info, now, random));
    }

    @Override
    public void agentForgotten(AgentId agent) {
        known.remove(agent);
        room.remove(agent);
        strategy.agentForgotten(agent);
    }

    @Override
    public List<Action> connected(AgentId agent, Instant now) {
        connected.add(agent);
        List<Action> actions = new ArrayList<>(within(strategy.connected(agent, now)));
        if (connected.size() > own + GUESTS) {
            // Who has been here longest knows others by now; a newcomer may know nobody else.
            actions.add(new Disconnect(connected.iterator().next()));
        }
        return actions;
    }

    @Override
    public List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random) {
        connected.remove(agent);
        return within(strategy.disconnected(agent, now, random));
    }

    @Override
    public List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random) {
        return within(strategy.dialFailed(agent, retry, now, random));
    }

    @Override
    public List<Action> networkChanged(Instant now, RandomGenerator random) {
        return within(strategy.networkChanged(now, random));
    }

    @Override
    public List<Action> woken(Instant now, RandomGenerator random) {
        return within(strategy.woken(now, random));
    }

    @Override
    public List<Action> told(AgentId from, byte[] message, List<AgentInfo> cards, Instant now, RandomGenerator random) {
        return within(strategy.told(from, message, cards, now, random));
    }

    @Override
    public boolean keeps(AgentId agent) {
        return strategy.keeps(agent);
    }

    @Override
    public int maxCards() {
        return strategy.maxCards();
    }

    @Override
    public boolean needsBootstrap() {
        return connected.size() < own && strategy.needsBootstrap();
    }
}
