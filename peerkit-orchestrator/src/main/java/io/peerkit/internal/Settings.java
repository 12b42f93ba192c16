// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.gossip.GossipSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * What a builder collected, checked for completeness.
 *
 * @param mode node or infrastructure
 * @param storage absent in infrastructure mode
 * @param transport carries the bytes
 * @param access decides who belongs to the network
 * @param keys where the keys rest
 * @param network where entries belong, but for the authority
 * @param authority closes epochs, if anybody does; is given this node's agent
 * @param distribution who stores what
 * @param connections to whom to connect
 * @param hooks looks at entries before they are stored
 * @param listener is told what happens
 * @param executor runs the application's code, if it brings one
 * @param bootstrap nodes to stay connected to
 * @param timing intervals and bounds of time
 * @param capacity what the node has to spare
 */
public record Settings(
        TransportMode mode,
        Optional<StorageFactory> storage,
        TransportFactory transport,
        NetworkAccess access,
        KeyStore keys,
        NetworkId network,
        Optional<Function<AgentId, Authority>> authority,
        DistributionStrategy distribution,
        ConnectionStrategy connections,
        Optional<StorageHooks> hooks,
        NodeListener listener,
        Optional<Executor> executor,
        List<NodeAddress> bootstrap,
        GossipSettings.Timing timing,
        NodeCapacity capacity) {}
