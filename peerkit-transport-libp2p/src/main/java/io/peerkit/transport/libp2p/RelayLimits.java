// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.api.InvalidSettingException;
import java.time.Duration;

/**
 * What a relay gives away, to all and to each; a part of {@link Libp2pTransport.Builder#relayLimits}.
 *
 * @param maxReservations places at a time, 1 to 1,000,000. A peer has one at most; asking again renews it
 * @param maxReservationsPerAddress places at a time for peers that come from one IPv4 address, or one /64 network of IPv6; at least 1
 * @param maxAsksPerMinute how often a peer that has a place may ask for it again within a minute; at least 1
 * @param maxCircuits circuits at a time, those included that are being set up; at least 1
 * @param maxCircuitsPerPeer circuits at a time that begin or end at one peer, which bounds the streams of each protocol
 *     too; at least 1
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
        if (circuitLife.isNegative()
                || circuitLife.compareTo(MAX_CIRCUIT_LIFE) > 0
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
     * @return 10,000 places, 256 from one address, 10 asks a minute; 4,096 circuits, 100 a peer, 1,024 an address, without
     *     an end; 125 MB/s; places for an hour
     */
    public static RelayLimits defaults() {
        return new RelayLimits(10_000, 256, 10, 4_096, 100, 1_024, 0, Duration.ZERO, 125_000_000L, Duration.ofHours(1));
    }

    /**
     * These limits, to be changed one by one.
     *
     * @return a builder with these values
     */
    public Builder toBuilder() {
        return new Builder(this);
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

    /** Changes limits one by one; {@link #build} checks them. Not safe for use by many threads. */
    public static final class Builder {
        private int maxReservations;
        private int maxReservationsPerAddress;
        private int maxAsksPerMinute;
        private int maxCircuits;
        private int maxCircuitsPerPeer;
        private int maxCircuitsPerAddress;
        private long circuitBytes;
        private Duration circuitLife;
        private long bytesPerSecond;
        private Duration reservationLife;

        private Builder(RelayLimits from) {
            maxReservations = from.maxReservations;
            maxReservationsPerAddress = from.maxReservationsPerAddress;
            maxAsksPerMinute = from.maxAsksPerMinute;
            maxCircuits = from.maxCircuits;
            maxCircuitsPerPeer = from.maxCircuitsPerPeer;
            maxCircuitsPerAddress = from.maxCircuitsPerAddress;
            circuitBytes = from.circuitBytes;
            circuitLife = from.circuitLife;
            bytesPerSecond = from.bytesPerSecond;
            reservationLife = from.reservationLife;
        }

        /**
         * Sets {@link RelayLimits#maxReservations}.
         *
         * @param value places at a time
         * @return this
         */
        public Builder maxReservations(int value) {
            maxReservations = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#maxReservationsPerAddress}.
         *
         * @param value places at a time for one address
         * @return this
         */
        public Builder maxReservationsPerAddress(int value) {
            maxReservationsPerAddress = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#maxAsksPerMinute}.
         *
         * @param value asks of a peer that has a place
         * @return this
         */
        public Builder maxAsksPerMinute(int value) {
            maxAsksPerMinute = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#maxCircuits}.
         *
         * @param value circuits at a time
         * @return this
         */
        public Builder maxCircuits(int value) {
            maxCircuits = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#maxCircuitsPerPeer}.
         *
         * @param value circuits at a time that begin or end at one peer
         * @return this
         */
        public Builder maxCircuitsPerPeer(int value) {
            maxCircuitsPerPeer = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#maxCircuitsPerAddress}.
         *
         * @param value circuits at a time that one address opens
         * @return this
         */
        public Builder maxCircuitsPerAddress(int value) {
            maxCircuitsPerAddress = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#circuitBytes}.
         *
         * @param value bytes of a circuit in each direction, 0 for any number
         * @return this
         */
        public Builder circuitBytes(long value) {
            circuitBytes = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#circuitLife}.
         *
         * @param value how long a circuit may last, zero for ever
         * @return this
         */
        public Builder circuitLife(Duration value) {
            circuitLife = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#bytesPerSecond}.
         *
         * @param value bytes of all circuits together, 0 for any number
         * @return this
         */
        public Builder bytesPerSecond(long value) {
            bytesPerSecond = value;
            return this;
        }

        /**
         * Sets {@link RelayLimits#reservationLife}.
         *
         * @param value how long a place lasts
         * @return this
         */
        public Builder reservationLife(Duration value) {
            reservationLife = value;
            return this;
        }

        /**
         * Makes the limits.
         *
         * @return the limits
         * @throws InvalidSettingException when one is out of its range
         */
        public RelayLimits build() {
            return new RelayLimits(
                    maxReservations,
                    maxReservationsPerAddress,
                    maxAsksPerMinute,
                    maxCircuits,
                    maxCircuitsPerPeer,
                    maxCircuitsPerAddress,
                    circuitBytes,
                    circuitLife,
                    bytesPerSecond,
                    reservationLife);
        }
    }
}
