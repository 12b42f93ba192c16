// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.agent.NetworkAccess;
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
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.GossipWatcher;
import io.peerkit.testkit.storage.MemoryDisk;
import io.peerkit.testkit.storage.MemoryStorage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What a simulated node is to be; every wither gives a changed copy. */
public final class NodePlan {
    private static final byte[] NETWORK_KEY = key(1);

    private TransportMode mode = TransportMode.NODE;
    private byte[] key = NETWORK_KEY;
    private byte[] publishingKey = NETWORK_KEY;
    private boolean correct = true;
    private boolean forging;
    private List<NodeAddress> bootstrap = List.of();
    private Supplier<ConnectionStrategy> connections = ConnectionStrategies::connectToAll;
    private GossipSettings.Timing timing = GossipSettings.Timing.defaults();
    private Duration taskCost = Duration.ZERO;
    private NodeListener listener = new NodeListener() {};
    private Optional<StorageHooks> hooks = Optional.empty();
    private Supplier<DistributionStrategy> distribution = DistributionStrategy::fullReplication;
    private GossipWatcher watcher = GossipWatcher.none();
    private UnaryOperator<Agent> signer = UnaryOperator.identity();
    private UnaryOperator<Storage> store = UnaryOperator.identity();
    private Optional<MemoryDisk> disk = Optional.empty();
    private UnaryOperator<Transport> transport = UnaryOperator.identity();
    private NodeCapacity capacity = NodeCapacity.unlimited();

    private Function<AgentId, Optional<Authority>> authority = self -> Optional.empty();
    private Optional<Authority> trueAuthority = Optional.empty();

    private NodePlan() {}

    private NodePlan(NodePlan other) {
        mode = other.mode;
        key = other.key;
        publishingKey = other.publishingKey;
        correct = other.correct;
        forging = other.forging;
        bootstrap = other.bootstrap;
        connections = other.connections;
        timing = other.timing;
        taskCost = other.taskCost;
        listener = other.listener;
        hooks = other.hooks;
        distribution = other.distribution;
        watcher = other.watcher;
        signer = other.signer;
        store = other.store;
        disk = other.disk;
        transport = other.transport;
        authority = other.authority;
        trueAuthority = other.trueAuthority;
        capacity = other.capacity;
    }

    /**
     * A correct node with the key of the network, the default strategies and the default timing, that knows nobody.
     *
     * @return the plan
     */
    public static NodePlan member() {
        return new NodePlan();
    }

    /**
     * A correct infrastructure node: it stores nothing and introduces others to each other.
     *
     * @return the plan
     */
    public static NodePlan infrastructure() {
        NodePlan plan = new NodePlan();
        plan.mode = TransportMode.INFRASTRUCTURE;
        return plan;
    }

    /**
     * A node with another key, which nobody may let in.
     *
     * @return the plan
     */
    public static NodePlan stranger() {
        NodePlan plan = new NodePlan();
        plan.key = key(2);
        plan.publishingKey = plan.key;
        plan.correct = false;
        plan.forging = true;
        return plan;
    }

    /**
     * The same, staying connected to nodes.
     *
     * @param addresses where they are
     * @return a copy
     */
    public NodePlan bootstrap(List<NodeAddress> addresses) {
        NodePlan plan = new NodePlan(this);
        plan.bootstrap = List.copyOf(addresses);
        return plan;
    }

    /**
     * The same in a network whose epochs somebody closes.
     *
     * @param of names the authority; is given the agent of the node
     * @return a copy
     */
    public NodePlan authority(Function<AgentId, Authority> of) {
        NodePlan plan = new NodePlan(this);
        plan.authority = of.andThen(Optional::of);
        return plan;
    }

    /**
     * A liar: belongs to the network of an authority, and behaves as if it were the authority itself. Not counted as correct.
     *
     * @param of names the true authority
     * @return a copy
     */
    public NodePlan pretendingAuthority(Authority of) {
        NodePlan plan = new NodePlan(this);
        plan.authority = self -> Optional.of(Authority.of(self));
        plan.trueAuthority = Optional.of(of);
        plan.correct = false;
        plan.forging = true;
        return plan;
    }

    Optional<Authority> authority(AgentId self) {
        return authority.apply(self);
    }

    NetworkId network(AgentId self) {
        NetworkId named = NetworkAccess.sharedKey(publishingKey).networkId();
        return trueAuthority
                .or(() -> authority(self))
                .map(them -> them.bind(named))
                .orElse(named);
    }

    /**
     * The same with a connection strategy.
     *
     * @param strategy makes one for each start of each node
     * @return a copy
     */
    public NodePlan connections(Supplier<ConnectionStrategy> strategy) {
        NodePlan plan = new NodePlan(this);
        plan.connections = strategy;
        return plan;
    }

    /**
     * The same with other intervals.
     *
     * @param intervals of rounds, cards and sessions
     * @return a copy
     */
    public NodePlan timing(GossipSettings.Timing intervals) {
        NodePlan plan = new NodePlan(this);
        plan.timing = intervals;
        return plan;
    }

    /**
     * The same on a slower machine.
     *
     * @param perTask how long each task of the node loop takes
     * @return a copy
     */
    public NodePlan taskCost(Duration perTask) {
        NodePlan plan = new NodePlan(this);
        plan.taskCost = perTask;
        return plan;
    }

    /**
     * The same with less to spare.
     *
     * @param spare what the node has
     * @return a copy
     */
    public NodePlan capacity(NodeCapacity spare) {
        NodePlan plan = new NodePlan(this);
        plan.capacity = spare;
        return plan;
    }

    NodeCapacity capacity() {
        return capacity;
    }

    /**
     * The same with a listener.
     *
     * @param told what happens, also after restarts
     * @return a copy
     */
    public NodePlan listener(NodeListener told) {
        NodePlan plan = new NodePlan(this);
        plan.listener = told;
        return plan;
    }

    /**
     * The same with hooks of an application.
     *
     * @param application looks at entries before they are stored
     * @return a copy
     */
    public NodePlan hooks(StorageHooks application) {
        NodePlan plan = new NodePlan(this);
        plan.hooks = Optional.of(application);
        return plan;
    }

    /**
     * The same on a disk that other nodes have open too, as several processes of an application do.
     *
     * @param shared by all whose plans name it
     * @return a copy
     */
    public NodePlan sharing(MemoryDisk shared) {
        NodePlan plan = new NodePlan(this);
        plan.disk = Optional.of(shared);
        return plan;
    }

    /**
     * The same with a distribution strategy.
     *
     * @param strategy makes one for each start of each node
     * @return a copy
     */
    public NodePlan distribution(Supplier<DistributionStrategy> strategy) {
        NodePlan plan = new NodePlan(this);
        plan.distribution = strategy;
        return plan;
    }

    /**
     * The same with somebody who looks on.
     *
     * @param told what entries cost, also after restarts
     * @return a copy
     */
    public NodePlan watcher(GossipWatcher told) {
        NodePlan plan = new NodePlan(this);
        plan.watcher = told;
        return plan;
    }

    /**
     * A liar: belongs to the network, but what it signs with goes through {@code lie}. Not counted as correct, and nobody may store
     * what it publishes.
     *
     * @param lie makes the agent that the node signs entries and cards with
     * @return a copy
     */
    public NodePlan lyingSigner(UnaryOperator<Agent> lie) {
        NodePlan plan = new NodePlan(this);
        plan.signer = lie;
        plan.correct = false;
        plan.forging = true;
        return plan;
    }

    /**
     * A liar: belongs to the network, but what it stores goes through {@code lie}. Not counted as correct.
     *
     * @param lie makes the store that the node has
     * @return a copy
     */
    public NodePlan lyingStore(UnaryOperator<Storage> lie) {
        NodePlan plan = new NodePlan(this);
        plan.store = lie;
        plan.correct = false;
        return plan;
    }

    /** A liar: belongs to the network, but publishes entries of another. Not counted as correct. */
    NodePlan publishingForeignEntries() {
        NodePlan plan = new NodePlan(this);
        plan.publishingKey = key(3);
        plan.correct = false;
        plan.forging = true;
        return plan;
    }

    /** The same with a store of somebody's own, which had better be right. */
    NodePlan store(UnaryOperator<Storage> wrap) {
        NodePlan plan = new NodePlan(this);
        plan.store = wrap;
        return plan;
    }

    /**
     * The same, not counted as correct: whatever it does, the others must come to agree.
     *
     * @return a copy
     */
    public NodePlan incorrect() {
        NodePlan plan = new NodePlan(this);
        plan.correct = false;
        return plan;
    }

    /**
     * The same with something between gossip and transport.
     *
     * @param wrap makes the transport that the node's gossip sees
     * @return a copy
     */
    public NodePlan transport(UnaryOperator<Transport> wrap) {
        NodePlan plan = new NodePlan(this);
        plan.transport = wrap;
        return plan;
    }

    Transport wrapped(Transport open) {
        return transport.apply(open);
    }

    TransportMode mode() {
        return mode;
    }

    byte[] key() {
        return key;
    }

    byte[] publishingKey() {
        return publishingKey;
    }

    boolean isCorrect() {
        return correct;
    }

    /** Whether nobody may ever store what it publishes. */
    boolean isForging() {
        return forging;
    }

    boolean stores() {
        return mode == TransportMode.NODE;
    }

    List<NodeAddress> bootstrap() {
        return bootstrap;
    }

    ConnectionStrategy newConnections() {
        return connections.get();
    }

    GossipSettings.Timing timing() {
        return timing;
    }

    Duration taskCost() {
        return taskCost;
    }

    DistributionStrategy newDistribution() {
        return distribution.get();
    }

    GossipWatcher watcher() {
        return watcher;
    }

    NodeListener listener() {
        return listener;
    }

    Optional<StorageHooks> hooks() {
        return hooks;
    }

    Agent signer(Agent agent) {
        return signer.apply(agent);
    }

    /** The store on the disk that it shares, or on its own. */
    MemoryStorage open(MemoryDisk own) {
        return disk.map(shared -> MemoryStorage.shared(shared, Runnable::run))
                .orElseGet(() -> new MemoryStorage(own, Runnable::run));
    }

    Storage store(Storage honest) {
        return store.apply(honest);
    }

    private static byte[] key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }
}
