// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Keeps a node connected to fixed addresses by {@link Backoff}: to relays always, to bootstrap nodes while that is needed, and
 * for a visit once in a while otherwise, so that parts of a network that was cut find each other again. An address whose node
 * denied access is given up.
 */
public final class BootstrapKeeper {
    /** How soon after the last connection to a bootstrap node that is not needed it is visited, at least and at most. */
    static final Duration VISIT_AFTER = Duration.ofMinutes(15);

    static final Duration VISIT_BEFORE = Duration.ofMinutes(30);

    /** How often to look whether bootstrap nodes are needed. */
    static final Duration LOOK = Duration.ofSeconds(5);

    /** A lost node counts as if so many dials had failed, so that the next waits are as long as {@link Backoff#SPREAD}. */
    private static final int LOST = 2;

    /** What is lost within this time after a change of the network was lost by this node alone. */
    static final Duration HURRY = Duration.ofSeconds(10);

    /** What to do: dial now, and look again later. */
    public record Plan(List<NodeAddress> dials, Optional<Instant> wakeAt) {}

    private enum State {
        WAITING,
        DIALING,
        CONNECTED,
        GIVEN_UP
    }

    private static final class Anchor {
        private final boolean always;
        private State state = State.WAITING;
        private Optional<NodeId> node = Optional.empty();
        private int failures;
        private Instant due = Instant.MIN;
        private Instant visit = Instant.MIN;

        Anchor(boolean always) {
            this.always = always;
        }
    }

    private final Map<NodeAddress, Anchor> anchors = new LinkedHashMap<>();
    private Instant hurryUntil = Instant.MIN;

    /**
     * @param relays to stay connected to; as the others given by the local user, so their number is not bounded here
     * @param bootstrap to connect to while that is needed
     */
    public BootstrapKeeper(Collection<NodeAddress> relays, Collection<NodeAddress> bootstrap) {
        relays.forEach(address -> anchors.put(address, new Anchor(true)));
        bootstrap.forEach(address -> anchors.putIfAbsent(address, new Anchor(false)));
    }

    /** Dials what is due; {@code needed} is whether bootstrap nodes are. */
    public Plan plan(boolean needed, Instant now) {
        List<NodeAddress> dials = new ArrayList<>();
        Optional<Instant> wakeAt = Optional.empty();
        for (Map.Entry<NodeAddress, Anchor> entry : anchors.entrySet()) {
            Anchor anchor = entry.getValue();
            if (anchor.state != State.WAITING) {
                continue;
            }
            Instant latest = now.plus(Backoff.LONGEST);
            if (anchor.due.isAfter(latest)) {
                anchor.due = latest; // The clock has stepped back since.
            }
            if (anchor.visit.isAfter(now.plus(VISIT_BEFORE))) {
                anchor.visit = now.plus(VISIT_BEFORE);
            }
            if (!anchor.due.isAfter(now) && !anchor.always && !needed && anchor.visit.isAfter(now)) {
                anchor.due = now.plus(LOOK);
            }
            if (anchor.due.isAfter(now)) {
                Instant due = anchor.due;
                wakeAt = wakeAt.filter(earliest -> !due.isBefore(earliest)).or(() -> Optional.of(due));
            } else {
                anchor.state = State.DIALING;
                dials.add(entry.getKey());
            }
        }
        return new Plan(dials, wakeAt);
    }

    /** A dial succeeded; {@code stillThere} is false when the node has gone again meanwhile. */
    public void connected(NodeAddress address, NodeId node, boolean stillThere, Instant now, RandomGenerator random) {
        Anchor anchor = anchors.get(address);
        if (anchor != null) {
            anchor.node = Optional.of(node);
            anchor.failures = 0;
            anchor.state = State.CONNECTED;
        }
        if (!stillThere) {
            gone(node, now, random);
        }
    }

    /** A dial failed. */
    public void failed(NodeAddress address, boolean retry, Instant now, RandomGenerator random) {
        Anchor anchor = anchors.get(address);
        if (anchor != null) {
            wait(anchor, now, random);
            if (!retry) {
                anchor.state = State.GIVEN_UP;
            }
        }
    }

    /** The last connection to a node closed. */
    public void gone(NodeId node, Instant now, RandomGenerator random) {
        for (Anchor anchor : anchors.values()) {
            if (anchor.state == State.CONNECTED
                    && anchor.node.filter(node::equals).isPresent()) {
                wait(anchor, now, random);
                boolean hurry = now.isBefore(hurryUntil) && !now.plus(HURRY).isBefore(hurryUntil);
                // Else perhaps it restarts, and all its clients lost it now: they come back spread, and stay so.
                anchor.due = now.plus(hurry ? Backoff.soon(random) : Backoff.afterLoss(random));
                anchor.failures = hurry ? 0 : LOST;
                long spread = VISIT_BEFORE.minus(VISIT_AFTER).toMillis();
                anchor.visit = now.plus(VISIT_AFTER).plusMillis(random.nextLong(spread + 1));
            }
        }
    }

    /** What failed says nothing about what a dial would give now; all waits begin anew, with jitter, since others do the same. */
    public void retryNow(Instant now, RandomGenerator random) {
        hurryUntil = now.plus(HURRY);
        for (Anchor anchor : anchors.values()) {
            anchor.failures = 0;
            if (anchor.state == State.WAITING) {
                Instant soon = now.plus(Backoff.soon(random));
                anchor.due = anchor.due.isAfter(soon) ? soon : anchor.due;
            }
        }
    }

    private static void wait(Anchor anchor, Instant now, RandomGenerator random) {
        anchor.failures++;
        anchor.state = State.WAITING;
        anchor.due = now.plus(Backoff.after(anchor.failures, random));
    }
}
