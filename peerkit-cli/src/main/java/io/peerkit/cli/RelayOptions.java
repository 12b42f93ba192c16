// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.transport.libp2p.RelayLimits;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What a relay gives away. */
final class RelayOptions {
    @Option(
            names = "--max-reservations",
            paramLabel = "N",
            defaultValue = "10000",
            description = "places for nodes that cannot be dialed, at a time; default 10,000")
    private int maxReservations = 10_000;

    @Option(
            names = "--max-reservations-per-address",
            paramLabel = "N",
            defaultValue = "256",
            description = "those of one IPv4 address or IPv6 /64; default 256")
    private int maxReservationsPerAddress = 256;

    @Option(
            names = "--max-asks-per-minute",
            paramLabel = "N",
            defaultValue = "10",
            description = "how often a node may ask for its place anew; default 10")
    private int maxAsksPerMinute = 10;

    @Option(
            names = "--max-circuits",
            paramLabel = "N",
            defaultValue = "4096",
            description = "circuits at a time; default 4,096")
    private int maxCircuits = 4_096;

    @Option(
            names = "--max-circuits-per-peer",
            paramLabel = "N",
            defaultValue = "100",
            description = "those that begin or end at one node; default 100")
    private int maxCircuitsPerPeer = 100;

    @Option(
            names = "--max-circuits-per-address",
            paramLabel = "N",
            defaultValue = "1024",
            description = "those that one address opens; default 1,024")
    private int maxCircuitsPerAddress = 1_024;

    @Option(
            names = "--circuit-bytes",
            paramLabel = "N",
            defaultValue = "0",
            description = "what a circuit may carry each way; default 0, any number")
    private long circuitBytes = 0;

    @Option(
            names = "--circuit-seconds",
            paramLabel = "N",
            defaultValue = "0",
            description = "how long a circuit may last; default 0, for ever")
    private long circuitSeconds = 0;

    @Option(
            names = "--max-bytes-per-second",
            paramLabel = "N",
            defaultValue = "125000000",
            description = "what all circuits may carry together; 0 for any number; default 125,000,000")
    private long maxBytesPerSecond = 125_000_000;

    @Option(
            names = "--reservation-seconds",
            paramLabel = "N",
            defaultValue = "3600",
            description = "how long a place lasts unless asked for anew; default 3,600")
    private long reservationSeconds = 3_600;

    /** The limits; a value that is out of its range is named by what is thrown. */
    RelayLimits limits() {
        return RelayLimits.defaults().toBuilder()
                .maxReservations(maxReservations)
                .maxReservationsPerAddress(maxReservationsPerAddress)
                .maxAsksPerMinute(maxAsksPerMinute)
                .maxCircuits(maxCircuits)
                .maxCircuitsPerPeer(maxCircuitsPerPeer)
                .maxCircuitsPerAddress(maxCircuitsPerAddress)
                .circuitBytes(circuitBytes)
                .circuitLife(Duration.ofSeconds(circuitSeconds))
                .bytesPerSecond(maxBytesPerSecond)
                .reservationLife(Duration.ofSeconds(reservationSeconds))
                .build();
    }
}
