// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidSettingException;
import java.time.Duration;
import java.util.Map;

/**
 * What a relay gives away.
 *
 * @param maxReservations places at a time, 1 to 1,000,000. A peer has one at most; asking again renews it
 * @param maxReservationsPerAddress places at a time for peers that come from one address, see {@link RemoteHost}; at least 1
 * @param maxAsksPerMinute how often a peer that has a place may ask for it again within a minute; at least 1
 * @param maxCircuits circuits at a time, those included that are being set up; at least 1
 * @param maxCircuitsPerPeer circuits at a time that begin or end at one peer; at least 1
 * @param maxCircuitsPerAddress circuits at a time that peers open which come from one address; at least 1
 * @param circuitBytes what a circuit may carry in each direction; 0 for any number of bytes
 * @param circuitLife how long a circuit may last, in whole seconds; zero for ever
 * @param bytesPerSecond what all circuits may carry together, both directions counted; 0 for any number
 * @param reservationLife how long a place lasts unless asked for again, in whole seconds; 1 min to 24 h
 */
public record RelayLimits(
        int maxReservations,
        int maxReservationsPerAddress,
        int maxAsksPerMinute,
        int maxCircuits,
        int maxCircuitsPerPeer,
        int maxCircuitsPerAddress,
        long circuitBytes,
        Duration circuitLife,
        long bytesPerSecond,
        Duration reservationLife) {
    private static final int MAX_COUNT = 1_000_000;
    private static final Duration MIN_RESERVATION = Duration.ofMinutes(1);
    private static final Duration MAX_RESERVATION = Duration.ofHours(24);
    private static final Duration MAX_CIRCUIT_LIFE = Duration.ofDays(365);

    /** Checks every field. */
    public RelayLimits {
        count("maxReservations", maxReservations);
        count("maxReservationsPerAddress", maxReservationsPerAddress);
        count("maxAsksPerMinute", maxAsksPerMinute);
        count("maxCircuits", maxCircuits);
        count("maxCircuitsPerPeer", maxCircuitsPerPeer);
        count("maxCircuitsPerAddress", maxCircuitsPerAddress);
        notNegative("circuitBytes", circuitBytes);
        notNegative("bytesPerSecond", bytesPerSecond);
        if (circuitLife.isNegative() || circuitLife.compareTo(MAX_CIRCUIT_LIFE) > 0
                || !circuitLife.equals(Duration.ofSeconds(circuitLife.toSeconds()))) {
            throw new InvalidSettingException("relay circuitLife of " + circuitLife
                    + ", must be whole seconds, 0 for ever, at most " + MAX_CIRCUIT_LIFE);
        }
        if (reservationLife.compareTo(MIN_RESERVATION) < 0 || reservationLife.compareTo(MAX_RESERVATION) > 0) {
            throw new InvalidSettingException("relay reservationLife of " + reservationLife + ", must be "
                    + MIN_RESERVATION + " to " + MAX_RESERVATION);
        }
    }

    /**
     * Those of a relay for one's own network, which only members can use: a whole sync goes through it, at up to a
     * gigabit a second for all together.
     *
     * @return 10,000 places, 256 from one address, 10 asks a minute; 4,096 circuits, 128 a peer, 1,024 an address, without
     *     an end; 125 MB/s; places for an hour
     */
    public static RelayLimits defaults() {
        return new RelayLimits(
                10_000, 256, 10, 4_096, 128, 1_024, 0, Duration.ZERO, 125_000_000L, Duration.ofHours(1));
    }

    /** What the two ends of a circuit are told. */
    CircuitLimit circuit() {
        return new CircuitLimit(circuitLife.toSeconds(), circuitBytes);
    }

    /** Each limit by the name of a figure. */
    Map<String, Long> figures() {
        return Map.of(
                "relay.reservations.max", (long) maxReservations,
                "relay.reservations.max-per-address", (long) maxReservationsPerAddress,
                "relay.reservations.max-asks-per-minute", (long) maxAsksPerMinute,
                "relay.reservations.life-seconds", reservationLife.toSeconds(),
                "relay.circuits.max", (long) maxCircuits,
                "relay.circuits.max-per-peer", (long) maxCircuitsPerPeer,
                "relay.circuits.max-per-address", (long) maxCircuitsPerAddress,
                "relay.circuits.max-bytes", circuitBytes,
                "relay.circuits.max-seconds", circuitLife.toSeconds(),
                "relay.circuits.max-bytes-per-second", bytesPerSecond);
    }

    private static void count(String name, int value) {
        if (value < 1 || value > MAX_COUNT) {
            throw new InvalidSettingException("relay " + name + " of " + value + ", must be 1 to " + MAX_COUNT);
        }
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new InvalidSettingException("relay " + name + " of " + value + ", must be 0 or more");
        }
    }
}
