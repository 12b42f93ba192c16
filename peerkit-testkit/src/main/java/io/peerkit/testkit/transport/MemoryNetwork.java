// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A network in memory, as good or bad as its {@link Faults} say. Access handshakes are real; encryption is not needed
 * where nobody else can look.
 *
 * <p>One loop owns the state of all its transports. On a loop of virtual time everything here belongs to one thread and
 * the same calls give the same run; in real time it is safe for use by any thread.
 */
public final class MemoryNetwork implements AutoCloseable {
    /** How long a dial waits for an answer. */
    public static final Duration DIAL_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final NodeLoop loop;
    private final Optional<RealTimeLoop> thread;
    private final AtomicInteger lastPort = new AtomicInteger();
    private final Map<Integer, MemoryTransport> listening = new HashMap<>();
    private Map<NodeId, Integer> groups = Map.of();
    private volatile Faults faults = Faults.none();
    private volatile LinkModel links = LinkModel.none();
    private final AtomicLong carriedBytes = new AtomicLong();
    private final AtomicLong carriedFrames = new AtomicLong();
    private volatile Tap tap = (from, to, kind, body) -> {};

    private MemoryNetwork(NodeLoop loop, Optional<RealTimeLoop> thread) {
        this.loop = loop;
        this.thread = thread;
    }

    /**
     * A network on a loop, which drives it and decides with its seeded chance.
     *
     * @param loop of virtual time; every call here must come from its thread
     * @return an empty network
     */
    public static MemoryNetwork on(NodeLoop loop) {
        return new MemoryNetwork(loop, Optional.empty());
    }

    /**
     * A network with a thread of its own in real time; close it.
     *
     * @param seed of the chance that faults are drawn from
     * @return an empty network
     */
    public static MemoryNetwork realTime(long seed) {
        RealTimeLoop loop = new RealTimeLoop("memory-network", seed);
        return new MemoryNetwork(loop, Optional.of(loop));
    }

    /**
     * A place in the network for one node, which keeps its address over restarts.
     *
     * @param relays what the node's transport names as its relays
     * @return starts transports there, one at a time
     */
    public TransportFactory place(RelayAddress... relays) {
        int port = lastPort.incrementAndGet();
        List<RelayAddress> known = List.of(relays);
        return context -> start(port, known, context);
    }

    /**
     * An address at which nobody will ever listen.
     *
     * @return a well-formed address
     */
    public NodeAddress nowhere() {
        return new MemoryAddress(lastPort.incrementAndGet(), Optional.empty()).toNodeAddress();
    }

    /**
     * Makes the network better or worse for what is sent from now on.
     *
     * @param next the new faults
     */
    public void faults(Faults next) {
        faults = next;
    }

    /**
     * Says how far the places are from each other, for what is sent from now on.
     *
     * @param next the new model; belongs to this network alone
     */
    public void links(LinkModel next) {
        links = next;
    }

    /**
     * Shows every frame that arrives.
     *
     * @param next is called on the network's loop
     */
    public void watch(Tap next) {
        tap = next;
    }

    /**
     * Cuts the network into parts. Connections between them break; dials between them wait for an answer in vain.
     *
     * @param parts nodes named in none of them form a part of their own
     */
    public void partition(List<Set<NodeId>> parts) {
        Map<NodeId, Integer> next = new HashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            for (NodeId node : parts.get(i)) {
                next.put(node, i + 1);
            }
        }
        loop.execute(() -> {
            groups = next;
            transports().forEach(MemoryTransport::severSeparated);
        });
    }

    /** Ends the partition. Nobody reconnects by itself. */
    public void heal() {
        loop.execute(() -> groups = Map.of());
    }

    /**
     * Breaks all connections of a node, which stays up.
     *
     * @param node any node
     */
    public void cut(NodeId node) {
        loop.execute(() -> withId(node).ifPresent(MemoryTransport::severAll));
    }

    /**
     * Ends a node's transport as the death of its process does: nothing more is sent, peers see their connections break.
     *
     * @param node any node
     */
    public void crash(NodeId node) {
        loop.execute(() -> withId(node).ifPresent(MemoryTransport::crash));
    }

    /** Closes all transports, and the thread if the network has one. Repeating it does nothing. */
    @Override
    public void close() {
        runAndWait(() -> transports().forEach(MemoryTransport::closeNow));
        thread.ifPresent(RealTimeLoop::close);
    }

    /** Is shown what travels. */
    @FunctionalInterface
    public interface Tap {
        /**
         * A frame arrived.
         *
         * @param from the sender
         * @param to the receiver
         * @param kind what it is
         * @param body its bytes; never change them
         */
        void arrived(NodeId from, NodeId to, String kind, byte[] body);
    }

    private CompletableFuture<Transport> start(int port, List<RelayAddress> relays, TransportContext context) {
        CompletableFuture<Transport> started = new CompletableFuture<>();
        loop.execute(() -> {
            if (listening.containsKey(port)) {
                started.completeExceptionally(new PeerUnreachableException("place " + port + " is taken"));
            } else {
                MemoryTransport transport = new MemoryTransport(this, port, relays, context);
                listening.put(port, transport);
                started.complete(transport);
            }
        });
        return started;
    }

    /** Carries a dial to its target and the answer back. */
    void dial(MemoryTransport from, MemoryAddress to, CompletableFuture<NodeId> result) {
        after(wayNanos(from.port(), to.port()), () -> {
            MemoryTransport target = listening.get(to.port());
            if (target == null) {
                after(wayNanos(to.port(), from.port()), () -> fail(result, "nobody listens at " + to.toNodeAddress()));
            } else if (target == from) {
                fail(result, to.toNodeAddress() + " is this node's own address");
            } else if (separated(from.nodeId(), target.nodeId())
                    || Faults.happens(faults.dialFailure(), loop.random())) {
                after(DIAL_TIMEOUT.toNanos(), () -> fail(result, "no answer from " + to.toNodeAddress()));
            } else if (!from.isClosed()) {
                LinkEnd here = new LinkEnd(this, from, target, Optional.of(result));
                here.other().accepted();
                after(wayNanos(to.port(), from.port()), () -> here.answered(to.node()));
            }
        });
    }

    /** How long a sign of life takes; what never arrives is what a dial waits for. */
    private long wayNanos(int from, int to) {
        long way = links.delayNanos(from, to, 0, nanos(), loop.random());
        return (way == LinkModel.BROKEN ? DIAL_TIMEOUT.toNanos() : way) + faults.delayNanos(loop.random());
    }

    private static void fail(CompletableFuture<NodeId> result, String why) {
        result.completeExceptionally(new PeerUnreachableException(why));
    }

    boolean separated(NodeId one, NodeId other) {
        return !groups.getOrDefault(one, 0).equals(groups.getOrDefault(other, 0));
    }

    void gone(int port, MemoryTransport transport) {
        listening.remove(port, transport);
    }

    NodeLoop loop() {
        return loop;
    }

    Faults faults() {
        return faults;
    }

    /**
     * What was sent by all nodes since the beginning, as they count it.
     *
     * @return bytes
     */
    public long carriedBytes() {
        return carriedBytes.get();
    }

    /**
     * How many frames were sent by all nodes since the beginning.
     *
     * @return frames
     */
    public long carriedFrames() {
        return carriedFrames.get();
    }

    void carries(int bytes) {
        carriedBytes.addAndGet(bytes);
        carriedFrames.incrementAndGet();
    }

    LinkModel links() {
        return links;
    }

    Tap tap() {
        return tap;
    }

    long nanos() {
        Instant now = loop.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    NodeLoop.Timer after(long nanos, Runnable task) {
        return loop.schedule(Duration.ofNanos(nanos), task);
    }

    /** Runs a task on the loop and waits for it; in virtual time the caller is on the loop's only thread. */
    void runAndWait(Runnable task) {
        if (thread.isEmpty() || thread.get().isCurrent() || thread.get().isClosed()) {
            task.run();
            return;
        }
        CompletableFuture<Void> done = CompletableFuture.runAsync(task, loop);
        try {
            done.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("closing failed", e.getCause());
        } catch (TimeoutException e) {
            // The network's thread is gone or stuck; the contract lets close return after this time.
            return;
        }
    }

    private List<MemoryTransport> transports() {
        List<MemoryTransport> all = new ArrayList<>(listening.values());
        all.sort((one, other) -> Integer.compare(one.port(), other.port()));
        return all;
    }

    private Optional<MemoryTransport> withId(NodeId node) {
        return listening.values().stream()
                .filter(transport -> transport.nodeId().equals(node))
                .findFirst();
    }
}
