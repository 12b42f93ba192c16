// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps places at relays that this node is connected to: asks for one at each, asks again well before it ends, and waits longer and
 * longer where it is refused. Every wait has a random part, so that the many clients of a relay that starts anew do not stay
 * in step: they spread over a quarter of a place's life by the first renewal.
 *
 * <p>Told what happened, it changes; {@link #plan} then says what to do. Without IO, clock or randomness of its own. Not safe
 * for use by many threads.
 */
public final class ReservationKeeper {
    /** The wait behind the first refusal, at most; it doubles with each in a row. */
    static final Duration FIRST_WAIT = Duration.ofSeconds(4);

    /** The longest wait, and the one for a relay that lets no one have a place. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** A place is taken to last at least and at most this long, whatever the relay's clock says. */
    static final Duration MIN_LIFE = Duration.ofMinutes(1);

    static final Duration MAX_LIFE = Duration.ofHours(24);

    /** The most addresses that are told of one relay. */
    static final int MAX_ADDRESSES = 4;

    private static final int MAX_DOUBLINGS = 8;

    /** A clock that goes back further than this was set; what was planned by it is void. */
    private static final Duration CLOCK_SLACK = Duration.ofMinutes(1);

    /**
     * What to do.
     *
     * @param asks where to ask for a place now
     * @param wakeAt when to plan again, at the latest
     */
    public record Plan(List<PeerId> asks, Optional<Instant> wakeAt) {}

    private static final class Place {
        private final Multiaddr known;
        private Instant due;
        private boolean asking;
        private int failures;
        private List<Multiaddr> addresses = List.of();
        private @Nullable Instant endsAt;

        Place(Multiaddr known, Instant due) {
            this.known = known;
            this.due = due;
        }
    }

    private final RandomGenerator random;
    private final Map<PeerId, Place> places = new LinkedHashMap<>();
    private Instant latest = Instant.MIN;

    /** @param random for the random part of each wait */
    public ReservationKeeper(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A relay has let this node in. Without effect when that is known.
     *
     * @param relay which
     * @param address how it was set up, its name at the end
     * @param now the time
     */
    public void connected(PeerId relay, Multiaddr address, Instant now) {
        places.putIfAbsent(relay, new Place(address, now));
    }

    /**
     * The connection to a relay has closed, and the place is gone with it.
     *
     * @param relay which
     */
    public void gone(PeerId relay) {
        places.remove(relay);
    }

    /**
     * A relay gave a place.
     *
     * @param relay which
     * @param reservation the place
     * @param now the time
     */
    public void placed(PeerId relay, Reservation reservation, Instant now) {
        Place place = places.get(relay);
        if (place == null) {
            return; // gone meanwhile
        }
        Duration told = Duration.between(now, reservation.expiresAt());
        Duration life = told.compareTo(MIN_LIFE) < 0 ? MIN_LIFE : told.compareTo(MAX_LIFE) > 0 ? MAX_LIFE : told;
        place.asking = false;
        place.failures = 0;
        place.endsAt = now.plus(life);
        place.due = now.plusMillis(life.toMillis() / 2 + random.nextLong(life.toMillis() / 4 + 1));
        place.addresses = addresses(relay, place.known, reservation.addresses());
    }

    /** The address that works for us first, then those that the relay says; each leads through the relay. */
    private static List<Multiaddr> addresses(PeerId relay, Multiaddr known, List<Multiaddr> told) {
        boolean local = known.ip().filter(ip -> ip.isLoopbackAddress()).isPresent();
        return Stream.concat(Stream.of(known), told.stream())
                .filter(address -> !address.isRelayed())
                .filter(address ->
                        address.peerId().isEmpty() || address.peerId().get().equals(relay))
                .filter(address -> local
                        || address.ip()
                                .filter(ip ->
                                        ip.isLoopbackAddress() || ip.isAnyLocalAddress() || ip.isLinkLocalAddress())
                                .isEmpty())
                .map(address -> Multiaddr.parse(address.withPeerId(relay) + "/p2p-circuit"))
                .distinct()
                .limit(MAX_ADDRESSES)
                .toList();
    }

    /**
     * A relay gave no place. One that it gave before lasts to its end.
     *
     * @param relay which
     * @param mayHelp whether to ask again soon
     * @param now the time
     */
    public void refused(PeerId relay, boolean mayHelp, Instant now) {
        Place place = places.get(relay);
        if (place == null) {
            return;
        }
        place.asking = false;
        int doublings = Math.min(place.failures, MAX_DOUBLINGS);
        place.failures++;
        long full = mayHelp
                ? Math.min(FIRST_WAIT.toMillis() << doublings, LONGEST_WAIT.toMillis())
                : LONGEST_WAIT.toMillis();
        place.due = now.plusMillis(full / 2 + random.nextLong(full / 2 + 1));
    }

    /**
     * Plans.
     *
     * @param now the time
     * @return where to ask, each relay once until it has answered or is gone, and when to call this again
     */
    public Plan plan(Instant now) {
        boolean setBack = now.isBefore(latest.equals(Instant.MIN) ? latest : latest.minus(CLOCK_SLACK));
        latest = setBack || now.isAfter(latest) ? now : latest;
        List<PeerId> asks = new ArrayList<>();
        Optional<Instant> wakeAt = Optional.empty();
        for (Map.Entry<PeerId, Place> entry : places.entrySet()) {
            Place place = entry.getValue();
            Instant endsAt = place.endsAt;
            if (endsAt != null && !endsAt.isAfter(now)) {
                place.endsAt = null;
                place.addresses = List.of();
            }
            if (!place.asking && (setBack || !place.due.isAfter(now))) {
                place.asking = true;
                asks.add(entry.getKey());
            }
            Optional<Instant> next = Stream.of(
                            Optional.of(place.due).filter(due -> !place.asking), Optional.ofNullable(place.endsAt))
                    .flatMap(Optional::stream)
                    .min(Instant::compareTo);
            wakeAt = Stream.of(wakeAt, next).flatMap(Optional::stream).min(Instant::compareTo);
        }
        return new Plan(asks, wakeAt);
    }

    /**
     * Where this node can be reached through its relays.
     *
     * @return addresses that end in {@code /p2p-circuit}
     */
    public List<Multiaddr> addresses() {
        return places.values().stream()
                .flatMap(place -> place.addresses.stream())
                .distinct()
                .toList();
    }
}
