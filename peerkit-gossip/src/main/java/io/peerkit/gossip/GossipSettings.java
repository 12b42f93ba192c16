// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What a gossip node is made of.
 *
 * @param loop owns its state
 * @param agent the local agent
 * @param network where its entries belong
 * @param authority closes epochs, if anybody does; the same for all of a network
 * @param storage its open store, which it does not close; absent at an infrastructure node, which then only exchanges
 *     agent cards
 * @param distribution who stores what
 * @param connections to whom to connect; not shared with another node
 * @param hooks looks at entries before they are stored, if the application wants to
 * @param listener is told what happens, on {@code userExecutor}
 * @param userExecutor runs hooks and the listener: one task at a time that tells something, up to
 *     {@link StorageHooks#maxConcurrency} that show entries and {@value StorageHooks#MAX_STUCK} that are overdue, and up to two that read
 *     blobs which the application keeps
 * @param workers runs what hashes large blobs, and what reads those that are published from the application's streams, which
 *     may block; up to three tasks at a time
 * @param bootstrap nodes to stay connected to, relays among them
 * @param denyAccess makes the access handshake refuse an agent from now on
 * @param allowAccess takes that back
 * @param timing intervals and bounds of time
 * @param watcher is told of what entries cost
 * @param capacity what the node has to spare
 */
public record GossipSettings(
        NodeLoop loop,
        Agent agent,
        NetworkId network,
        Optional<Authority> authority,
        Optional<Storage> storage,
        DistributionStrategy distribution,
        ConnectionStrategy connections,
        Optional<StorageHooks> hooks,
        NodeListener listener,
        Executor userExecutor,
        Executor workers,
        List<NodeAddress> bootstrap,
        Consumer<AgentId> denyAccess,
        Consumer<AgentId> allowAccess,
        Timing timing,
        GossipWatcher watcher,
        NodeCapacity capacity) {
    /** Copies the list. */
    public GossipSettings {
        bootstrap = List.copyOf(bootstrap);
    }

    /**
     * Intervals and bounds of time.
     *
     * @param round between two rounds of anti-entropy of this node
     * @param maxClockDrift how far in the future an entry's time may lie before it is held back
     * @param agentInfoLifetime how long a card of this node counts; renewed at two thirds
     * @param session the longest that one reconciliation session may take without progress
     * @param validation how long the application may take for an answer to {@link StorageHooks#integrate}
     */
    public record Timing(
            Duration round, Duration maxClockDrift, Duration agentInfoLifetime, Duration session, Duration validation) {
        /** How long the application may take unless said otherwise. */
        public static final Duration DEFAULT_VALIDATION = Duration.ofSeconds(30);

        /**
         * With the default deadline for the application.
         *
         * @param round between two rounds
         * @param maxClockDrift how far in the future an entry's time may lie
         * @param agentInfoLifetime how long a card counts
         * @param session the longest that a session may take without progress
         */
        public Timing(Duration round, Duration maxClockDrift, Duration agentInfoLifetime, Duration session) {
            this(round, maxClockDrift, agentInfoLifetime, session, DEFAULT_VALIDATION);
        }

        /**
         * The values for a network of people: 10 s, 60 s, 15 min, 30 s, 30 s.
         *
         * @return the defaults
         */
        public static Timing defaults() {
            return new Timing(
                    Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));
        }
    }
}
