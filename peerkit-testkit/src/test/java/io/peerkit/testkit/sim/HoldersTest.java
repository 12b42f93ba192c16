// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.Dropped;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.NodeListener;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.Publication;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.Frames;
import io.peerkit.gossip.GossipSettings;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Nodes that drop what is not theirs to store, in virtual time, while it moves whose it is. */
class HoldersTest {
    private static final int MIB = 1_048_576;
    private static final GossipSettings.Timing TIMING = new GossipSettings.Timing(
            Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));

    /** Before that a node that has started drops nothing. */
    private static final Duration REST = Duration.ofMinutes(11);

    /** What entries are in and holders hold. */
    private static final String SCOPE = "held";

    private Simulation simulation = new Simulation(Simulation.seed(1));
    private final Moving moving = new Moving();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private int drops;

    /** Those named store everything; the test names others when it likes. */
    private static final class Moving implements DistributionStrategy {
        private final Set<AgentId> holders = new LinkedHashSet<>();
        private int replicas = 2;

        void to(SimulatedNode... nodes) {
            holders.clear();
            Arrays.stream(nodes).map(SimulatedNode::agentId).forEach(holders::add);
        }

        @Override
        public Set<String> scopesOf(EntryHeader entry) {
            return Set.of(SCOPE);
        }

        @Override
        public Set<String> scopesOf(AgentId agent) {
            return holders.contains(agent) ? Set.of(SCOPE) : Set.of();
        }

        @Override
        public int replicas(EntryHeader entry) {
            return entry.replicas().orElse(replicas);
        }

        @Override
        public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
            return known.stream().filter(holders::contains).sorted().toList();
        }
    }

    private NodePlan plan() {
        NodePlan plan = NodePlan.member()
                .timing(TIMING)
                .distribution(() -> moving)
                .listener(new NodeListener() {
                    @Override
                    public void dropped(Dropped dropped) {
                        drops++;
                    }
                });
        return nodes.isEmpty() ? plan : plan.bootstrap(nodes.get(0).addresses());
    }

    private SimulatedNode add(NodePlan plan) {
        SimulatedNode node = simulation.add(plan);
        nodes.add(node);
        return node;
    }

    private SimulatedNode[] members(int count) {
        SimulatedNode[] added = new SimulatedNode[count];
        for (int i = 0; i < count; i++) {
            added[i] = add(plan());
        }
        pass(Duration.ofSeconds(10));
        return added;
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private List<Publication> publish(SimulatedNode node, int count) {
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blobs.add(("entry " + simulation.time().nanos() + " " + i).getBytes(UTF_8));
        }
        return simulation.await(node.gossip().publishAll(blobs));
    }

    private static Set<EntryId> stored(SimulatedNode node) {
        Set<EntryId> ids = new HashSet<>();
        node.contents().scan(Optional.empty(), 4_096, 16 * MIB).join().stream()
                .map(StoredEntry::id)
                .forEach(ids::add);
        return ids;
    }

    private static Set<EntryId> ids(List<Publication> published) {
        Set<EntryId> ids = new HashSet<>();
        published.forEach(each -> ids.add(each.entry()));
        return ids;
    }

    @Test
    void publish_authorIsNoHolder_dropsWhenTheHoldersHaveIt() {
        SimulatedNode[] node = members(4);
        moving.to(node[1], node[2]);
        List<Publication> published = publish(node[0], 100);
        pass(Duration.ofMinutes(1));
        assertThat(stored(node[0])).hasSize(100);
        pass(REST);

        assertThat(stored(node[0])).isEmpty();
        assertThat(stored(node[3])).isEmpty();
        assertThat(stored(node[1])).isEqualTo(ids(published));
        assertThat(stored(node[2])).isEqualTo(ids(published));
        assertThat(simulation.await(node[0].gossip().status()).entries()).isZero();
        // What it wrote itself it finds again where it is.
        assertThat(simulation.await(node[0].gossip().get(published.get(7).hash())))
                .isPresent();
    }

    @Test
    void holders_move_newOnesGetItBeforeOldOnesDropIt() {
        SimulatedNode[] node = members(4);
        moving.to(node[0], node[1]);
        List<Publication> published = publish(node[0], 20);
        pass(REST);
        assertThat(stored(node[1])).hasSize(20);

        moving.to(node[2], node[3]);
        pass(Duration.ofMinutes(4));

        assertThat(stored(node[0])).isEmpty();
        assertThat(stored(node[1])).isEmpty();
        assertThat(stored(node[2])).isEqualTo(ids(published));
        assertThat(stored(node[3])).isEqualTo(ids(published));

        // Nothing hinders it from coming back.
        moving.to(node[0], node[1]);
        pass(Duration.ofMinutes(2));
        assertThat(stored(node[0])).isEqualTo(ids(published));
    }

    @Test
    void holders_oneIsAway_nothingIsDropped() {
        SimulatedNode[] node = members(3);
        moving.to(node[1], node[2]);
        node[2].crash();
        publish(node[0], 5);
        pass(REST.multipliedBy(2));
        assertThat(stored(node[0])).hasSize(5);
        assertThat(stored(node[1])).hasSize(5);

        simulation.await(node[2].start());
        pass(Duration.ofMinutes(4));
        assertThat(stored(node[0])).isEmpty();
    }

    @Test
    void publish_moreReplicasAskedFor_waitsForSoMany() {
        SimulatedNode[] node = members(5);
        moving.to(node[1], node[2]);
        Publication three = simulation.await(node[0].gossip().publish("three".getBytes(UTF_8), 3));
        Publication usual = publish(node[0], 1).get(0);
        pass(REST);
        assertThat(stored(node[0])).containsExactly(three.entry()).doesNotContain(usual.entry());
        moving.to(node[1], node[2], node[3]);
        pass(Duration.ofMinutes(4));
        assertThat(stored(node[0])).isEmpty();
    }

    @Test
    void pinned_noHolder_stays() {
        SimulatedNode[] node = members(3);
        moving.to(node[1], node[2]);
        List<Publication> published = publish(node[0], 3);
        simulation.await(node[0].gossip().pin(published.get(0).entry()));
        simulation.await(node[0].gossip().pin(published.get(1).hash()));
        pass(REST);
        assertThat(stored(node[0]))
                .containsExactlyInAnyOrder(
                        published.get(0).entry(), published.get(1).entry());
        simulation.await(node[0].gossip().unpin(published.get(0).entry()));
        pass(Duration.ofMinutes(3));
        assertThat(stored(node[0])).containsExactly(published.get(1).entry());
    }

    @Test
    void drop_largeBlob_itsChunksGoAndItIsFoundAgain() {
        SimulatedNode[] node = members(3);
        moving.to(node[1], node[2]);
        byte[] content = new byte[3 * MIB];
        new SplittableRandom(1).nextBytes(content);
        BlobHash hash = simulation.await(node[0].gossip().publish(new ByteArrayInputStream(content), content.length));
        pass(REST);
        assertThat(stored(node[0])).isEmpty();
        assertThat(node[0].contents().chunkHashes(Optional.empty(), 10).join()).isEmpty();
        assertThat(simulation.await(node[0].gossip().openBlob(hash))).isPresent();
        // It had to be kept for that, and goes again.
        assertThat(stored(node[0])).hasSize(1);
        pass(Duration.ofMinutes(3));
        assertThat(stored(node[0])).isEmpty();
    }

    /** An application that keeps payloads itself. */
    private static final class Table implements StorageHooks {
        private final Map<BlobHash, byte[]> blobs = new LinkedHashMap<>();
        private final List<EntryId> removed = new ArrayList<>();
        private int failures;

        @Override
        public IntegrationVerdict onIntegrate(Incoming incoming) {
            blobs.put(incoming.header().blobHash(), incoming.blob());
            return IntegrationVerdict.KEPT;
        }

        @Override
        public Optional<byte[]> blob(BlobHash hash) {
            return Optional.ofNullable(blobs.get(hash));
        }

        @Override
        public void onRemove(Removed gone) {
            removed.add(gone.entry());
        }

        @Override
        public void onDrop(Dropped dropped) {
            if (failures-- > 0) {
                throw new IllegalStateException("from the test");
            }
            blobs.remove(dropped.header().blobHash());
        }
    }

    @Test
    void drop_applicationKeepsPayloads_toldUntilItHasHeardAndNotAsADelete() {
        Table table = new Table();
        SimulatedNode first = add(plan());
        SimulatedNode keeper = add(plan().hooks(table));
        SimulatedNode third = add(plan());
        SimulatedNode fourth = add(plan());
        pass(Duration.ofSeconds(10));
        moving.to(first, keeper);
        publish(first, 3);
        pass(REST);
        assertThat(table.blobs).hasSize(3);
        table.failures = 1;
        moving.to(third, fourth);
        pass(Duration.ofMinutes(4));
        assertThat(stored(keeper)).isEmpty();
        assertThat(table.blobs).hasSize(1);
        keeper.crash();
        simulation.await(keeper.start());
        pass(Duration.ofSeconds(1));
        assertThat(table.blobs).isEmpty();
        assertThat(table.removed).isEmpty();
        assertThat(keeper.contents()
                        .records("dropped-entry", Optional.empty(), 10, MIB)
                        .join())
                .isEmpty();
    }

    private void startAll(SimulatedNode... all) {
        for (SimulatedNode each : all) {
            if (!each.isRunning()) {
                simulation.await(each.start());
            }
        }
    }

    @Test
    void drop_diesAtAnyWrite_nothingIsLost() {
        for (int write = 1; write <= 12; write++) {
            simulation = new Simulation(Simulation.seed(write));
            nodes.clear();
            SimulatedNode[] node = members(4);
            moving.to(node[0], node[1]);
            Set<EntryId> published = ids(publish(node[0], 8));
            pass(REST);
            moving.to(node[2], node[3]);
            for (SimulatedNode each : node) {
                each.crashAtWrite(write);
            }
            // Again and again, since those that did not write so often yet die later.
            for (int round = 0; round < 8; round++) {
                pass(REST.plus(Duration.ofMinutes(5)));
                startAll(node);
            }
            pass(REST.plus(Duration.ofMinutes(5)));
            assertThat(stored(node[2])).as("write %d", write).isEqualTo(published);
            assertThat(stored(node[3])).as("write %d", write).isEqualTo(published);
            assertThat(stored(node[0])).as("write %d", write).isEmpty();
        }
    }

    /** Answers every question for what it holds with yes. */
    private static Transport claiming(Transport honest) {
        byte[] everything = Frames.write(Cbor.encode(CborMap.builder()
                .put("t", 2)
                .put("h", new byte[] {-1, -1, -1, -1})
                .build()));
        Consumer<PeerStream> lie = stream -> {
            CompletableFuture<?> unused = stream.read()
                    .thenCompose(question -> stream.write(everything))
                    .thenCompose(written -> stream.closeWrite());
        };
        return (Transport) Proxy.newProxyInstance(
                Transport.class.getClassLoader(), new Class<?>[] {Transport.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handleStreams")
                            && ((ProtocolId) arguments[0]).value().contains("holders")) {
                        honest.handleStreams((ProtocolId) arguments[0], lie);
                        return null;
                    }
                    try {
                        return method.invoke(honest, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Wants nothing, and says that it has everything. */
    private NodePlan liar() {
        return plan().incorrect().transport(HoldersTest::claiming).distribution(() -> new DistributionStrategy() {
            @Override
            public Set<String> scopesOf(EntryHeader entry) {
                return Set.of(SCOPE);
            }

            @Override
            public Set<String> scopesOf(AgentId agent) {
                return Set.of();
            }
        });
    }

    @Test
    void liar_fewerThanReplicas_anHonestHolderHasEverything() {
        SimulatedNode[] node = members(3);
        SimulatedNode liar = add(liar());
        pass(Duration.ofSeconds(10));
        moving.to(liar, node[1], node[2]);
        node[2].crash();
        Set<EntryId> published = ids(publish(node[0], 30));
        pass(REST);
        // The liar and one honest holder were enough, and the honest one does hold it.
        assertThat(stored(node[0])).isEmpty();
        assertThat(stored(liar)).isEmpty();
        assertThat(stored(node[1])).isEqualTo(published);
    }

    @Test
    void liar_noHonestHolderReachable_nothingIsDropped() {
        SimulatedNode[] node = members(3);
        SimulatedNode liar = add(liar());
        pass(Duration.ofSeconds(10));
        moving.to(liar, node[1], node[2]);
        node[1].crash();
        node[2].crash();
        publish(node[0], 5);
        pass(REST);
        assertThat(stored(node[0])).hasSize(5);
    }

    /** Holders move every few minutes, nodes come and go and die while they write, one lies; nothing is lost. */
    @Test
    void churn_holdersMoveAndNodesDie_noEntryIsLost() {
        for (long seed = 1; seed <= 3; seed++) {
            simulation = new Simulation(Simulation.seed(seed));
            nodes.clear();
            SimulatedNode[] honest = members(6);
            add(liar());
            pass(Duration.ofSeconds(10));
            moving.to(honest[0], honest[1], honest[2]);
            RandomGenerator random = simulation.choices();
            Set<EntryId> published = new HashSet<>();
            drops = 0;
            for (int step = 0; step < 40; step++) {
                SimulatedNode one = honest[random.nextInt(honest.length)];
                switch (random.nextInt(5)) {
                    case 0 -> {
                        List<SimulatedNode> all = new ArrayList<>(nodes);
                        List<SimulatedNode> next = new ArrayList<>();
                        while (next.size() < 3) {
                            next.add(all.remove(random.nextInt(all.size())));
                        }
                        moving.to(next.toArray(new SimulatedNode[0]));
                    }
                    case 1 -> {
                        if (one.isRunning() && random.nextInt(3) == 0) {
                            one.crashAtWrite(1 + random.nextInt(4));
                        }
                    }
                    case 2 -> {
                        if (one.isRunning()) {
                            published.addAll(ids(publish(one, 5)));
                        }
                    }
                    default -> pass(Duration.ofMinutes(random.nextInt(8)));
                }
                pass(Duration.ofSeconds(20));
                for (SimulatedNode each : honest) {
                    if (!each.isRunning() && random.nextInt(3) > 0) {
                        simulation.await(each.start());
                    }
                }
            }
            startAll(honest);
            Set<EntryId> left = new HashSet<>();
            for (SimulatedNode each : honest) {
                left.addAll(stored(each));
            }
            assertThat(left).as("seed %d", seed).containsAll(published);
            assertThat(published).isNotEmpty();
            assertThat(drops).isPositive();
        }
    }
}
