// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Meets nodes that were found nearby: each once, and again when the node has no better contacts, by {@link Backoff}. From then on
 * their agents are known and the connection strategy decides. Anybody near can make nodes up, so the table, the dials at a time and the
 * dials a minute are bounded, and what is not heard of any more is forgotten.
 */
public final class FoundNodes {
    /** The most nodes remembered; more are ignored until some are forgotten. */
    static final int MAX_NODES = 256;

    /** The most dials at a time. */
    static final int MAX_DIALS = 4;

    /** The most connections to nodes that were dialed because they were found; with so many the rest becomes known through them. */
    static final int MAX_CONNECTIONS = 16;

    /** The most dials within {@link #DIALS_WITHIN}. */
    static final int MAX_RECENT_DIALS = 32;

    static final Duration DIALS_WITHIN = Duration.ofMinutes(1);

    /** A node that was not found again for so long is forgotten. */
    static final Duration FORGET_AFTER = Duration.ofMinutes(5);

    /** How often to look whether contacts are needed. */
    static final Duration LOOK = Duration.ofSeconds(5);

    /** Connect to a node. */
    public record Dial(NodeId node, List<NodeAddress> addresses) {}

    /** What to do: dial now, and look again later. */
    public record Plan(List<Dial> dials, Optional<Instant> wakeAt) {}

    private enum State {
        WAITING,
        DIALING,
        CONNECTED,
        GIVEN_UP
    }

    private static final class Found {
        private List<NodeAddress> addresses = List.of();
        private State state = State.WAITING;
        private boolean met;
        private int failures;
        private Instant due = Instant.MIN;
        private Instant heard = Instant.MIN;
    }

    private final Map<NodeId, Found> nodes = new LinkedHashMap<>();
    private final List<Instant> recentDials = new ArrayList<>();

    /** A node is said to be near; {@code connected} is whether it is connected, for whatever reason. */
    public void found(NodeId node, List<NodeAddress> addresses, boolean connected, Instant now) {
        nodes.values()
                .removeIf(each -> each.state != State.CONNECTED
                        && each.state != State.DIALING
                        && each.heard.plus(FORGET_AFTER).isBefore(now));
        Found found = nodes.get(node);
        if (found == null) {
            if (nodes.size() >= MAX_NODES) {
                return;
            }
            found = new Found();
            nodes.put(node, found);
        }
        found.heard = now;
        if (!found.addresses.equals(addresses)) {
            found.addresses = List.copyOf(addresses);
            if (found.state == State.WAITING && found.failures > 0) {
                found.failures = 0;
                found.due = now; // what failed elsewhere says nothing about here
            }
        }
        found.met |= connected;
    }

    /** Dials what is due; {@code needed} is whether the node lacks contacts. */
    public Plan plan(boolean needed, Instant now) {
        recentDials.removeIf(time -> !time.plus(DIALS_WITHIN).isAfter(now) || time.isAfter(now));
        int dialing = count(State.DIALING);
        int connected = count(State.CONNECTED);
        List<Dial> dials = new ArrayList<>();
        Optional<Instant> wakeAt = Optional.empty();
        for (Map.Entry<NodeId, Found> entry : nodes.entrySet()) {
            Found found = entry.getValue();
            if (found.state != State.WAITING || found.heard.plus(FORGET_AFTER).isBefore(now)) {
                continue;
            }
            if (found.due.isAfter(now.plus(Backoff.LONGEST))) {
                found.due = now.plus(Backoff.LONGEST); // The clock has stepped back since.
            }
            boolean wanted = needed || (!found.met && dialing + connected < MAX_CONNECTIONS);
            boolean room = dialing < MAX_DIALS && recentDials.size() < MAX_RECENT_DIALS;
            if (!found.due.isAfter(now) && wanted && room) {
                found.state = State.DIALING;
                dialing++;
                recentDials.add(now);
                dials.add(new Dial(entry.getKey(), found.addresses));
            } else {
                Instant due = found.due.isAfter(now) ? found.due : now.plus(LOOK);
                wakeAt = wakeAt.filter(earliest -> !due.isBefore(earliest)).or(() -> Optional.of(due));
            }
        }
        return new Plan(dials, wakeAt);
    }

    private int count(State state) {
        return (int) nodes.values().stream().filter(each -> each.state == state).count();
    }

    /** A dial succeeded; {@code stillThere} is false when the node has gone again meanwhile. */
    public void connected(NodeId node, boolean stillThere, Instant now, RandomGenerator random) {
        Found found = nodes.get(node);
        if (found != null) {
            found.met = true;
            found.failures = 0;
            found.state = State.CONNECTED;
            if (!stillThere) {
                gone(node, now, random);
            }
        }
    }

    /** A dial failed. */
    public void failed(NodeId node, boolean retry, Instant now, RandomGenerator random) {
        Found found = nodes.get(node);
        if (found != null) {
            wait(found, now, random);
            if (!retry) {
                found.state = State.GIVEN_UP;
            }
        }
    }

    /** The last connection to a node closed. */
    public void gone(NodeId node, Instant now, RandomGenerator random) {
        Found found = nodes.get(node);
        if (found != null && found.state == State.CONNECTED) {
            wait(found, now, random);
        }
    }

    private static void wait(Found found, Instant now, RandomGenerator random) {
        found.failures++;
        found.state = State.WAITING;
        found.due = now.plus(Backoff.after(found.failures, random));
    }

    /** What failed says nothing about what a dial would give now. */
    public void retryNow(Instant now, RandomGenerator random) {
        for (Found found : nodes.values()) {
            found.failures = 0;
            if (found.state == State.WAITING) {
                Instant soon = now.plus(Backoff.soon(random));
                found.due = found.due.isAfter(soon) ? soon : found.due;
            }
        }
    }
}
