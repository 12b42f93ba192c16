// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.Publication;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.testkit.transport.MemoryNetwork;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * A network of whole nodes in one thread on virtual time.
 *
 * <p>Everything random comes from one seed, so the same program with the same seed is the same run, bit for bit:
 * {@link #traceHash} tells. Failures name the seed; give it back as the system property {@value #SEED_PROPERTY}.
 */
public final class Simulation {
    /** Names the system property that replaces the seed of a simulation. */
    public static final String SEED_PROPERTY = "peerkit.sim.seed";

    /** How often {@link #advanceUntilConverged} looks. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** How long {@link #await} lets pass. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int SCAN_ENTRIES = 4_096;
    private static final int SCAN_BYTES = 16 * 1_048_576;

    private final long seed;
    private final SplittableRandom seeds;
    private final RandomGenerator choices;
    private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z"));
    private final MemoryNetwork network;
    private final Trace trace = new Trace();
    private final SharedChecks checks = new SharedChecks();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<HostilePeer> hostile = new ArrayList<>();
    private final SharedEntries entries = new SharedEntries();
    private final Ledger ledger = new Ledger();

    /**
     * @param seed decides everything
     */
    public Simulation(long seed) {
        this.seed = seed;
        this.seeds = new SplittableRandom(seed);
        this.choices = new SplittableRandom(seeds.nextLong());
        this.network = MemoryNetwork.on(new VirtualLoop(time, seeds.nextLong()));
        network.watch((from, to, kind, body) ->
                record(kind.hashCode(), from.value().hashCode(), to.value().hashCode(), body));
    }

    /**
     * The seed to use: that of the system property {@value #SEED_PROPERTY} if it is set. Prints it.
     *
     * @param usual the seed without the property
     * @return the seed
     */
    public static long seed(long usual) {
        long seed = Long.getLong(SEED_PROPERTY, usual);
        System.out.println("simulation seed " + seed + ", repeat with -D" + SEED_PROPERTY + "=" + seed);
        return seed;
    }

    /**
     * The time in which all happens.
     *
     * @return let it pass here
     */
    public VirtualTime time() {
        return time;
    }

    /**
     * The network between the nodes.
     *
     * @return set its faults here
     */
    public MemoryNetwork network() {
        return network;
    }

    /**
     * Seeded chance for the scenario itself: whom to crash, what to publish.
     *
     * @return the generator
     */
    public RandomGenerator choices() {
        return choices;
    }

    /**
     * All nodes.
     *
     * @return in the order in which they were added
     */
    public List<SimulatedNode> nodes() {
        return List.copyOf(nodes);
    }

    /**
     * Adds a node, starts it and waits for it.
     *
     * @param plan what it is to be
     * @return the running node
     */
    public SimulatedNode add(NodePlan plan) {
        SimulatedNode node = addStopped(plan);
        await(node.start());
        return node;
    }

    /**
     * Adds a node that does not run yet; {@link SimulatedNode#start} starts it.
     *
     * @param plan what it is to be
     * @return the node
     */
    public SimulatedNode addStopped(NodePlan plan) {
        SimulatedNode node = new SimulatedNode(this, plan, seeds.nextLong());
        nodes.add(node);
        ledger.joined(node);
        return node;
    }

    /**
     * Adds a peer that has the network's key and sends garbage on every protocol, for as long as the simulation runs.
     *
     * @param victims whom it connects to
     */
    public void addHostile(List<NodeAddress> victims) {
        addHostile(victims, 1);
    }

    /**
     * The same with several deeds at a time.
     *
     * @param victims whom it connects to
     * @param burst how many deeds four times a second
     */
    public void addHostile(List<NodeAddress> victims, int burst) {
        byte[] secret = new byte[KeyStore.SECRET_BYTES];
        seeds.nextBytes(secret);
        KeyStore keys = KeyStore.inMemory(secret);
        HostilePeer peer = new HostilePeer(new VirtualLoop(time, seeds.nextLong()), victims, burst);
        AccessHandshake access = AccessHandshake.factory(
                LocalAgent.open(keys),
                NetworkAccess.sharedKey(NodePlan.member().key()),
                new SplittableRandom(seeds.nextLong()),
                Set.of());
        hostile.add(peer);
        // Not waited for: a role may come in the middle of what happens.
        CompletableFuture<?> unused = network.place()
                .start(new TransportContext(TransportMode.NODE, keys.transportSeed(), access, peer))
                .thenAccept(peer::start);
    }

    /**
     * How often hostile peers did something.
     *
     * @return the sum of all
     */
    public long attacks() {
        return hostile.stream().mapToLong(HostilePeer::attacks).sum();
    }

    /**
     * Cuts the network into two.
     *
     * @param part one half; everybody else is the other
     */
    public void partition(List<SimulatedNode> part) {
        Set<NodeId> ids = new LinkedHashSet<>();
        part.forEach(node -> ids.add(node.nodeId()));
        network.partition(List.of(ids));
    }

    /**
     * Lets time pass until a future is complete.
     *
     * @param future what must complete within two minutes of virtual time
     * @param <T> its type
     * @return its value
     * @throws java.util.concurrent.CompletionException when it failed
     */
    public <T> T await(CompletableFuture<T> future) {
        if (!time.advanceUntil(future::isDone, PATIENCE)) {
            throw failure("nothing came within " + PATIENCE);
        }
        return future.join();
    }

    /**
     * Lets time pass until all correct nodes that run have the same entries, all acknowledged ones among them.
     *
     * @param deadline how long at most
     * @return how long it took
     * @throws AssertionError when they do not agree by then; names the seed and who differs
     */
    public Duration advanceUntilConverged(Duration deadline) {
        Duration begin = time.elapsed();
        Duration end = begin.plus(deadline);
        while (!converged()) {
            if (time.elapsed().compareTo(end) >= 0) {
                throw failure("no agreement after " + deadline + ":" + summary());
            }
            time.advance(LOOK);
        }
        return time.elapsed().minus(begin);
    }

    /**
     * Whether all correct nodes that run have the same entries, all among them that a surviving node acknowledged. Lets a
     * little time pass.
     *
     * @return true when they agree
     */
    public boolean converged() {
        int least = ledger.requiredCount();
        for (SimulatedNode node : storing()) {
            if (node.contents().count().join() < least) {
                return false;
            }
        }
        Set<String> fingerprints = new HashSet<>();
        for (NodeStatus status : statuses()) {
            fingerprints.add(status.entries() + " " + status.fingerprint());
        }
        return fingerprints.size() <= 1;
    }

    /**
     * Checks what must hold once {@link #advanceUntilConverged} returned: equal fingerprints, every publication with its right
     * bytes on every disk that a surviving node acknowledged, and nothing that nobody published.
     *
     * @throws AssertionError when something does not hold; names the seed
     */
    public void checkInvariants() {
        if (!converged()) {
            throw failure("correct nodes differ:" + summary());
        }
        Map<EntryId, BlobHash> required = ledger.required();
        storing().forEach(node -> checkContents(node, required));
    }

    private void checkContents(SimulatedNode node, Map<EntryId, BlobHash> required) {
        Map<EntryId, BlobHash> found = new LinkedHashMap<>();
        Optional<EntryKey> after = Optional.empty();
        for (List<StoredEntry> page = scan(node, after); !page.isEmpty(); page = scan(node, after)) {
            for (StoredEntry entry : page) {
                byte[] blob = entry.blob().orElseThrow(() -> failure("entry " + entry.id() + " has no blob"));
                if (!BlobHash.ofBlob(blob).equals(entry.blobHash())) {
                    throw failure("node " + node.agentId() + " stored a blob under a wrong hash: " + entry.id());
                }
                if (!ledger.wasAttempted(entry.blobHash())) {
                    throw failure("node " + node.agentId() + " stored what nobody published: " + entry.id());
                }
                found.put(entry.id(), entry.blobHash());
            }
            after = Optional.of(page.get(page.size() - 1).key());
        }
        required.forEach((entry, hash) -> {
            if (!Objects.equals(hash, found.get(entry))) {
                throw failure("node " + node.agentId() + " lacks the acknowledged entry " + entry);
            }
        });
    }

    private static List<StoredEntry> scan(SimulatedNode node, Optional<EntryKey> after) {
        return node.contents().scan(after, SCAN_ENTRIES, SCAN_BYTES).join();
    }

    /**
     * The figures of all correct nodes that run and store. Lets a little time pass.
     *
     * @return in the order of {@link #nodes}
     */
    public List<NodeStatus> statuses() {
        List<CompletableFuture<NodeStatus>> asked =
                storing().stream().map(node -> node.gossip().status()).toList();
        return asked.stream().map(this::await).toList();
    }

    /**
     * How many whole nodes run.
     *
     * @return hostile ones among them
     */
    public int running() {
        int running = 0;
        for (SimulatedNode node : nodes) {
            if (node.isRunning()) {
                running++;
            }
        }
        return running;
    }

    /**
     * How much of all entries the correct nodes have that run and store, on average. Lets no time pass.
     *
     * @return from 0 to 1; 1 when there are no entries
     */
    public double coverage() {
        long sum = 0;
        long most = 0;
        List<SimulatedNode> storing = storing();
        for (SimulatedNode node : storing) {
            long count = node.contents().count().join();
            sum += count;
            most = Math.max(most, count);
        }
        return sum == 0 ? 1 : (double) sum / storing.size() / Math.max(most, ledger.requiredCount());
    }

    /**
     * How many publications were acknowledged at correct nodes.
     *
     * @return all of them must be everywhere in the end
     */
    public int acknowledged() {
        return ledger.acknowledgedCount();
    }

    /**
     * Folds all frames that arrived and all that nodes told, with their times, into a hash.
     *
     * @return 64 hexadecimal digits; equal only for equal runs
     */
    public String traceHash() {
        return trace.hash();
    }

    /**
     * How many events {@link #traceHash} covers.
     *
     * @return frames and calls of listeners
     */
    public long traceEvents() {
        return trace.events();
    }

    SharedChecks checks() {
        return checks;
    }

    SharedEntries entries() {
        return entries;
    }

    Ledger ledger() {
        return ledger;
    }

    /**
     * How far each entry came, those of incorrect nodes among them.
     *
     * @return in the order of their births
     */
    public List<Spread> spreads() {
        return ledger.spreads();
    }

    /**
     * What entries cost on the way in, of all whole nodes together.
     *
     * @return bytes of envelopes and blobs that came from peers
     */
    public Payload payload() {
        return new Payload(ledger.publishedBytes(), ledger.usefulBytes(), ledger.duplicateBytes());
    }

    /**
     * Bytes of entries.
     *
     * @param published bytes of blobs that nodes were asked to publish
     * @param useful bytes that came to nodes that lacked them
     * @param duplicate bytes that came to nodes that had them, or were about to
     */
    public record Payload(long published, long useful, long duplicate) {}

    CompletableFuture<List<Publication>> published(
            SimulatedNode node, List<byte[]> blobs, CompletableFuture<List<Publication>> publishing) {
        if (node.plan().isForging()) {
            return publishing;
        }
        ledger.attempted(blobs);
        return publishing.thenApply(publications -> {
            ledger.acknowledged(node, publications, time.nanos());
            return publications;
        });
    }

    /** Writes down what a node tells before its own listener hears of it. */
    NodeListener observed(SimulatedNode node, NodeListener listener) {
        return new TracedListener(this, node.agentId(), listener);
    }

    /** Writes down what happened; whom it happened to comes as hashes. */
    void record(int kind, int from, int to, byte[] body) {
        trace.add(time.nanos(), kind, from, to, body);
    }

    private List<SimulatedNode> storing() {
        return nodes.stream()
                .filter(node -> node.isRunning()
                        && node.plan().isCorrect()
                        && node.plan().stores())
                .toList();
    }

    String summary() {
        StringBuilder text = new StringBuilder();
        List<SimulatedNode> asked = storing();
        List<NodeStatus> statuses = statuses();
        for (int i = 0; i < asked.size(); i++) {
            NodeStatus status = statuses.get(i);
            text.append(String.format(
                    "%n  node %d: %d of %d entries, fingerprint %s, %d peers, %d refused, %d held",
                    nodes.indexOf(asked.get(i)),
                    status.entries(),
                    ledger.requiredCount(),
                    status.fingerprint(),
                    status.peers().size(),
                    status.refused(),
                    status.held()));
        }
        return text.toString();
    }

    AssertionError failure(String what) {
        return new AssertionError("seed " + seed + ", after " + time.elapsed() + ": " + what);
    }
}
