// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.limits.RateLimits;
import java.time.Duration;

/**
 * What a swarm may use.
 *
 * @param connections how connections behave
 * @param dialTimeout for one address, from the first packet until the peer has proven who it is
 * @param maxConnections the most sockets at a time, listeners not counted
 * @param maxConnectionsPerAddress the most connections accepted from one IPv4 address or IPv6 network of 64 bits
 * @param maxPendingHandshakes the most accepted connections that are not yet let in
 * @param threads how many event loops
 * @param rates how fast connections may come and go out
 * @param maxStreamsPerProtocol the most streams of one protocol that a peer may have open on a connection
 */
public record SwarmSettings(
        ConnectionSettings connections,
        Duration dialTimeout,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxPendingHandshakes,
        int threads,
        RateLimits rates,
        int maxStreamsPerProtocol) {
    /** The most event loops that are of use before a node has hundreds of busy peers. */
    private static final int MAX_THREADS = 4;

    /**
     * The usual ones.
     *
     * @param connections how connections behave
     * @return 5 s to dial, 1,024 connections, 256 from one address, 128 pending, a thread for each core up to 4
     */
    public static SwarmSettings of(ConnectionSettings connections) {
        int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
        return new SwarmSettings(
                connections,
                Duration.ofSeconds(5),
                1_024,
                256,
                128,
                threads,
                RateLimits.defaults(),
                ProtocolTable.MAX_STREAMS);
    }
}
