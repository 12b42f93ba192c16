// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import io.peerkit.gossip.internal.peer.Allowance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The connected agents, and which of them are neighbours. */
final class ActiveView {
    /** What a connected agent is. */
    enum State {
        /** No neighbour: an anchor, a visitor, or one that does not speak of views. */
        GUEST,
        /** It was asked to be a neighbour. */
        ASKING,
        NEIGHBOUR,
        /** It is no neighbour any more, and its connection is being closed. */
        PARTING
    }

    /** A connected agent. */
    static final class Link {
        /** Messages to be passed on or answered: at once, and a second for long. */
        private static final int BURST = 64;

        private static final int PER_SECOND = 16;

        final AgentId agent;
        State state = State.GUEST;

        /** Whether this node wished for the connection, or was found by its walk. */
        boolean chosen;

        /** From when on it may be asked to be a neighbour. */
        long askAt;

        /** Whether it has spoken of views. */
        boolean speaks;

        /** When something must have happened, in steady milliseconds. */
        long deadline = Long.MAX_VALUE;

        /** From when on it may join again. */
        long joinAgain;

        /** How many answers to walks, and to shuffles, are due from it. */
        int walksDue;

        int shufflesDue;
        final Allowance allowance = new Allowance(BURST, PER_SECOND);

        Link(AgentId agent) {
            this.agent = agent;
        }
    }

    private final Map<AgentId, Link> links = new LinkedHashMap<>();
    private int neighbours;
    private int asking;

    Optional<Link> get(AgentId agent) {
        return Optional.ofNullable(links.get(agent));
    }

    boolean contains(AgentId agent) {
        return links.containsKey(agent);
    }

    Link add(AgentId agent) {
        return links.computeIfAbsent(agent, Link::new);
    }

    Optional<Link> remove(AgentId agent) {
        Link link = links.remove(agent);
        if (link != null) {
            count(link, -1);
        }
        return Optional.ofNullable(link);
    }

    Collection<Link> links() {
        return links.values();
    }

    void state(Link link, State state, long deadline) {
        count(link, -1);
        link.state = state;
        link.deadline = deadline;
        count(link, 1);
    }

    private void count(Link link, int change) {
        if (link.state == State.NEIGHBOUR) {
            neighbours += change;
        } else if (link.state == State.ASKING) {
            asking += change;
        }
    }

    int neighbours() {
        return neighbours;
    }

    int asking() {
        return asking;
    }

    List<AgentId> neighbourIds() {
        List<AgentId> ids = new ArrayList<>(neighbours);
        for (Link link : links.values()) {
            if (link.state == State.NEIGHBOUR) {
                ids.add(link.agent);
            }
        }
        return ids;
    }

    /** A random neighbour that is not excluded. */
    Optional<Link> randomNeighbour(Collection<AgentId> except, RandomGenerator random) {
        List<AgentId> ids = neighbourIds();
        ids.removeAll(except);
        return ids.isEmpty() ? Optional.empty() : get(ids.get(random.nextInt(ids.size())));
    }

    /**
     * The neighbour that makes room: one that came by itself as long as at most {@code kept} are of this node's own choice, so that
     * nobody who connects often enough fills the view.
     */
    Optional<Link> victim(AgentId except, int kept, RandomGenerator random) {
        List<Link> came = new ArrayList<>();
        List<Link> chosen = new ArrayList<>();
        for (Link link : links.values()) {
            if (link.state == State.NEIGHBOUR && !link.agent.equals(except)) {
                (link.chosen ? chosen : came).add(link);
            }
        }
        if (chosen.size() > kept || came.isEmpty()) {
            came.addAll(chosen);
        }
        return came.isEmpty() ? Optional.empty() : Optional.of(came.get(random.nextInt(came.size())));
    }
}
