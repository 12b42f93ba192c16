// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.overlay.ActiveView.Link;
import io.peerkit.gossip.internal.overlay.ActiveView.State;
import io.peerkit.gossip.internal.peer.Allowance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What a node with bounded views knows, and the small steps that change it. Times are steady milliseconds. */
final class Views {
    /** How long an agent may take to answer whether it is a neighbour. */
    static final long ASK_WAIT = 10_000;

    /** How long after asking an agent in vain it is asked again, as long as there is room. */
    static final long ASK_AGAIN = 60_000;

    /** How long an agent that is no neighbour may stay, to get answers to its walks. */
    static final long VISIT = 30_000;

    /** How long an agent that was refused or has parted may take to close the connection itself. */
    static final long LEAVE_WAIT = 3_000;

    /** After this time a dial without an outcome counts as failed. */
    static final long DIAL_WAIT = 60_000;

    /** How long the finder of a walk expects its origin. */
    static final long EXPECT_WAIT = 30_000;

    /** The most origins that are expected, for each place in the view. */
    static final int EXPECTED_PER_PLACE = 4;

    /** The most agents remembered that turned this node away. */
    static final int MAX_DENIED = 256;

    /** The passive view has room for so many times the active view. */
    static final int PASSIVE_FACTOR = 6;

    /** The most answers that a link may owe. */
    private static final int MAX_DUE = 32;

    /** How many cards are told to an agent that is not taken in, and in an exchange. */
    static final int CARDS = 8;

    private static final double EVICTIONS_AT_ONCE = 2;
    private static final double EVICTIONS_PER_SECOND = 0.5;

    final int size;
    final ActiveView active = new ActiveView();
    final PassiveView passive;
    final Map<AgentId, Long> dials = new LinkedHashMap<>();
    final Map<AgentId, Long> expected = new LinkedHashMap<>();
    final Set<AgentId> denied = new LinkedHashSet<>();
    final OverlayFigures figures = new OverlayFigures();
    private final Allowance evictions = new Allowance(EVICTIONS_AT_ONCE, EVICTIONS_PER_SECOND);
    private List<ConnectionStrategy.Action> actions = new ArrayList<>();
    Optional<AgentId> self = Optional.empty();

    /** The view may be larger than its size for a while, when it was larger before. */
    int limit;

    /** How many rounds of search went by since a neighbour was lost. */
    int searches;

    /** When to search next. */
    long searchAt;

    Views(int size) {
        this.size = size;
        this.limit = size;
        this.passive = new PassiveView(size * PASSIVE_FACTOR);
    }

    List<ConnectionStrategy.Action> takeActions() {
        List<ConnectionStrategy.Action> taken = actions;
        actions = new ArrayList<>();
        return taken;
    }

    void say(AgentId to, OverlayMessage message, List<AgentId> cards) {
        actions.add(new ConnectionStrategy.Tell(to, OverlayCodec.encode(message), cards));
    }

    void disconnect(AgentId agent) {
        actions.add(new ConnectionStrategy.Disconnect(agent));
    }

    AgentId self() {
        return self.orElseThrow();
    }

    /** Places that nobody has, nobody was asked for and nobody is dialed for. */
    int room() {
        return size - active.neighbours() - active.asking() - dials.size();
    }

    /** Whether fewer than half of the places have neighbours. */
    boolean isPoor() {
        return active.neighbours() < (size + 1) / 2;
    }

    /** Asks a connected agent to be a neighbour; one without any neighbours joins. */
    void ask(Link link, boolean high, long now) {
        link.askAt = now + ASK_AGAIN;
        active.state(link, State.ASKING, now + ASK_WAIT);
        if (active.neighbours() == 0) {
            owed(link, size);
            say(link.agent, new OverlayMessage.Join(), List.of(self()));
        } else {
            say(link.agent, new OverlayMessage.Neighbour(high), List.of(self()));
        }
    }

    void owed(Link link, int walks) {
        link.walksDue = Math.min(MAX_DUE, link.walksDue + walks);
    }

    /** Connects to an agent that this node chose, or asks it when it is connected. */
    void choose(AgentId agent, long now) {
        Optional<Link> link = active.get(agent);
        if (link.isEmpty()) {
            dials.put(agent, now + DIAL_WAIT);
            actions.add(new ConnectionStrategy.Dial(agent));
        } else if (link.get().state == State.GUEST) {
            link.get().chosen = true;
            ask(link.get(), true, now);
        }
    }

    /** Takes an agent in. */
    void accept(Link link) {
        neighbour(link);
        say(link.agent, new OverlayMessage.Accept(), List.of());
    }

    void neighbour(Link link) {
        expected.remove(link.agent);
        passive.remove(link.agent);
        active.state(link, State.NEIGHBOUR, Long.MAX_VALUE);
    }

    /** Takes an agent in for whom another must make room, if there is a reason and it does not happen too often. */
    boolean acceptByForce(Link link, boolean high, long now, RandomGenerator random) {
        boolean awaited = expected.remove(link.agent) != null;
        if ((!awaited && !high) || !evictions.take(now)) {
            return false;
        }
        makeRoom(link.agent, now, random);
        accept(link);
        return true;
    }

    void makeRoom(AgentId except, long now, RandomGenerator random) {
        active.victim(except, size / 2, random).ifPresent(victim -> {
            figures.evictions++;
            part(victim, now, random);
        });
    }

    /** Ends being neighbours in peace: the other closes the connection, or this node does if it does not. */
    void part(Link link, long now, RandomGenerator random) {
        active.state(link, State.PARTING, now + LEAVE_WAIT);
        passive.offer(link.agent, link.agent, random);
        say(link.agent, new OverlayMessage.Part(), List.of());
    }

    /** A neighbour is gone: look for another soon, not all at the same moment. */
    void lostNeighbour(long now, RandomGenerator random) {
        searches = 0;
        searchAt = now + random.nextInt(BoundedViews.FIRST_SEARCH);
    }

    /** Notes agents that a peer named. */
    void learn(List<AgentId> agents, AgentId source, RandomGenerator random) {
        int taken = 0;
        for (AgentId agent : agents) {
            if (taken < CARDS && !agent.equals(self()) && !active.contains(agent) && !denied.contains(agent)) {
                passive.offer(agent, source, random);
                taken++;
            }
        }
    }

    /** Expects the origin of a walk that ended here. */
    void expect(AgentId origin, long now) {
        if (expected.size() >= size * EXPECTED_PER_PLACE) {
            expected.remove(expected.keySet().iterator().next());
        }
        expected.put(origin, now + EXPECT_WAIT);
    }

    /** Some agents of both views to name to another. */
    List<AgentId> sample(AgentId except, int most, RandomGenerator random) {
        List<AgentId> neighbours = active.neighbourIds();
        neighbours.remove(except);
        List<AgentId> sample = PassiveView.some(neighbours, (most + 1) / 2, random);
        List<AgentId> more = passive.sample(most, random);
        more.remove(except);
        for (int i = 0; i < more.size() && sample.size() < most; i++) {
            sample.add(more.get(i));
        }
        return sample;
    }

    boolean knows(AgentId agent) {
        return active.contains(agent)
                || passive.contains(agent)
                || dials.containsKey(agent)
                || expected.containsKey(agent);
    }
}
