// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.Audience;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.gossip.Members;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.GossipSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whole nodes under strategies that give not everything to everybody. */
class ScopesTest {
    private static final Duration GRACE = Duration.ofMinutes(2);

    /** Cards that expire soon, so that who is away is missed after two minutes and the grace. */
    private static final GossipSettings.Timing TIMING = new GossipSettings.Timing(
            Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofMinutes(2), Duration.ofSeconds(30));

    /** By then a departed agent's card has expired, its grace is over, and what was its has been handed over. */
    private static final Duration MISSED = Duration.ofMinutes(6);

    private final long seed = Simulation.seed(1);
    private final Simulation simulation = new Simulation(seed);
    private final Random random = new Random(seed);
    private final List<BlobHash> published = new ArrayList<>();
    private final List<EntryId> entries = new ArrayList<>();

    @Test
    void ring_published_exactlyTheReplicasAndTheAuthorHaveIt() {
        List<SimulatedNode> nodes = ring(12);
        pass(Duration.ofSeconds(30));
        List<SimulatedNode> authors = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            SimulatedNode author = nodes.get(i % 12);
            authors.add(author);
            publish(author, Audience.everybody(), 300);
        }
        pass(Duration.ofMinutes(1));

        DistributionStrategy ring = placement(nodes);
        for (int i = 0; i < published.size(); i++) {
            List<AgentId> replicas =
                    ring.locate(published.get(i), agents(nodes)).subList(0, 3);
            for (SimulatedNode node : nodes) {
                boolean expected =
                        replicas.contains(node.agentId()) || authors.get(i).equals(node);
                assertThat(has(node, published.get(i)))
                        .as("seed %d, blob %d", seed, i)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void ring_oneLeavesForGood_replicasRestoredButNotWithinTheGrace() {
        List<SimulatedNode> nodes = ring(12);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 200; i++) {
            publish(nodes.get(i % 12), Audience.everybody(), 300);
        }
        pass(Duration.ofMinutes(1));
        SimulatedNode leaver = nodes.remove(5);
        simulation.await(leaver.leave());

        long before = stored(nodes);
        pass(Duration.ofMinutes(1));
        assertThat(stored(nodes)).as("seed %d: moved within the grace", seed).isEqualTo(before);
        pass(MISSED);

        assertReplicated(nodes);
    }

    @Test
    void ring_newcomer_getsItsShareOnceFromThoseWhoHadIt() {
        List<SimulatedNode> nodes = ring(12);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 600; i++) {
            publish(nodes.get(i % 12), Audience.everybody(), 8_000);
        }
        pass(Duration.ofMinutes(1));
        SimulatedNode newcomer = simulation.add(plan().bootstrap(nodes.get(0).addresses()));
        nodes.add(newcomer);
        pass(Duration.ofMinutes(2));

        assertReplicated(nodes);
        long share = bytes(newcomer);
        assertThat(share).isGreaterThan(500_000);
        assertThat(simulation.payload().duplicate()).as("seed %d", seed).isZero();
        assertThat((double) status(newcomer).bytesIn() / share)
                .as("seed %d: bytes received for a share of %d, %s", seed, share, simulation.payload())
                .isLessThan(1.2);
    }

    @Test
    void ring_someComeAndGo_noEntryLost() {
        List<SimulatedNode> nodes = ring(24);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 240; i++) {
            publish(nodes.get(i % 24), Audience.everybody(), 300);
        }
        pass(Duration.ofMinutes(1));
        for (int i = 0; i < 5; i++) {
            SimulatedNode leaver = nodes.remove(1 + random.nextInt(nodes.size() - 1));
            if (i % 2 == 0) {
                leaver.crash();
            } else {
                simulation.await(leaver.leave());
            }
            pass(Duration.ofSeconds(30));
            nodes.add(simulation.add(plan().bootstrap(nodes.get(0).addresses())));
            pass(MISSED);
        }

        assertReplicated(nodes);
    }

    @Test
    void ring_deleted_goneFromAllWhoHadIt() {
        List<SimulatedNode> nodes = ring(8);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 16; i++) {
            publish(nodes.get(i % 8), Audience.everybody(), 300);
        }
        pass(Duration.ofMinutes(1));
        for (int i = 0; i < 8; i++) {
            simulation.await(nodes.get(i).gossip().delete(List.of(entries.get(i))));
        }
        pass(Duration.ofMinutes(2));

        for (SimulatedNode node : nodes) {
            assertThat(published.subList(0, 8)).as("seed %d", seed).noneMatch(hash -> has(node, hash));
        }
        published.subList(0, 8).clear();
        assertReplicated(nodes);
    }

    @Test
    void ring_shortAbsence_movesNothing() {
        List<SimulatedNode> nodes = ring(8);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 100; i++) {
            publish(nodes.get(i % 8), Audience.everybody(), 300);
        }
        pass(Duration.ofMinutes(1));
        long before = stored(nodes);

        simulation.await(nodes.get(3).stop());
        pass(Duration.ofMinutes(2));
        simulation.await(nodes.get(3).start());
        pass(Duration.ofMinutes(1));

        assertThat(stored(nodes)).as("seed %d", seed).isEqualTo(before);
        assertReplicated(nodes);
    }

    @Test
    void topics_subscribers_getWhatTheyWantAndNoMore() {
        SimulatedNode author = simulation.add(topics(List.of()));
        SimulatedNode tea = simulation.add(topics(List.of("tea")).bootstrap(author.addresses()));
        SimulatedNode both = simulation.add(topics(List.of("tea", "bread")).bootstrap(author.addresses()));
        publish(author, Audience.topic("tea"), 100);
        pass(Duration.ofSeconds(30));
        publish(author, Audience.topic("bread"), 100);
        publish(author, Audience.everybody(), 100);
        pass(Duration.ofSeconds(5));
        SimulatedNode late = simulation.add(topics(List.of("bread")).bootstrap(tea.addresses()));
        pass(Duration.ofSeconds(60));

        assertThat(List.of(has(tea, published.get(0)), has(tea, published.get(1)), has(tea, published.get(2))))
                .containsExactly(true, false, true);
        assertThat(published).allMatch(hash -> has(both, hash));
        assertThat(List.of(has(late, published.get(0)), has(late, published.get(1)), has(late, published.get(2))))
                .containsExactly(false, true, true);
    }

    @Test
    void direct_addressed_onlyTheRecipientsHaveItAlsoWhenTheAuthorIsGone() {
        SimulatedNode author = simulation.add(direct());
        SimulatedNode ann = simulation.add(direct().bootstrap(author.addresses()));
        SimulatedNode bob = simulation.addStopped(direct().bootstrap(ann.addresses()));
        SimulatedNode eve = simulation.add(direct().bootstrap(author.addresses()));
        pass(Duration.ofSeconds(10));
        publish(author, Audience.of(List.of(ann.agentId(), bob.agentId())), 100);
        pass(Duration.ofSeconds(10));
        simulation.await(author.stop());
        simulation.await(bob.start());
        pass(Duration.ofSeconds(60));

        assertThat(has(ann, published.get(0))).isTrue();
        assertThat(has(bob, published.get(0))).isTrue();
        assertThat(has(eve, published.get(0))).isFalse();
    }

    @Test
    void restart_scopesReadFromTheStore_nothingMovesAgain() {
        List<SimulatedNode> nodes = ring(4);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 100; i++) {
            publish(nodes.get(i % 4), Audience.everybody(), 1_000);
        }
        pass(Duration.ofMinutes(1));
        SimulatedNode node = nodes.get(2);
        simulation.await(node.stop());
        pass(Duration.ofSeconds(10));
        simulation.await(node.start());
        pass(Duration.ofMinutes(1));

        assertThat(status(node).bytesIn()).as("seed %d", seed).isLessThan(40_000);
        assertReplicated(nodes);
    }

    @Test
    void ring_memberClaimsEverything_getsItsShareAndNoMore() {
        List<SimulatedNode> nodes = ring(9);
        SimulatedNode greedy = simulation.add(NodePlan.member()
                .timing(TIMING)
                .distribution(Greedy::new)
                .bootstrap(nodes.get(0).addresses()));
        nodes.add(greedy);
        pass(Duration.ofSeconds(30));
        for (int i = 0; i < 90; i++) {
            publish(nodes.get(i % 9), Audience.everybody(), 200);
        }
        pass(Duration.ofMinutes(2));

        DistributionStrategy ring = placement(nodes);
        for (BlobHash hash : published) {
            boolean expected = ring.locate(hash, agents(nodes)).subList(0, 3).contains(greedy.agentId());
            assertThat(has(greedy, hash)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    /** A ring as one would like it who wants to have everything: everybody holds all buckets. */
    private static final class Greedy implements DistributionStrategy {
        private final DistributionStrategy ring = DistributionStrategy.ring(3);

        @Override
        public Set<String> scopesOf(EntryHeader entry) {
            return ring.scopesOf(entry);
        }

        @Override
        public Set<String> scopesOf(AgentId agent) {
            return ring.scopesOf(agent);
        }
    }

    private void assertReplicated(List<SimulatedNode> nodes) {
        DistributionStrategy ring = placement(nodes);
        for (BlobHash hash : published) {
            List<AgentId> replicas = ring.locate(hash, agents(nodes)).subList(0, 3);
            List<AgentId> having = nodes.stream()
                    .filter(node -> has(node, hash))
                    .map(SimulatedNode::agentId)
                    .toList();
            assertThat(having).as("seed %d", seed).containsAll(replicas);
        }
    }

    private static DistributionStrategy placement(List<SimulatedNode> nodes) {
        return DistributionStrategy.ring(3).among(Members.of(agents(nodes)));
    }

    private static List<AgentId> agents(List<SimulatedNode> nodes) {
        return nodes.stream().map(SimulatedNode::agentId).collect(Collectors.toList());
    }

    private static NodePlan plan() {
        return NodePlan.member().timing(TIMING).distribution(() -> DistributionStrategy.ring(3, GRACE));
    }

    private static NodePlan topics(List<String> subscriptions) {
        return NodePlan.member().timing(TIMING).distribution(() -> DistributionStrategy.topics(subscriptions));
    }

    private static NodePlan direct() {
        return NodePlan.member().timing(TIMING).distribution(() -> DistributionStrategy.direct(List.of()));
    }

    private List<SimulatedNode> ring(int count) {
        List<SimulatedNode> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(simulation.add(
                    i == 0 ? plan() : plan().bootstrap(nodes.get(0).addresses())));
        }
        return nodes;
    }

    private void publish(SimulatedNode author, Audience audience, int size) {
        ByteBuffer blob = ByteBuffer.allocate(size);
        byte[] bytes = blob.array();
        random.nextBytes(bytes);
        List<Publication> done = simulation.await(author.gossip().publishAll(List.of(bytes), audience));
        published.add(done.get(0).hash());
        entries.add(done.get(0).entry());
    }

    private boolean has(SimulatedNode node, BlobHash hash) {
        return node.contents().entryOfBlob(hash).join().isPresent();
    }

    private static long bytes(SimulatedNode node) {
        long bytes = 0;
        List<StoredEntry> page =
                node.contents().scan(Optional.empty(), 1_000, 1).join();
        while (!page.isEmpty()) {
            bytes += page.stream().mapToLong(StoredEntry::bytes).sum();
            page = node.contents()
                    .scan(Optional.of(page.get(page.size() - 1).key()), 1_000, 1)
                    .join();
        }
        return bytes;
    }

    private long stored(List<SimulatedNode> nodes) {
        return nodes.stream().mapToLong(node -> node.contents().count().join()).sum();
    }

    private NodeStatus status(SimulatedNode node) {
        return simulation.await(node.gossip().status());
    }

    private void pass(Duration time) {
        simulation.time().advance(time);
    }
}
