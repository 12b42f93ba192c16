// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.ClosedException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.agents.AgentDirectory;
import io.peerkit.gossip.internal.agents.AgentGossip;
import io.peerkit.gossip.internal.agents.OwnCard;
import io.peerkit.gossip.internal.blob.LargeBlobs;
import io.peerkit.gossip.internal.connect.BootstrapDialer;
import io.peerkit.gossip.internal.connect.CapacityConnections;
import io.peerkit.gossip.internal.connect.Contacts;
import io.peerkit.gossip.internal.connect.Dialer;
import io.peerkit.gossip.internal.connect.FoundDialer;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.holders.Collector;
import io.peerkit.gossip.internal.integrate.UserTasks;
import io.peerkit.gossip.internal.locate.BlobLookup;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerTable;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.push.Pusher;
import io.peerkit.gossip.internal.reconcile.SketchKey;
import io.peerkit.gossip.internal.scope.Roster;
import io.peerkit.gossip.internal.scope.Sightings;
import io.peerkit.gossip.internal.stream.LoopHop;
import io.peerkit.gossip.internal.stream.PacedTransport;
import io.peerkit.gossip.internal.sync.SyncScope;
import io.peerkit.gossip.internal.sync.Syncer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started node: hands what the transport tells and the application asks to those who know what to do. Belongs to the
 * node loop.
 */
public final class LiveNode {
    /** Wants, held entries and dirty peers are looked at this often. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** Agent cards are looked at once in so many ticks. */
    private static final int AGENT_TICKS = (int) Roster.TICK.dividedBy(TICK);

    /** Messages and streams that wait until the store is read; more are dropped. */
    private static final int MAX_EARLY = 1_024;

    /** How long an explicit connection waits to hear who is behind the node. */
    private static final Duration GRANT_WAIT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(LiveNode.class);

    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private final GossipSettings settings;
    private final NodeLoop loop;
    private final Transport transport;
    private final boolean keepsBlobs;
    private final UserTasks tasks;
    private final Optional<Storage> storage;
    private final PeerTable peers = new PeerTable();
    private final AgentDirectory directory;
    private final Sightings sightings = new Sightings();
    private final Gatekeeper gatekeeper;
    private final Deque<Runnable> early = new ArrayDeque<>();
    private final Map<NodeId, List<Consumer<Peer>>> grantWaiters = new LinkedHashMap<>();
    private final HybridClock clock;
    private final Dialer dialer;
    private final Contacts contacts;
    private final BootstrapDialer bootstrap;
    private final FoundDialer found;
    private final AgentGossip agents;
    private Optional<DataSide> data = Optional.empty();
    private Optional<NodeLoop.Timer> ticker = Optional.empty();
    private boolean started;
    private boolean stopped;
    private int ticks;

    /**
     * @param settings what the node is made of
     * @param transport the started transport
     * @param keepsBlobs what {@link io.peerkit.api.StorageHooks#keepsBlobs} said
     */
    public LiveNode(GossipSettings settings, Transport transport, boolean keepsBlobs) {
        this.settings = settings;
        this.keepsBlobs = keepsBlobs;
        this.loop = settings.loop();
        this.transport = line(settings, transport);
        this.tasks = new UserTasks(settings.userExecutor());
        Duration drift = settings.timing().maxClockDrift();
        this.clock = new HybridClock(drift);
        this.storage = settings.storage().map(WatchedStorage::new);
        this.gatekeeper = new Gatekeeper(
                settings, storage, tasks, agent -> peers.nodesOf(agent).forEach(transport::disconnect));
        this.directory = new AgentDirectory(settings.agent().id(), drift);
        ConnectionStrategy connections = CapacityConnections.within(settings.connections(), settings.capacity());
        this.dialer = new Dialer(loop, transport, connections, directory, peers, gatekeeper::isTurnedAway);
        this.contacts = new Contacts(transport, directory, peers, gatekeeper::isTurnedAway);
        this.agents = new AgentGossip(
                loop,
                settings.agent(),
                transport,
                storage,
                directory,
                new OwnCard(settings.agent(), settings.timing().agentInfoLifetime(), this::capacity),
                dialer);
        this.bootstrap = new BootstrapDialer(loop, this.transport, settings.bootstrap(), connections::needsBootstrap);
        this.found = new FoundDialer(loop, this.transport, connections::needsBootstrap);
    }

    /** A limited node's streams keep to its budget. */
    private static Transport line(GossipSettings settings, Transport transport) {
        return settings.capacity().isThrifty()
                ? new PacedTransport(
                        transport, settings.loop(), settings.capacity().bytesPerSecond())
                : transport;
    }

    private NodeCapacity capacity() {
        return settings.capacity();
    }

    /** Reads the store and begins. */
    public CompletableFuture<Void> start() {
        CompletableFuture<Void> ready = new CompletableFuture<>();
        LoopHop.then(
                loop,
                agents.load().thenComposeAsync(loaded -> gatekeeper.load(), loop),
                loaded -> loadEntries(ready),
                ready::completeExceptionally);
        return ready;
    }

    private void loadEntries(CompletableFuture<Void> ready) {
        if (storage.isEmpty()) {
            begin(ready);
            return;
        }
        LoopHop.then(
                loop,
                new EntryLoading(
                                loop,
                                settings.agent().id(),
                                storage.get(),
                                clock,
                                SketchKey.of(settings.network(), SyncScope.ALL))
                        .start(),
                set -> loadRest(
                        new DataSide(
                                settings,
                                storage.get(),
                                set,
                                clock,
                                transport,
                                tasks,
                                keepsBlobs,
                                gatekeeper,
                                directory::capacity,
                                peers,
                                contacts),
                        ready),
                ready::completeExceptionally);
    }

    private void loadRest(DataSide side, CompletableFuture<Void> ready) {
        LoopHop.then(
                loop,
                side.load(),
                loaded -> {
                    if (!stopped) {
                        data = Optional.of(side);
                        side.start(gatekeeper);
                    }
                    begin(ready);
                },
                ready::completeExceptionally);
    }

    private void begin(CompletableFuture<Void> ready) {
        if (stopped) {
            ready.completeExceptionally(new ClosedException("node was closed while it started"));
            return;
        }
        started = true;
        dialer.start(settings.agent().id(), agents::tell);
        agents.start();
        bootstrap.start();
        peers.all().forEach(this::up);
        while (!early.isEmpty()) {
            early.remove().run();
        }
        scheduleTick();
        ready.complete(null);
    }

    private void scheduleTick() {
        ticker = Optional.of(loop.schedule(TICK, () -> {
            if (!stopped) {
                gatekeeper.tick();
                data.ifPresent(DataSide::tick);
                if (++ticks % AGENT_TICKS == 0) {
                    agents.tick();
                    data.ifPresent(side -> side.members(() -> sightings.present(peers.agents(), directory.all())));
                }
                scheduleTick();
            }
        }));
    }

    /** Runs a task when the node has started. */
    private void whenStarted(Runnable task, Runnable otherwise) {
        if (stopped) {
            otherwise.run();
        } else if (started) {
            task.run();
        } else if (early.size() < MAX_EARLY) {
            early.add(task);
        } else {
            otherwise.run();
        }
    }

    /** A node passed the access handshake. */
    public void granted(NodeId node, AccessGrant grant) {
        if (stopped || peers.at(node).isPresent()) {
            return;
        }
        if (gatekeeper.isTurnedAway(grant.agentId())) {
            transport.disconnect(node);
            return;
        }
        Peer peer = new Peer(node, grant.agentId());
        boolean first = peers.add(peer);
        if (first) {
            boolean direct = transport.isDirect(node);
            tasks.execute(() -> settings.listener().peerConnected(peer.agent(), direct));
            dialer.connected(peer.agent());
            sightings.connected(peer.agent());
        }
        if (started) {
            up(peer);
        }
        List<Consumer<Peer>> waiters = grantWaiters.remove(node);
        if (waiters != null) {
            waiters.forEach(waiter -> waiter.accept(peer));
        }
    }

    private void up(Peer peer) {
        agents.peerUp(peer);
        data.ifPresent(side -> side.peerUp(peer));
    }

    /** A node is gone. */
    public void gone(NodeId node) {
        Optional<Peer> known = peers.at(node);
        if (stopped || known.isEmpty()) {
            return;
        }
        Peer peer = known.get();
        boolean last = peers.remove(peer);
        data.ifPresent(side -> side.peerDown(peer));
        agents.peerDown(peer);
        bootstrap.gone(node);
        found.gone(node);
        if (last) {
            dialer.disconnected(peer.agent());
            sightings.disconnected(peer.agent(), loop.now());
            tasks.execute(() -> settings.listener().peerDisconnected(peer.agent()));
        }
    }

    /** Bytes get to a node in another way. */
    public void pathChanged(NodeId node, Path path) {
        Optional<Peer> peer = stopped ? Optional.empty() : peers.at(node);
        peer.ifPresent(known -> tasks.execute(() -> settings.listener().pathChanged(known.agent(), path)));
    }

    /** A node was turned away, or turned this one away. */
    public void denied(NodeId node, Optional<AgentId> agent, String reason) {
        if (!stopped && !tasks.offer(() -> settings.listener().peerDenied(node, agent, reason), 0)) {
            LOG.debug("the application is too slow to be told that node {} was denied: {}", node, reason);
        }
    }

    /** The node's addresses changed. */
    public void addressesChanged(List<NodeAddress> addresses) {
        if (started && !stopped) {
            agents.addressesChanged(addresses);
            tasks.execute(() -> settings.listener().addressesChanged(addresses));
        }
    }

    /** The machine is on another network, or has slept. */
    public void networkChanged() {
        if (started && !stopped) {
            bootstrap.retryNow();
            found.retryNow();
            dialer.networkChanged();
        }
    }

    /** A node is said to be near. */
    public void nodeFound(NodeId node, List<NodeAddress> addresses) {
        if (started && !stopped) {
            found.found(node, addresses);
        }
    }

    /** Agent cards came. */
    public void agentsReceived(NodeId node, byte[] message) {
        whenStarted(() -> peers.at(node).ifPresent(peer -> agents.received(peer, message)), () -> {});
    }

    /** An application message came. */
    public void messageReceived(NodeId node, byte[] message) {
        peers.at(node).ifPresent(peer -> {
            Runnable task = () -> settings.listener().messageReceived(peer.agent(), message);
            if (!stopped && !tasks.offer(task, message.length)) {
                warnings.warn(peer.agent(), "dropped a message", "the application is too slow to take them");
            }
        });
    }

    /** A peer opened a stream. */
    public void accepted(PeerStream opened) {
        PeerStream stream = transport instanceof PacedTransport paced ? paced.paced(opened) : opened;
        whenStarted(
                () -> {
                    if (data.isEmpty()) {
                        stream.reset();
                    } else if (stream.protocol().equals(Pusher.PROTOCOL)) {
                        data.get().pusher().accept(stream);
                    } else if (stream.protocol().equals(Syncer.PROTOCOL)) {
                        data.get().syncer().accept(stream);
                    } else if (stream.protocol().equals(LargeBlobs.PROTOCOL)) {
                        data.get().blobs().accept(stream);
                    } else if (stream.protocol().equals(BlobLookup.PROTOCOL)) {
                        data.get().lookup().accept(stream);
                    } else if (stream.protocol().equals(Collector.PROTOCOL)) {
                        data.get().collector().accept(stream);
                    } else if (data.get().keeper().isPresent()) {
                        data.get().keeper().get().accept(stream);
                    } else {
                        stream.reset();
                    }
                },
                stream::reset);
    }

    /** Hands a call over to those who keep entries; without them it fails. */
    public void withData(CompletableFuture<?> answer, Consumer<DataSide> call) {
        if (stopped || data.isEmpty()) {
            answer.completeExceptionally(new ClosedException(
                    stopped
                            ? "node is closed"
                            : storage.isEmpty() ? "infrastructure has no store" : "node has not started"));
        } else {
            call.accept(data.get());
        }
    }

    /** Connects to a node. */
    public void connect(NodeAddress address, CompletableFuture<AgentId> answer) {
        if (stopped) {
            answer.completeExceptionally(new ClosedException("node is closed"));
            return;
        }
        LoopHop.then(
                loop,
                transport.connect(List.of(address)),
                node -> reached(node, answer),
                answer::completeExceptionally);
    }

    private void reached(NodeId node, CompletableFuture<AgentId> answer) {
        Optional<Peer> peer = peers.at(node);
        if (peer.isPresent()) {
            answer.complete(peer.get().agent());
            return;
        }
        // The grant is told apart from the connection; it is on its way, or the node is gone already.
        grantWaiters.computeIfAbsent(node, none -> new ArrayList<>()).add(granted -> answer.complete(granted.agent()));
        loop.schedule(GRANT_WAIT, () -> {
            if (answer.completeExceptionally(new PeerUnreachableException("node " + node + " closed the connection"))) {
                grantWaiters.remove(node);
            }
        });
    }

    /** Sends a message. */
    public void send(AgentId agent, byte[] message, CompletableFuture<Void> answer) {
        List<NodeId> nodes = peers.nodesOf(agent);
        if (stopped) {
            answer.completeExceptionally(new ClosedException("node is closed"));
        } else if (nodes.isEmpty()) {
            answer.completeExceptionally(new PeerUnreachableException("agent " + agent + " is not connected"));
        } else {
            NodeId node = nodes.stream().filter(transport::isDirect).findFirst().orElse(nodes.get(0));
            LoopHop.then(loop, transport.send(node, message), answer::complete, answer::completeExceptionally);
        }
    }

    /** Turns agents away. */
    public Gatekeeper gatekeeper() {
        return gatekeeper;
    }

    /** Lets an agent in again. */
    public void unblock(AgentId agent, CompletableFuture<Boolean> answer) {
        gatekeeper.unblock(
                agent,
                cleared -> data.ifPresentOrElse(
                        side -> side.blockedEntries().remove(agent, cleared), () -> cleared.complete(null)),
                answer);
    }

    /** Reconciles with everybody. */
    public void sync(CompletableFuture<Void> answer) {
        if (stopped) {
            answer.completeExceptionally(new ClosedException("node is closed"));
        } else if (data.isEmpty()) {
            answer.complete(null);
        } else {
            data.get().progress().sync(answer);
        }
    }

    /** Waits until this node and an agent have the same. */
    public void whenInSync(AgentId agent, CompletableFuture<Void> answer) {
        withData(answer, side -> side.progress().whenInSync(agent, peers.nodesOf(agent), answer));
    }

    /** Reads the figures. */
    public void status(CompletableFuture<NodeStatus> answer) {
        if (stopped) {
            answer.completeExceptionally(new ClosedException("node is closed"));
            return;
        }
        answer.complete(Figures.of(peers, transport, data, gatekeeper));
    }

    /** Ends everything; publications under way first. */
    public void stop(CompletableFuture<Void> answer) {
        stopped = true;
        ticker.ifPresent(NodeLoop.Timer::cancel);
        dialer.stop();
        bootstrap.stop();
        found.stop();
        early.clear();
        if (data.isEmpty()) {
            answer.complete(null);
            return;
        }
        DataSide side = data.get();
        LoopHop.then(
                loop,
                side.publisher().stop().thenComposeAsync(idle -> side.stop(), loop),
                answer::complete,
                answer::completeExceptionally);
    }
}
