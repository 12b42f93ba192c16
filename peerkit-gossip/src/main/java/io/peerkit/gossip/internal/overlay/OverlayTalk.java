// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.gossip.internal.overlay.ActiveView.Link;
import io.peerkit.gossip.internal.overlay.ActiveView.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What a node with bounded views does when another tells it something. */
final class OverlayTalk {
    /** How far the walk of a newcomer goes. */
    static final int JOIN_STEPS = 6;

    /** Where on its walk a newcomer is noted for later. */
    static final int NOTED_AT = 3;

    /** How far a node looks for one with room. */
    static final int SEARCH_STEPS = 10;

    /** So many of its steps a walk goes before it may end, or all neighbours of a node would be neighbours of each other. */
    private static final int STEPS_APART = 2;

    /** How often one agent may join. */
    private static final long JOIN_WAIT = 60_000;

    /** The most agents that stay without being neighbours. */
    static final int MAX_VISITORS = 64;

    private final Views views;

    OverlayTalk(Views views) {
        this.views = views;
    }

    void told(Link link, OverlayMessage message, List<AgentId> cards, long now, RandomGenerator random) {
        link.speaks = true;
        if (message instanceof OverlayMessage.Accept) {
            accepted(link, now, random);
        } else if (message instanceof OverlayMessage.Part) {
            parted(link, now, random);
        } else if (!link.allowance.take(now)) {
            views.figures.overBudget++;
        } else if (message instanceof OverlayMessage.Join) {
            join(link, now, random);
        } else if (message instanceof OverlayMessage.Neighbour neighbour) {
            neighbour(link, neighbour.high(), now, random);
        } else if (message instanceof OverlayMessage.Refuse) {
            refused(link, cards, now, random);
        } else if (message instanceof OverlayMessage.Walk walk) {
            walk(link, walk, cards, now, random);
        } else if (message instanceof OverlayMessage.Found found) {
            found(link, found, cards, now, random);
        } else if (message instanceof OverlayMessage.Shuffle shuffle) {
            shuffle(link, shuffle, cards, random);
        } else if (message instanceof OverlayMessage.Shuffled shuffled) {
            shuffled(link, shuffled, cards, random);
        }
    }

    private void join(Link link, long now, RandomGenerator random) {
        if (now < link.joinAgain) {
            views.figures.overBudget++;
            return;
        }
        link.joinAgain = now + JOIN_WAIT;
        views.figures.joins++;
        if (link.state == State.NEIGHBOUR || link.state == State.ASKING || hasPlace()) {
            views.accept(link);
        } else {
            views.active.state(link, State.GUEST, now + (visitors() < MAX_VISITORS ? Views.VISIT : Views.LEAVE_WAIT));
            List<AgentId> others = views.sample(link.agent, Views.CARDS, random);
            views.say(link.agent, new OverlayMessage.Refuse(), others);
        }
        List<AgentId> neighbours = views.active.neighbourIds();
        neighbours.remove(link.agent);
        List<AgentId> starts = PassiveView.some(neighbours, views.size, random);
        for (int i = 0; i < starts.size(); i++) {
            // Half of the places are made for the newcomer, the other half is found where there is room.
            boolean high = i < (views.size + 1) / 2;
            List<AgentId> path = List.of(link.agent, views.self());
            int steps = high ? JOIN_STEPS : SEARCH_STEPS;
            views.figures.walksStarted++;
            views.say(starts.get(i), new OverlayMessage.Walk(path, steps, high), List.of(link.agent));
        }
    }

    private boolean hasPlace() {
        return views.active.neighbours() < views.size;
    }

    private long visitors() {
        return views.active.links().stream()
                .filter(link -> link.state == State.GUEST && link.speaks)
                .count();
    }

    private void neighbour(Link link, boolean high, long now, RandomGenerator random) {
        boolean agreed = link.state == State.NEIGHBOUR || link.state == State.ASKING;
        if (agreed || hasPlace()) {
            views.accept(link);
        } else if (!views.acceptByForce(link, high, now, random)) {
            views.figures.rejected++;
            views.active.state(link, State.GUEST, now + Views.LEAVE_WAIT);
            views.say(link.agent, new OverlayMessage.Refuse(), views.sample(link.agent, 2, random));
        }
    }

    private void accepted(Link link, long now, RandomGenerator random) {
        if (link.state == State.ASKING) {
            views.neighbour(link);
        } else if (link.state != State.NEIGHBOUR) {
            views.figures.unasked++;
            views.part(link, now, random);
        }
    }

    private void refused(Link link, List<AgentId> cards, long now, RandomGenerator random) {
        if (link.state != State.ASKING) {
            views.figures.unasked++;
            return;
        }
        views.learn(cards, link.agent, random);
        if (link.walksDue > 0 && views.active.neighbours() == 0) {
            // It helps us to join, and the answers come by its connection.
            views.active.state(link, State.GUEST, now + Views.VISIT);
            return;
        }
        views.active.state(link, State.GUEST, now + (link.chosen ? 0 : Views.VISIT));
        if (link.chosen) {
            views.passive.offer(link.agent, link.agent, random);
            views.passive.failed(link.agent, now);
        }
    }

    private void parted(Link link, long now, RandomGenerator random) {
        if (link.state == State.NEIGHBOUR) {
            views.lostNeighbour(now, random);
        }
        views.passive.offer(link.agent, link.agent, random);
        views.active.state(link, State.PARTING, now);
    }

    private void walk(Link link, OverlayMessage.Walk walk, List<AgentId> cards, long now, RandomGenerator random) {
        AgentId origin = walk.path().get(0);
        boolean honest = walk.path().get(walk.path().size() - 1).equals(link.agent);
        if (!honest || origin.equals(views.self()) || walk.path().size() >= OverlayCodec.MAX_PATH) {
            return;
        }
        int steps = Math.min(walk.steps(), walk.high() ? JOIN_STEPS : SEARCH_STEPS);
        if (walk.high() && steps == NOTED_AT && cards.contains(origin)) {
            views.learn(List.of(origin), link.agent, random);
        }
        boolean known = views.active.contains(origin) || views.dials.containsKey(origin);
        boolean far = walk.path().size() > STEPS_APART;
        boolean room = hasPlace() && views.expected.size() < views.size;
        if (!known && far && (room || (walk.high() && steps == 0))) {
            found(walk.path(), origin, now);
            return;
        }
        Optional<Link> next = steps == 0 ? Optional.empty() : views.active.randomNeighbour(walk.path(), random);
        if (next.isPresent()) {
            views.figures.walksPassed++;
            OverlayMessage.Walk on = new OverlayMessage.Walk(and(walk.path()), steps - 1, walk.high());
            views.say(next.get().agent, on, List.of(origin));
        } else if (!known && (walk.high() || room)) {
            found(walk.path(), origin, now);
        }
    }

    private List<AgentId> and(List<AgentId> path) {
        List<AgentId> longer = new ArrayList<>(path);
        longer.add(views.self());
        return longer;
    }

    private void found(List<AgentId> path, AgentId origin, long now) {
        views.figures.found++;
        views.expect(origin, now);
        views.say(
                path.get(path.size() - 1),
                new OverlayMessage.Found(path.subList(0, path.size() - 1), views.self()),
                List.of(views.self()));
    }

    private void found(Link link, OverlayMessage.Found found, List<AgentId> cards, long now, RandomGenerator random) {
        if (!cards.contains(found.finder())) {
            return;
        }
        if (!found.path().isEmpty()) {
            passBack(found.path(), rest -> new OverlayMessage.Found(rest, found.finder()), List.of(found.finder()));
            return;
        }
        if (link.walksDue == 0) {
            views.figures.unasked++;
            return;
        }
        link.walksDue--;
        AgentId finder = found.finder();
        boolean usable = !finder.equals(views.self()) && !views.denied.contains(finder);
        if (usable && views.room() > 0 && !views.dials.containsKey(finder)) {
            views.choose(finder, now);
        } else if (usable && !views.active.contains(finder)) {
            views.passive.offer(finder, link.agent, random);
        }
    }

    private interface Answer {
        OverlayMessage along(List<AgentId> rest);
    }

    private void passBack(List<AgentId> path, Answer answer, Collection<AgentId> cards) {
        AgentId next = path.get(path.size() - 1);
        if (views.active.contains(next)) {
            views.say(next, answer.along(path.subList(0, path.size() - 1)), List.copyOf(cards));
        }
    }

    private void shuffle(Link link, OverlayMessage.Shuffle shuffle, List<AgentId> cards, RandomGenerator random) {
        AgentId origin = shuffle.path().get(0);
        boolean honest = shuffle.path().get(shuffle.path().size() - 1).equals(link.agent);
        if (!honest || origin.equals(views.self()) || shuffle.path().size() >= OverlayCodec.MAX_PATH) {
            return;
        }
        int steps = Math.min(shuffle.steps(), BoundedViews.SHUFFLE_STEPS);
        Optional<Link> next = steps == 0 ? Optional.empty() : views.active.randomNeighbour(shuffle.path(), random);
        if (next.isPresent()) {
            views.figures.walksPassed++;
            List<AgentId> passed = cards.subList(0, Math.min(cards.size(), Views.CARDS));
            views.say(next.get().agent, new OverlayMessage.Shuffle(and(shuffle.path()), steps - 1), passed);
            return;
        }
        List<AgentId> exchange = views.passive.sample(Views.CARDS - 1, random);
        exchange.remove(origin);
        exchange.add(views.self());
        views.learn(cards, link.agent, random);
        passBack(shuffle.path(), OverlayMessage.Shuffled::new, exchange);
    }

    private void shuffled(Link link, OverlayMessage.Shuffled shuffled, List<AgentId> cards, RandomGenerator random) {
        if (!shuffled.path().isEmpty()) {
            passBack(
                    shuffled.path(),
                    OverlayMessage.Shuffled::new,
                    cards.subList(0, Math.min(cards.size(), Views.CARDS)));
        } else if (link.shufflesDue == 0) {
            views.figures.unasked++;
        } else {
            link.shufflesDue--;
            views.learn(cards, link.agent, random);
        }
    }
}
