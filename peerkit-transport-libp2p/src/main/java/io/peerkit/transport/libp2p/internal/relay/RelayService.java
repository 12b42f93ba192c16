// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who has a place at this relay, and which circuits there are: what may be and what may not.
 *
 * <p>Without IO and without a clock. Safe for use by many threads: guarded by itself.
 *
 * @param <H> where a peer with a place can be reached
 */
public final class RelayService<H> {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** What became of the wish for a place. */
    public sealed interface Placing {}

    /**
     * There is a place.
     *
     * @param expiresAt until when
     */
    public record Placed(Instant expiresAt) implements Placing {}

    /** What became of the wish for a circuit. */
    public sealed interface Joining<H> {}

    /**
     * A circuit that counts until {@link #ended}.
     *
     * @param source who asked
     * @param from whence
     * @param target whom it leads to
     * @param at where the target can be reached
     */
    public record Circuit<H>(PeerId source, RemoteHost from, PeerId target, H at) implements Joining<H> {
        /** Each circuit is one of its own, also between the same two. */
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * No, and why.
     *
     * @param status what to answer
     */
    public record Refused<H>(RelayStatus status) implements Placing, Joining<H> {}

    private record Place<H>(RemoteHost from, H at, Instant expiresAt, Instant minuteFrom, int asks) {}

    private final RelayLimits limits;
    /** In the order in which they end, since all last equally long. */
    private final Map<PeerId, Place<H>> places = new LinkedHashMap<>();

    private final Map<RemoteHost, Integer> placesByHost = new HashMap<>();
    private final Map<PeerId, Integer> circuitsByPeer = new HashMap<>();
    private final Map<RemoteHost, Integer> circuitsByHost = new HashMap<>();
    private int circuits;

    /** @param limits what to give away */
    public RelayService(RelayLimits limits) {
        this.limits = limits;
    }

    /**
     * A peer asks for a place, or to keep it.
     *
     * @param peer who
     * @param from whence
     * @param at where it can be reached from now on
     * @param now the time
     * @return {@link Placed} or {@link Refused}
     */
    public synchronized Placing reserve(PeerId peer, RemoteHost from, H at, Instant now) {
        expire(now);
        Place<H> before = places.get(peer);
        Instant minuteFrom = now;
        int asks = 1;
        if (before != null && before.minuteFrom.plus(MINUTE).isAfter(now)) {
            minuteFrom = before.minuteFrom;
            asks = before.asks + 1;
        }
        if (asks > limits.maxAsksPerMinute()) {
            return new Refused<H>(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        }
        boolean newAtHost = before == null || !before.from.equals(from);
        if ((before == null && places.size() >= limits.maxReservations())
                || (newAtHost && placesByHost.getOrDefault(from, 0) >= limits.maxReservationsPerAddress())) {
            return new Refused<H>(RelayStatus.RESERVATION_REFUSED);
        }
        remove(peer);
        Instant expiresAt = now.plus(limits.reservationLife());
        places.put(peer, new Place<>(from, at, expiresAt, minuteFrom, asks));
        placesByHost.merge(from, 1, Integer::sum);
        return new Placed(expiresAt);
    }

    /**
     * The connection closed by which a peer could be reached; the place it had by it is gone.
     *
     * @param peer who
     * @param at the connection
     */
    public synchronized void gone(PeerId peer, H at) {
        Place<H> place = places.get(peer);
        if (place != null && place.at.equals(at)) {
            remove(peer);
        }
    }

    private void remove(PeerId peer) {
        Place<H> place = places.remove(peer);
        if (place != null) {
            decrement(placesByHost, place.from);
        }
    }

    /**
     * A peer asks for a circuit. When it is let have one that counts at once; {@link #ended} must follow.
     *
     * @param source who asks
     * @param from whence
     * @param target whom it wants to reach
     * @param now the time
     * @return {@link Circuit} or {@link Refused}
     */
    public synchronized Joining<H> connect(PeerId source, RemoteHost from, PeerId target, Instant now) {
        expire(now);
        Place<H> place = places.get(target);
        if (source.equals(target)) {
            return new Refused<>(RelayStatus.PERMISSION_DENIED);
        }
        if (place == null) {
            return new Refused<>(RelayStatus.NO_RESERVATION);
        }
        if (circuits >= limits.maxCircuits()
                || circuitsByPeer.getOrDefault(source, 0) >= limits.maxCircuitsPerPeer()
                || circuitsByPeer.getOrDefault(target, 0) >= limits.maxCircuitsPerPeer()
                || circuitsByHost.getOrDefault(from, 0) >= limits.maxCircuitsPerAddress()) {
            return new Refused<>(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        }
        circuits++;
        circuitsByPeer.merge(source, 1, Integer::sum);
        circuitsByPeer.merge(target, 1, Integer::sum);
        circuitsByHost.merge(from, 1, Integer::sum);
        return new Circuit<>(source, from, target, place.at);
    }

    /**
     * A circuit is over, or did not come about. To be called once for each.
     *
     * @param circuit what {@link #connect} returned
     */
    public synchronized void ended(Circuit<H> circuit) {
        circuits--;
        decrement(circuitsByPeer, circuit.source());
        decrement(circuitsByPeer, circuit.target());
        decrement(circuitsByHost, circuit.from());
    }

    /**
     * Drops the places whose time is over. A clock that was set back makes none last longer than it may.
     *
     * @param now the time
     */
    public synchronized void expire(Instant now) {
        Instant latest = now.plus(limits.reservationLife());
        Iterator<Place<H>> inOrder = places.values().iterator();
        while (inOrder.hasNext()) {
            Place<H> place = inOrder.next();
            if (place.expiresAt.isAfter(now) && !place.expiresAt.isAfter(latest)) {
                return;
            }
            inOrder.remove();
            decrement(placesByHost, place.from);
        }
    }

    /**
     * How many places are taken.
     *
     * @return those included that have ended since the last call with a time
     */
    public synchronized int reservations() {
        return places.size();
    }

    /**
     * How many circuits there are.
     *
     * @return those included that are being set up
     */
    public synchronized int circuits() {
        return circuits;
    }

    /**
     * Until when a peer has a place.
     *
     * @param peer any peer
     * @return empty when it has none
     */
    synchronized Optional<Instant> expiresAt(PeerId peer) {
        return Optional.ofNullable(places.get(peer)).map(Place::expiresAt);
    }

    private static <K> void decrement(Map<K, Integer> counts, K key) {
        int left = Objects.requireNonNull(counts.get(key)) - 1;
        if (left == 0) {
            counts.remove(key);
        } else {
            counts.put(key, left);
        }
    }
}
