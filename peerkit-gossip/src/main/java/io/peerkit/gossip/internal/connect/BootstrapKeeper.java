// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Keeps a node connected to fixed addresses, bootstrap nodes and relays, by {@link Backoff}. An address whose node denied
 * access is given up.
 */
public final class BootstrapKeeper {
    /** What to do: dial now, and look again later. */
    public record Plan(List<NodeAddress> dials, Optional<Instant> wakeAt) {}

    private enum State {
        WAITING,
        DIALING,
        CONNECTED,
        GIVEN_UP
    }

    private static final class Anchor {
        private State state = State.WAITING;
        private Optional<NodeId> node = Optional.empty();
        private int failures;
        private Instant due = Instant.MIN;
    }

    private final Map<NodeAddress, Anchor> anchors = new LinkedHashMap<>();

    /**
     * @param addresses given by the local user, so their number is not bounded here
     */
    public BootstrapKeeper(Collection<NodeAddress> addresses) {
        addresses.forEach(address -> anchors.put(address, new Anchor()));
    }

    /** Dials what is due. */
    public Plan plan(Instant now) {
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
    public Plan connected(NodeAddress address, NodeId node, boolean stillThere, Instant now, RandomGenerator random) {
        Anchor anchor = anchors.get(address);
        if (anchor != null) {
            anchor.node = Optional.of(node);
            anchor.failures = 0;
            anchor.state = State.CONNECTED;
        }
        return stillThere ? plan(now) : gone(node, now, random);
    }

    /** A dial failed. */
    public Plan failed(NodeAddress address, boolean retry, Instant now, RandomGenerator random) {
        Anchor anchor = anchors.get(address);
        if (anchor != null) {
            wait(anchor, now, random);
            if (!retry) {
                anchor.state = State.GIVEN_UP;
            }
        }
        return plan(now);
    }

    /** The last connection to a node closed. */
    public Plan gone(NodeId node, Instant now, RandomGenerator random) {
        for (Anchor anchor : anchors.values()) {
            if (anchor.state == State.CONNECTED
                    && anchor.node.filter(node::equals).isPresent()) {
                wait(anchor, now, random);
            }
        }
        return plan(now);
    }

    private static void wait(Anchor anchor, Instant now, RandomGenerator random) {
        anchor.failures++;
        anchor.state = State.WAITING;
        anchor.due = now.plus(Backoff.after(anchor.failures, random));
    }
}
