// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.overlay.ActiveView.Link;
import io.peerkit.gossip.internal.overlay.ActiveView.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Keeps a few neighbours out of a network of any size, and some more agents in mind in case that neighbours fail.
 *
 * <p>After HyParView: a small symmetric <em>active view</em> of connected neighbours, a larger <em>passive view</em> of agents
 * that could replace them, random walks by which newcomers find neighbours all over the network, and shuffles that keep the
 * passive views random. What differs, and why:
 * <ul>
 *   <li>A connection costs a dial, a key exchange and an access handshake here. So the end of a walk answers along the way
 *       back and its origin dials, which also works for a node that can only dial out; and a node that has lost a neighbour looks for
 *       one with room by a walk over the connections that stand, instead of dialing one passive agent after the other. The passive view
 *       is for those whose neighbours are gone.
 *   <li>The node at which newcomers arrive is often the same. When its view is full it does not throw out a neighbour, but
 *       hosts the newcomer until the walks have found it others.
 *   <li>Answers to walks and shuffles travel back by the path that is written in them, so nobody keeps state for others.
 *   <li>Members may be hostile: messages have an allowance for each peer, answers that nobody asked for are dropped, one
 *       peer fills a quarter of the passive view at most, and a place in the active view that this node chose is not lost to those who
 *       come by themselves as long as such places are half of the view at most.
 * </ul>
 *
 * @see <a href="https://asc.di.fct.unl.pt/~jleitao/pdf/dsn07-leitao.pdf">Leitão, Pereira, Rodrigues: HyParView, DSN 2007</a>
 */
public final class BoundedViews implements ConnectionStrategy {
    /** The smallest view: with less a network falls apart. */
    public static final int MIN_SIZE = 3;

    /** The largest view; who wants more stays connected to everybody. */
    public static final int MAX_SIZE = 64;

    /** How long after a loss the first search begins at most, in milliseconds. */
    static final int FIRST_SEARCH = 1_000;

    /** How far a shuffle goes. */
    static final int SHUFFLE_STEPS = 4;

    private static final long SEARCH_WAIT = 2_000;
    private static final long LONGEST_SEARCH_WAIT = 60_000;
    private static final int MAX_DOUBLINGS = 5;
    private static final int MAX_WALKS = 3;
    private static final int MAX_DIALS = 3;
    private static final long SHUFFLE_WAIT = 30_000;
    private static final long FIRST_SHUFFLE_WAIT = 5_000;
    private static final long ROTATION_WAIT = 600_000;
    private static final long SHRINK_WAIT = 2_000;

    /** The most connected agents that do not speak of views. */
    private static final int MAX_SILENT = 64;

    /** Cards that a peer may send to a node without neighbours. */
    private static final int CARDS_WHEN_ALONE = 16;

    private final Views views;
    private final OverlayTalk talk;
    private boolean shuffling;
    private long shuffleAt;
    private long rotateAt;
    private long shrinkAt;
    private long steady;
    private Optional<Instant> last = Optional.empty();

    /**
     * @param size how many neighbours it keeps, from {@link #MIN_SIZE} to {@link #MAX_SIZE}
     */
    public BoundedViews(int size) {
        if (size < MIN_SIZE || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "view of " + size + " neighbours, must have " + MIN_SIZE + " to " + MAX_SIZE);
        }
        this.views = new Views(size);
        this.talk = new OverlayTalk(views);
    }

    /** The wall clock may step back; what is awaited then comes later by no more than what had passed. */
    private long steady(Instant now) {
        long passed =
                last.map(before -> Duration.between(before, now).toMillis()).orElse(0L);
        last = Optional.of(now);
        steady += Math.max(0, passed);
        return steady;
    }

    @Override
    public List<Action> started(AgentId localAgent, Instant now) {
        steady(now);
        views.self = Optional.of(localAgent);
        return List.of(new WakeAt(now));
    }

    @Override
    public List<Action> agentKnown(AgentInfo info, Instant now, RandomGenerator random) {
        steady(now);
        AgentId agent = info.agentId();
        if (!views.active.contains(agent) && !views.denied.contains(agent) && !views.self.equals(Optional.of(agent))) {
            // Nobody vouches for cards that come by themselves, so they get half of the view, and only what is free.
            views.passive.offerIfRoom(agent, agent, views.size * Views.PASSIVE_FACTOR / 2);
        }
        return views.active.neighbours() == 0 ? List.of(new WakeAt(now)) : List.of();
    }

    @Override
    public void agentForgotten(AgentId agent) {
        views.passive.remove(agent);
    }

    @Override
    public List<Action> connected(AgentId agent, Instant now) {
        long time = steady(now);
        boolean dialed = views.dials.remove(agent) != null;
        boolean isNew = !views.active.contains(agent);
        Link link = views.active.add(agent);
        if (isNew && dialed && views.self.isPresent()) {
            link.chosen = true;
            views.ask(link, true, time);
        }
        List<Action> actions = views.takeActions();
        actions.add(new WakeAt(now));
        return actions;
    }

    /** Takes over connections of a strategy that had more: they become fewer slowly. The others have to agree. */
    List<Action> adopt(Collection<AgentId> agents, Instant now) {
        long time = steady(now);
        for (AgentId agent : agents) {
            views.active.state(views.active.add(agent), State.ASKING, time + Views.ASK_WAIT);
            views.say(agent, new OverlayMessage.Neighbour(false), List.of(views.self()));
        }
        views.limit = Math.max(views.size, agents.size());
        shrinkAt = time + Views.ASK_WAIT;
        return views.takeActions();
    }

    @Override
    public List<Action> disconnected(AgentId agent, Instant now, RandomGenerator random) {
        long time = steady(now);
        Optional<Link> link = views.active.remove(agent);
        if (link.isPresent() && link.get().state == State.NEIGHBOUR) {
            views.lostNeighbour(time, random);
        }
        if (link.isPresent() && (link.get().state == State.NEIGHBOUR || link.get().chosen)) {
            boolean failed = link.get().state != State.PARTING;
            views.passive.offer(agent, agent, random);
            if (failed) {
                views.passive.failed(agent, time);
            }
        }
        return plan(now, time, random);
    }

    @Override
    public List<Action> dialFailed(AgentId agent, boolean retry, Instant now, RandomGenerator random) {
        long time = steady(now);
        views.dials.remove(agent);
        if (retry) {
            views.passive.offer(agent, agent, random);
            views.passive.failed(agent, time);
        } else {
            views.passive.remove(agent);
            if (views.denied.size() < Views.MAX_DENIED) {
                views.denied.add(agent);
            }
        }
        return plan(now, time, random);
    }

    @Override
    public List<Action> told(AgentId from, byte[] message, List<AgentInfo> cards, Instant now, RandomGenerator random) {
        long time = steady(now);
        Optional<Link> link = views.active.get(from);
        if (link.isEmpty() || views.self.isEmpty()) {
            return List.of();
        }
        OverlayMessage decoded;
        try {
            decoded = OverlayCodec.decode(message);
        } catch (InvalidBytesException e) {
            views.figures.malformed++;
            throw e;
        }
        List<AgentId> named = new ArrayList<>(cards.size());
        cards.forEach(card -> named.add(card.agentId()));
        talk.told(link.get(), decoded, named, time, random);
        return plan(now, time, random);
    }

    @Override
    public List<Action> woken(Instant now, RandomGenerator random) {
        return plan(now, steady(now), random);
    }

    @Override
    public boolean keeps(AgentId agent) {
        return views.knows(agent);
    }

    @Override
    public int maxCards() {
        return views.active.neighbours() == 0 ? CARDS_WHEN_ALONE : 0;
    }

    @Override
    public boolean needsBootstrap() {
        return views.isPoor();
    }

    private List<Action> plan(Instant now, long time, RandomGenerator random) {
        if (views.self.isPresent()) {
            settle(time, random);
            askGuests(time);
            if (views.room() > 0 && time >= views.searchAt) {
                search(time, random);
            }
            shrink(time, random);
            shuffle(time, random);
            rotate(time, random);
        }
        List<Action> actions = views.takeActions();
        actions.add(new WakeAt(now.plusMillis(Math.max(1, next(time) - time))));
        return actions;
    }

    /** Ends what has waited long enough. */
    private void settle(long time, RandomGenerator random) {
        int silent = 0;
        for (Link link : views.active.links()) {
            if (link.state == State.GUEST && !link.speaks && ++silent > MAX_SILENT) {
                views.active.state(link, State.PARTING, time);
            }
            if (link.deadline > time) {
                continue;
            }
            if (link.state == State.ASKING && !link.chosen) {
                views.active.state(link, State.GUEST, Long.MAX_VALUE); // An anchor that does not speak of views.
            } else {
                if (link.state == State.ASKING) {
                    views.passive.failed(link.agent, time);
                }
                views.active.state(link, State.PARTING, time + Views.DIAL_WAIT);
                views.disconnect(link.agent);
            }
        }
        views.expected.values().removeIf(until -> until <= time);
        List<AgentId> overdue = new ArrayList<>();
        views.dials.forEach((agent, until) -> {
            if (until <= time) {
                overdue.add(agent);
            }
        });
        for (AgentId agent : overdue) {
            views.dials.remove(agent);
            views.passive.offer(agent, agent, random);
            views.passive.failed(agent, time);
        }
    }

    private void askGuests(long time) {
        if (views.room() <= 0) {
            return;
        }
        for (Link link : new ArrayList<>(views.active.links())) {
            if (link.state == State.GUEST && link.askAt <= time && views.room() > 0) {
                views.ask(link, false, time);
            }
        }
    }

    private void search(long time, RandomGenerator random) {
        int wanted = views.room();
        boolean poor = views.isPoor();
        List<AgentId> starts = PassiveView.some(views.active.neighbourIds(), Math.min(MAX_WALKS, wanted), random);
        for (AgentId start : starts) {
            views.active.get(start).ifPresent(link -> views.owed(link, 1));
            views.figures.walksStarted++;
            views.say(
                    start,
                    new OverlayMessage.Walk(List.of(views.self()), OverlayTalk.SEARCH_STEPS, poor),
                    List.of(views.self()));
        }
        // Dialing costs more and meets full views, so only those do who cannot well walk, or who walked in vain.
        if (poor || views.searches > 1) {
            int most = poor ? Math.min(MAX_DIALS, wanted) : 1;
            for (int i = 0; i < most; i++) {
                views.passive.candidate(time, random).ifPresent(agent -> {
                    views.passive.remove(agent);
                    views.choose(agent, time);
                });
            }
        }
        long wait = Math.min(LONGEST_SEARCH_WAIT, SEARCH_WAIT << Math.min(views.searches, MAX_DOUBLINGS));
        views.searches++;
        views.searchAt = time + wait / 2 + random.nextLong(wait / 2 + 1);
    }

    /** Gives up what is too much: at once what came by force of a race, slowly what was taken over. */
    private void shrink(long time, RandomGenerator random) {
        if (views.limit > views.size && time >= shrinkAt) {
            views.limit--;
            shrinkAt = time + SHRINK_WAIT / 2 + random.nextLong(SHRINK_WAIT);
        }
        while (views.active.neighbours() > views.limit) {
            views.makeRoom(views.self(), time, random);
        }
    }

    private void shuffle(long time, RandomGenerator random) {
        if (time < shuffleAt || views.active.neighbours() == 0) {
            return;
        }
        Optional<Link> with = views.active.randomNeighbour(List.of(), random);
        if (shuffling && with.isPresent()) {
            with.get().shufflesDue = Math.min(2, with.get().shufflesDue + 1);
            List<AgentId> cards = new ArrayList<>(views.sample(with.get().agent, Views.CARDS - 1, random));
            cards.add(0, views.self());
            views.figures.shuffles++;
            views.say(with.get().agent, new OverlayMessage.Shuffle(List.of(views.self()), SHUFFLE_STEPS - 1), cards);
        }
        shuffling = true;
        long wait = views.passive.size() * 2 < views.size * Views.PASSIVE_FACTOR ? FIRST_SHUFFLE_WAIT : SHUFFLE_WAIT;
        shuffleAt = time + wait / 2 + random.nextLong(wait);
    }

    /** Replaces a neighbour once in a while, so that views keep mixing and parts of a network that was cut grow together. */
    private void rotate(long time, RandomGenerator random) {
        if (time < rotateAt || views.active.neighbours() < views.size) {
            return;
        }
        if (rotateAt > 0) {
            views.passive.candidate(time, random).ifPresent(agent -> {
                views.passive.remove(agent);
                views.choose(agent, time);
            });
        }
        rotateAt = time + ROTATION_WAIT / 2 + random.nextLong(ROTATION_WAIT);
    }

    private long next(long time) {
        long next = Math.min(time + SHUFFLE_WAIT, shuffleAt > time ? shuffleAt : Long.MAX_VALUE);
        if (views.room() > 0) {
            next = Math.min(next, views.searchAt);
        }
        if (views.limit > views.size) {
            next = Math.min(next, shrinkAt);
        }
        for (Link link : views.active.links()) {
            next = Math.min(next, link.deadline);
        }
        for (long until : views.dials.values()) {
            next = Math.min(next, until);
        }
        return next;
    }

    /** The connected neighbours, a copy. */
    public List<AgentId> neighbours() {
        return views.active.neighbourIds();
    }

    /** The agents known beside the neighbours, a copy. */
    public List<AgentId> passive() {
        return List.copyOf(views.passive.agents());
    }

    /** What it did. */
    public OverlayFigures figures() {
        return views.figures;
    }
}
