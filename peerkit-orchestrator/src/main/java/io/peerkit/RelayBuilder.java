// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.internal.RunningNode;
import io.peerkit.internal.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Settings of an infrastructure node. Not safe for concurrent use; starts one. */
public final class RelayBuilder {
    private final List<NodeAddress> bootstrap = new ArrayList<>();
    private Optional<TransportFactory> transport = Optional.empty();
    private Optional<NetworkAccess> access = Optional.empty();
    private Optional<KeyStore> keys = Optional.empty();
    private Optional<Executor> executor = Optional.empty();
    private NodeListener listener = new NodeListener() {};
    private boolean started;

    RelayBuilder() {}

    /**
     * How bytes travel. Must be set.
     *
     * @param transport settings of a transport, used for this relay alone
     * @return this
     */
    public RelayBuilder transport(TransportFactory transport) {
        this.transport = Optional.of(transport);
        return this;
    }

    /**
     * Who belongs to the network. Must be set; {@link NetworkAccess#open()} lets everyone in.
     *
     * @param access the policy, the same for all of a network
     * @return this
     */
    public RelayBuilder access(NetworkAccess access) {
        this.access = Optional.of(access);
        return this;
    }

    /**
     * Where the relay's keys rest. Without this setting they live in memory: the relay's address changes
     * at each start.
     *
     * @param keys a key store that no other relay uses
     * @return this
     */
    public RelayBuilder keys(KeyStore keys) {
        this.keys = Optional.of(keys);
        return this;
    }

    /**
     * Adds a node to stay connected to, such as one that knows the others.
     *
     * @param address its complete address
     * @return this
     */
    public RelayBuilder bootstrap(NodeAddress address) {
        bootstrap.add(address);
        return this;
    }

    /**
     * Is told what happens.
     *
     * @param listener called on the executor, one call at a time
     * @return this
     */
    public RelayBuilder listener(NodeListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Runs hooks, listeners and the completion of futures. Without this setting the relay makes four threads, which end
     * when idle and when the relay closes.
     *
     * @param executor not closed by the relay
     * @return this
     */
    public RelayBuilder executor(Executor executor) {
        this.executor = Optional.of(executor);
        return this;
    }

    /**
     * Starts the relay.
     *
     * @return a future of the running relay, completed on the executor, or failed with
     *     <ul>
     *       <li>{@link io.peerkit.api.StorageException} when the key file cannot be opened
     *       <li>{@link io.peerkit.api.PeerUnreachableException} when a port cannot be opened
     *       <li>{@link InvalidSettingException} when the transport refuses one of its settings
     *     </ul>
     * @throws InvalidSettingException when a setting is missing or contradicts another; the message names it
     */
    public CompletableFuture<PeerkitRelay> start() {
        Checks.notStarted(started);
        TransportFactory carrier = Checks.present(transport, "transport", "Libp2pTransport.builder()");
        NetworkAccess policy = Checks.present(access, "access", "NetworkAccess.sharedKey(key)");
        Checks.distinct(bootstrap);
        started = true;
        return RunningNode.start(new Settings(
                        TransportMode.INFRASTRUCTURE,
                        Optional.empty(),
                        carrier,
                        policy,
                        keys.orElseGet(KeyStore::inMemory),
                        policy.networkId(),
                        Optional.empty(),
                        DistributionStrategy.fullReplication(),
                        ConnectionStrategies.none(),
                        Optional.empty(),
                        listener,
                        executor,
                        bootstrap,
                        GossipSettings.Timing.defaults(),
                        NodeCapacity.unlimited()))
                .thenApply(relay -> relay);
    }
}
