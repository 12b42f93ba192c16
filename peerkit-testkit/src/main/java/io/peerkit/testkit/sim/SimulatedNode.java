// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.ClosedException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.Publication;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.gossip.GossipNode;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.testkit.storage.MemoryDisk;
import io.peerkit.testkit.storage.MemoryStorage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A whole node of a {@link Simulation}: the real agent, access handshake and gossip over a network, a store and a clock
 * that the simulation controls. Its identity, its place in the network and its disk survive crashes.
 *
 * <p>Belongs to the simulation's thread. Futures complete when time is let pass.
 */
public final class SimulatedNode {
    private final Simulation simulation;
    private final NodePlan plan;
    private final SplittableRandom seeds;
    private final KeyStore keys;
    private final Agent agent;
    private final TransportFactory place;
    private MemoryDisk disk = new MemoryDisk();
    private Duration clockOffset = Duration.ZERO;
    private List<NodeAddress> addresses = List.of();
    private Optional<NodeId> nodeId = Optional.empty();
    private boolean gone;
    private @Nullable Run run;

    /** What dies with the process. */
    private record Run(
            VirtualLoop loop,
            VirtualLoop user,
            VirtualLoop workers,
            Optional<MemoryStorage> memory,
            Optional<VirtualStorage> storage,
            GossipNode gossip,
            CompletableFuture<Transport> transport) {}

    SimulatedNode(Simulation simulation, NodePlan plan, long seed) {
        this.simulation = simulation;
        this.plan = plan;
        this.seeds = new SplittableRandom(seed);
        byte[] secret = new byte[KeyStore.SECRET_BYTES];
        seeds.nextBytes(secret);
        this.keys = KeyStore.inMemory(secret);
        this.agent = simulation.checks().sharing(LocalAgent.open(keys));
        this.place = simulation.network().place();
    }

    /**
     * Who this is.
     *
     * @return the agent, the same after a restart
     */
    public AgentId agentId() {
        return agent.id();
    }

    /**
     * Where it can be reached.
     *
     * @return the same after a restart
     */
    public List<NodeAddress> addresses() {
        return addresses;
    }

    /**
     * Its name in the network.
     *
     * @return the same after a restart
     */
    public NodeId nodeId() {
        return nodeId.orElseThrow(() -> new ClosedException("node " + agentId() + " has never run"));
    }

    /**
     * Whether it runs.
     *
     * @return false after a crash, until it is started again
     */
    public boolean isRunning() {
        return run != null;
    }

    /**
     * The node itself.
     *
     * @return the gossip of the present run
     */
    public GossipNode gossip() {
        return running().gossip;
    }

    /**
     * Publishes, and lets the simulation know what must be everywhere in the end.
     *
     * @param blobs what to publish
     * @return a future that completes when it is acknowledged; never when the node crashes before
     */
    public CompletableFuture<List<Publication>> publish(List<byte[]> blobs) {
        return simulation.published(this, blobs, gossip().publishAll(blobs));
    }

    /**
     * Starts it, again after a crash.
     *
     * @return a future that completes when it serves
     */
    public CompletableFuture<Void> start() {
        if (run != null || gone) {
            throw new IllegalStateException("node " + agentId() + (gone ? " has left" : " runs already"));
        }
        VirtualTime time = simulation.time();
        VirtualLoop loop = new VirtualLoop(time, seeds.nextLong(), plan.taskCost());
        loop.stepClock(clockOffset);
        VirtualLoop user = new VirtualLoop(time, seeds.nextLong());
        VirtualLoop workers = new VirtualLoop(time, seeds.nextLong());
        Optional<MemoryStorage> memory = plan.stores() ? Optional.of(plan.open(disk)) : Optional.empty();
        Optional<VirtualStorage> storage = memory.map(opened -> new VirtualStorage(time, opened, simulation.entries()));
        AccessHandshake access = AccessHandshake.factory(
                agent, NetworkAccess.sharedKey(plan.key()), new SplittableRandom(seeds.nextLong()), Set.of());
        GossipNode gossip = new GossipNode(settings(loop, user, workers, storage.map(plan::store), access));
        CompletableFuture<Transport> transport = place.start(
                new TransportContext(plan.mode(), keys.transportSeed(), access, gossip.transportListener()));
        CompletableFuture<Void> started = transport.thenCompose(open -> {
            addresses = open.listenAddresses();
            nodeId = Optional.of(open.nodeId());
            return gossip.start(plan.wrapped(open));
        });
        run = new Run(loop, user, workers, memory, storage, gossip, transport);
        return started;
    }

    private GossipSettings settings(
            VirtualLoop loop,
            VirtualLoop user,
            VirtualLoop workers,
            Optional<Storage> storage,
            AccessHandshake access) {
        return new GossipSettings(
                loop,
                plan.signer(agent),
                plan.network(agentId()),
                plan.authority(agentId()),
                storage,
                plan.newDistribution(),
                plan.newConnections(),
                plan.hooks(),
                simulation.observed(this, plan.listener()),
                user,
                workers,
                plan.bootstrap(),
                access::deny,
                access::allow,
                plan.timing(),
                simulation.ledger().counting(plan.watcher()),
                plan.capacity());
    }

    /**
     * Kills it: tasks and timers are gone, connections break, writes that were not acknowledged are lost, except that
     * the commit under way may or may not have reached the disk.
     */
    public void crash() {
        Run dying = running();
        run = null;
        dying.loop.close();
        dying.user.close();
        dying.workers.close();
        boolean reached = seeds.nextBoolean();
        dying.storage.ifPresent(storage -> storage.crash(reached));
        // It may die before its transport has started.
        CompletableFuture<?> unused =
                dying.transport.thenAccept(open -> simulation.network().crash(open.nodeId()));
    }

    /**
     * Copies its disk, while it runs or does not.
     *
     * @return what is durable now
     */
    public MemoryDisk backup() {
        return disk.copy();
    }

    /**
     * Puts a backup in place of its disk.
     *
     * @param backup not used by anybody else
     * @throws IllegalStateException while it runs
     */
    public void restore(MemoryDisk backup) {
        if (isRunning()) {
            throw new IllegalStateException("node " + agentId() + " runs");
        }
        disk = backup;
    }

    /**
     * Lets it die when it writes for the n-th time from now, as {@link #crash} does, in the middle of that commit. Forgotten
     * when it crashes or stops before.
     *
     * @param writes 1 for the next
     */
    public void crashAtWrite(int writes) {
        running().storage.ifPresent(storage -> storage.atCommit(writes, this::crash));
    }

    /**
     * Ends it for good; what it alone had acknowledged is lost. Repeating it does nothing.
     *
     * @return a future that completes when nothing of it is left
     */
    public CompletableFuture<Void> leave() {
        gone = true;
        return run == null ? CompletableFuture.completedFuture(null) : stop();
    }

    /**
     * Whether it has left for good.
     *
     * @return true after {@link #leave}
     */
    public boolean isGone() {
        return gone;
    }

    /**
     * Ends it in good order.
     *
     * @return a future that completes when nothing of it is left
     */
    public CompletableFuture<Void> stop() {
        Run ending = running();
        run = null;
        return ending.gossip.stop().thenRun(() -> {
            ending.transport.join().close();
            ending.storage.ifPresent(Storage::close);
            ending.loop.close();
            ending.user.close();
            ending.workers.close();
        });
    }

    /**
     * Makes its wall clock jump; the difference outlives crashes.
     *
     * @param by forward, or back when negative
     */
    public void stepClock(Duration by) {
        clockOffset = clockOffset.plus(by);
        if (run != null) {
            run.loop.stepClock(by);
        }
    }

    /**
     * Lets its store fail, or work again.
     *
     * @param failing whether each call fails from now on
     */
    public void failStorage(boolean failing) {
        running().storage.ifPresent(storage -> storage.failing(failing));
    }

    /**
     * Lets it lose sight of what others write to the store that it shares, or see it again.
     *
     * @param lost whether it hears nothing from now on
     */
    public void loseNews(boolean lost) {
        running().memory.ifPresent(memory -> memory.loseNews(lost));
    }

    NodePlan plan() {
        return plan;
    }

    /** The store of the present run, without delays and failures. */
    Storage contents() {
        return running().storage.orElseThrow().behind();
    }

    private Run running() {
        Run current = run;
        if (current == null) {
            throw new ClosedException("node " + agentId() + " does not run");
        }
        return current;
    }
}
