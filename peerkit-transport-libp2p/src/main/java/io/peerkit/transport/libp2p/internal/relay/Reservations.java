// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the {@link ReservationKeeper} decides, at the relays that this node was set up with and is connected to.
 *
 * <p>Safe for use by many threads: guarded by its own lock, under which nobody is called.
 */
public final class Reservations {
    /** How often to look at the clock, at least: it may have jumped while the machine slept. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private static final Duration SOONEST = Duration.ofMillis(10);

    private static final Logger LOG = LoggerFactory.getLogger(Reservations.class);

    private final Map<PeerId, Multiaddr> relays = new LinkedHashMap<>();
    private final Clock clock;
    private final Runnable changed;
    private final ReservationKeeper keeper;
    /** The one with the place first; another takes over when it closes. */
    private final Map<PeerId, List<Connection>> connections = new HashMap<>();

    private List<Multiaddr> told = List.of();
    private Runnable cancelTimer = () -> {};

    /**
     * Starts with no place.
     *
     * @param relays their addresses, each with the relay's name at its end
     * @param clock the time
     * @param random for the random part of each wait
     * @param changed is run when {@link #addresses} changed; not under a lock
     */
    public Reservations(List<Multiaddr> relays, Clock clock, RandomGenerator random, Runnable changed) {
        relays.forEach(address -> address.peerId().ifPresent(relay -> this.relays.putIfAbsent(relay, address)));
        this.clock = clock;
        this.changed = changed;
        keeper = new ReservationKeeper(random);
    }

    /**
     * A node has let this one in; when it is a relay it is asked for a place.
     *
     * @param connection any established connection
     */
    public void established(Connection connection) {
        synchronized (this) {
            Multiaddr address = relays.get(connection.peer());
            if (address == null || connection.isRelayed()) {
                return;
            }
            List<Connection> all = connections.computeIfAbsent(connection.peer(), relay -> new ArrayList<>(1));
            all.add(connection);
            if (all.size() == 1) {
                keeper.connected(connection.peer(), address, clock.instant());
            }
        }
        var unused = connection.closed().thenRun(() -> closed(connection));
        go();
    }

    private void closed(Connection connection) {
        PeerId relay = connection.peer();
        synchronized (this) {
            List<Connection> all = connections.getOrDefault(relay, List.of());
            boolean held = !all.isEmpty() && all.get(0) == connection;
            all.remove(connection);
            if (!held) {
                return;
            }
            keeper.gone(relay);
            Multiaddr address = relays.get(relay);
            if (all.isEmpty()) {
                connections.remove(relay);
            } else if (address != null) {
                keeper.connected(relay, address, clock.instant());
            }
        }
        go();
    }

    private boolean isHolding(Connection connection) {
        List<Connection> all = connections.get(connection.peer());
        return all != null && all.get(0) == connection;
    }

    /** Does what is due, and tells of changes. */
    private void go() {
        boolean news;
        Map<PeerId, Connection> asks = new LinkedHashMap<>();
        synchronized (this) {
            Instant now = clock.instant();
            ReservationKeeper.Plan plan = keeper.plan(now);
            plan.asks()
                    .forEach(relay -> asks.put(
                            relay, connections.getOrDefault(relay, List.of()).get(0)));
            news = !keeper.addresses().equals(told);
            told = keeper.addresses();
            schedule(plan.wakeAt().map(at -> Duration.between(now, at)));
        }
        asks.forEach(this::ask);
        if (news) {
            changed.run();
        }
    }

    /** With no relay connected there is nothing to wait for. */
    private void schedule(Optional<Duration> delay) {
        cancelTimer.run();
        cancelTimer = () -> {};
        if (delay.isPresent() && !connections.isEmpty()) {
            Duration wait = delay.get().compareTo(LOOK) > 0 ? LOOK : delay.get();
            try {
                cancelTimer = connections
                        .values()
                        .iterator()
                        .next()
                        .get(0)
                        .after(wait.compareTo(SOONEST) < 0 ? SOONEST : wait, this::go);
            } catch (RejectedExecutionException e) {
                // The transport is closed.
            }
        }
    }

    private void ask(PeerId relay, Connection connection) {
        try {
            connection.execute(() -> {
                var unused = RelayClient.reserve(connection).whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answered(connection, answer);
                    } else {
                        Throwable cause = failure.getCause();
                        Throwable why = failure instanceof CompletionException && cause != null ? cause : failure;
                        refused(connection, why.toString(), !(why instanceof ProtocolRefusedException));
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("relay {} is not asked any more", relay);
        }
    }

    private void answered(Connection connection, HopMessage.Status answer) {
        Optional<Reservation> place = answer.reservation().filter(there -> answer.status() == RelayStatus.OK);
        if (place.isPresent()) {
            placed(connection, place.get());
        } else {
            refused(connection, answer.status().toString(), answer.status() != RelayStatus.PERMISSION_DENIED);
        }
    }

    private void placed(Connection connection, Reservation reservation) {
        synchronized (this) {
            if (!isHolding(connection)) {
                return; // gone meanwhile, and its place with it
            }
            keeper.placed(connection.peer(), reservation, clock.instant());
        }
        go();
    }

    private void refused(Connection connection, String why, boolean mayHelp) {
        LOG.info("no place at relay {}: {}", connection.node(), why);
        synchronized (this) {
            if (!isHolding(connection)) {
                return;
            }
            keeper.refused(connection.peer(), mayHelp, clock.instant());
        }
        go();
    }

    /**
     * Where this node can be reached through relays.
     *
     * @return addresses that end in {@code /p2p-circuit}
     */
    public synchronized List<Multiaddr> addresses() {
        return told;
    }

    /**
     * Whether circuits may come from a connection.
     *
     * @param connection any connection
     * @return whether this node has, or has asked for, a place there
     */
    public synchronized boolean takesFrom(Connection connection) {
        return isHolding(connection);
    }
}
