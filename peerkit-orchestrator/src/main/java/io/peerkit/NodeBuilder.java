// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.internal.RunningNode;
import io.peerkit.internal.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Settings of a node. Not safe for concurrent use; starts one node. */
public final class NodeBuilder {
    private final List<NodeAddress> bootstrap = new ArrayList<>();
    private Optional<StorageFactory> storage = Optional.empty();
    private Optional<TransportFactory> transport = Optional.empty();
    private Optional<NetworkAccess> access = Optional.empty();
    private Optional<KeyStore> keys = Optional.empty();
    private Optional<NetworkId> network = Optional.empty();
    private Optional<Function<AgentId, Authority>> authority = Optional.empty();
    private Optional<ConnectionStrategy> connections = Optional.empty();
    private Optional<StorageHooks> hooks = Optional.empty();
    private Optional<Executor> executor = Optional.empty();
    private DistributionStrategy distribution = DistributionStrategy.fullReplication();
    private NodeListener listener = new NodeListener() {};
    private GossipSettings.Timing timing = GossipSettings.Timing.defaults();
    private NodeCapacity capacity = NodeCapacity.unlimited();
    private boolean started;

    NodeBuilder() {}

    /**
     * Where data rests. Must be set.
     *
     * @param storage settings of a store that no other node uses, unless it can be shared and is set to be
     * @return this
     */
    public NodeBuilder storage(StorageFactory storage) {
        this.storage = Optional.of(storage);
        return this;
    }

    /**
     * How bytes travel. Must be set.
     *
     * @param transport settings of a transport, used for this node alone
     * @return this
     */
    public NodeBuilder transport(TransportFactory transport) {
        this.transport = Optional.of(transport);
        return this;
    }

    /**
     * Who belongs to the network. Must be set; {@link NetworkAccess#open()} lets everyone in.
     *
     * @param access the policy, the same for all of a network
     * @return this
     */
    public NodeBuilder access(NetworkAccess access) {
        this.access = Optional.of(access);
        return this;
    }

    /**
     * Where the node's keys rest. Without this setting they rest in a file beside the store, or in
     * memory with a store that has no file: then the node is a new agent at each start. Must be set when the store is sealed and has a
     * file, since the keys beside it would not be: {@link FileKeyStore#at(java.nio.file.Path, char[])} seals them.
     *
     * @param keys a key store that no other node uses
     * @return this
     */
    public NodeBuilder keys(KeyStore keys) {
        this.keys = Optional.of(keys);
        return this;
    }

    /**
     * Adds a node to stay connected to, such as one that knows the others.
     *
     * @param address its complete address
     * @return this
     */
    public NodeBuilder bootstrap(NodeAddress address) {
        bootstrap.add(address);
        return this;
    }

    /**
     * Is told what happens.
     *
     * @param listener called on the executor, one call at a time
     * @return this
     */
    public NodeBuilder listener(NodeListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Runs hooks, listeners and the completion of futures. Without this setting the node makes up to twelve threads, which end
     * when idle and when the node closes.
     *
     * @param executor not closed by the node; with twelve threads or more, hooks that block hold up neither each other nor the
     *     completion of futures
     * @return this
     */
    public NodeBuilder executor(Executor executor) {
        this.executor = Optional.of(executor);
        return this;
    }

    /**
     * Names the network within those that the access policy lets in. Without this setting the policy names it.
     *
     * @param network the same for all of a network
     * @return this
     */
    public NodeBuilder network(NetworkId network) {
        this.network = Optional.of(network);
        return this;
    }

    /**
     * Names who closes the epochs of the network, and may delete what others wrote. It becomes part of the network's id. Without
     * this setting deletes remain as small entries for ever, and each author deletes its own. Needs full replication, and a store that
     * no other process uses.
     *
     * @param authority the same for all of a network, chosen when it is created
     * @return this
     */
    public NodeBuilder authority(Authority authority) {
        return authority(self -> authority);
    }

    /**
     * Names the authority where it is this node's own agent, or may be: {@code authority(Authority::of)} founds a network that this node
     * decides about.
     *
     * @param of is given this node's agent, which is made when it starts for the first time
     * @return this
     */
    public NodeBuilder authority(Function<AgentId, Authority> of) {
        this.authority = Optional.of(of);
        return this;
    }

    /**
     * Lets the application look at entries before they are stored, and keep their payloads. Without this setting all are kept
     * in the store.
     *
     * @param hooks called on the executor
     * @return this
     */
    public NodeBuilder hooks(StorageHooks hooks) {
        this.hooks = Optional.of(hooks);
        return this;
    }

    /**
     * Who stores what. Without this setting everyone stores everything.
     *
     * @param distribution the same for all of a network
     * @return this
     */
    public NodeBuilder distribution(DistributionStrategy distribution) {
        this.distribution = distribution;
        return this;
    }

    /**
     * To whom the node connects. Without this setting to everybody in a small network and to a few in a large one:
     * {@link ConnectionStrategies#adaptive}.
     *
     * @param connections not used by another node
     * @return this
     */
    public NodeBuilder connections(ConnectionStrategy connections) {
        this.connections = Optional.of(connections);
        return this;
    }

    /**
     * What the node has to spare for its network: it keeps within it, and tells the others. Without this setting there are no limits
     * but the machine's. {@link NodeCapacity#phone()} fits a device on battery and a paid line: it takes and gives 64 KiB a second at
     * most, stays connected to 4 peers and passes nothing on along trees.
     *
     * @param capacity of this node
     * @return this
     */
    public NodeBuilder capacity(NodeCapacity capacity) {
        this.capacity = capacity;
        return this;
    }

    /**
     * How often the node reconciles with one of its peers, to repair what push did not bring. 10 s without this setting.
     *
     * @param interval 100 ms to 1 h
     * @return this
     */
    public NodeBuilder round(Duration interval) {
        timing = new GossipSettings.Timing(
                interval, timing.maxClockDrift(), timing.agentInfoLifetime(), timing.session(), timing.validation());
        return this;
    }

    /**
     * How far in the future the time of an entry may lie; one from further on waits until the local clock gets there.
     * 60 s without this setting.
     *
     * @param drift 0 s to 1 day, the same for all of a network
     * @return this
     */
    public NodeBuilder maxClockDrift(Duration drift) {
        timing = new GossipSettings.Timing(
                timing.round(), drift, timing.agentInfoLifetime(), timing.session(), timing.validation());
        return this;
    }

    /**
     * How long the hooks may take for an answer to what peers sent; then the entries are given up and come again later. 30 s
     * without this setting.
     *
     * @param deadline 100 ms to 1 h
     * @return this
     */
    public NodeBuilder validationDeadline(Duration deadline) {
        timing = new GossipSettings.Timing(
                timing.round(), timing.maxClockDrift(), timing.agentInfoLifetime(), timing.session(), deadline);
        return this;
    }

    /**
     * Starts the node.
     *
     * @return a future of the running node, completed on the executor, or failed with
     *     <ul>
     *       <li>{@link io.peerkit.api.StorageException} when the store or the key file cannot be opened
     *       <li>{@link io.peerkit.api.PeerUnreachableException} when a port cannot be opened
     *       <li>{@link InvalidSettingException} when the transport refuses one of its settings
     *     </ul>
     * @throws InvalidSettingException when a setting is missing, out of bounds or contradicts another; the message names it
     */
    public CompletableFuture<PeerkitNode> start() {
        Checks.notStarted(started);
        StorageFactory store = Checks.present(storage, "storage", "SqliteStorage.at(path)");
        TransportFactory carrier = Checks.present(transport, "transport", "Libp2pTransport.builder()");
        NetworkAccess policy = Checks.present(access, "access", "NetworkAccess.sharedKey(key)");
        Checks.between("round", timing.round(), Duration.ofMillis(100), Duration.ofHours(1));
        Checks.between("maxClockDrift", timing.maxClockDrift(), Duration.ZERO, Duration.ofDays(1));
        Checks.between("validationDeadline", timing.validation(), Duration.ofMillis(100), Duration.ofHours(1));
        Checks.distinct(bootstrap);
        if (authority.isPresent() && !distribution.equals(DistributionStrategy.fullReplication())) {
            // What an authority has not got leaves the network when it closes the epoch.
            throw new InvalidSettingException("authority: epochs can only be closed where everybody stores everything");
        }
        KeyStore secrets = keys.orElseGet(() -> keysBeside(store));
        started = true;
        return RunningNode.start(new Settings(
                        TransportMode.NODE,
                        storage,
                        carrier,
                        policy,
                        secrets,
                        network.orElseGet(policy::networkId),
                        authority,
                        distribution,
                        connections.orElseGet(ConnectionStrategies::adaptive),
                        hooks,
                        listener,
                        executor,
                        bootstrap,
                        timing,
                        capacity))
                .thenApply(node -> node);
    }

    private static KeyStore keysBeside(StorageFactory store) {
        Optional<Path> beside = store.keyFile();
        if (beside.isPresent() && store.isSealed()) {
            throw new InvalidSettingException("keys is missing: the store is sealed, and in " + beside.get()
                    + " beside it the keys would not be; call .keys(…), such as FileKeyStore.at(file, passphrase)");
        }
        return beside.<KeyStore>map(FileKeyStore::at).orElseGet(KeyStore::inMemory);
    }
}
