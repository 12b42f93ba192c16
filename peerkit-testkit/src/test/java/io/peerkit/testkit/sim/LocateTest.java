// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.testkit.transport.Faults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Getting blobs that are elsewhere, among whole nodes in virtual time. */
class LocateTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final int MIB = 1_048_576;

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    /** Everybody keeps what they wrote themselves, and nothing else. */
    private static final class Own implements DistributionStrategy {
        @Override
        public Set<String> scopesOf(EntryHeader entry) {
            return Set.of(entry.author().toString());
        }

        @Override
        public Set<String> scopesOf(AgentId agent) {
            return Set.of(agent.toString());
        }

        @Override
        public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
            // In an order that is the same in each run.
            return known.stream().sorted().toList();
        }
    }

    private NodePlan plan() {
        return NodePlan.member().distribution(Own::new);
    }

    private SimulatedNode member(SimulatedNode... known) {
        return simulation.add(known.length == 0 ? plan() : plan().bootstrap(known[0].addresses()));
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private BlobHash publish(SimulatedNode node, byte[] blob) {
        return simulation.await(node.gossip().publishAll(List.of(blob))).get(0).hash();
    }

    private static List<BlobHash> stored(SimulatedNode node) {
        return node.contents().scan(Optional.empty(), 100, 16 * MIB).join().stream()
                .map(StoredEntry::blobHash)
                .toList();
    }

    @Test
    void get_onlyTheAuthorHasIt_foundAndNotKept() {
        SimulatedNode author = member();
        SimulatedNode reader = member(author);
        member(author);
        pass(LONG_ENOUGH);
        byte[] blob = "far away".getBytes(UTF_8);
        BlobHash hash = publish(author, blob);
        pass(LONG_ENOUGH);
        assertThat(stored(reader)).isEmpty();

        assertThat(simulation.await(reader.gossip().get(hash))).hasValue(blob);

        assertThat(simulation.await(reader.gossip().openBlob(hash))).isPresent();
        pass(Duration.ofSeconds(5));
        assertThat(stored(reader)).isEmpty();
    }

    @Test
    void get_nobodyHasIt_emptyAsSoonAsAllHaveSaidSo() {
        SimulatedNode one = member();
        member(one);
        member(one);
        pass(LONG_ENOUGH);
        CompletableFuture<Optional<byte[]>> answer = one.gossip().get(BlobHash.ofBlob(new byte[] {1}));
        pass(Duration.ofMillis(200));
        assertThat(answer).isCompletedWithValue(Optional.empty());
    }

    @Test
    void get_peersAreSilent_emptyWhenTheirTimeIsOver() {
        SimulatedNode one = member();
        member(one);
        pass(LONG_ENOUGH);
        simulation.network().faults(Faults.distance(Duration.ofMinutes(5), Duration.ZERO));
        CompletableFuture<Optional<byte[]>> answer = one.gossip().get(BlobHash.ofBlob(new byte[] {1}));
        pass(Duration.ofSeconds(4));
        assertThat(answer).isNotDone();
        pass(Duration.ofSeconds(2));
        assertThat(answer).isCompletedWithValue(Optional.empty());
    }

    @Test
    void get_holderIsNotConnected_dialed() {
        SimulatedNode meeting = member();
        SimulatedNode author =
                simulation.add(plan().connections(ConnectionStrategies::none).bootstrap(meeting.addresses()));
        SimulatedNode reader =
                simulation.add(plan().connections(ConnectionStrategies::none).bootstrap(meeting.addresses()));
        pass(LONG_ENOUGH);
        byte[] blob = "by way of its address".getBytes(UTF_8);
        BlobHash hash = publish(author, blob);
        assertThat(simulation.await(reader.gossip().status()).peers()).hasSize(1);

        assertThat(simulation.await(reader.gossip().get(hash))).hasValue(blob);
        assertThat(simulation.await(reader.gossip().status()).peers()).hasSize(2);
    }

    /** A store that gives other bytes for every blob. */
    private static Storage wrong(Storage honest) {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("entryOfBlob")) {
                        return honest.entryOfBlob((BlobHash) arguments[0])
                                .thenApply(found -> found.map(entry -> new StoredEntry(
                                        entry.id(),
                                        entry.time(),
                                        entry.blobHash(),
                                        entry.envelope(),
                                        Optional.of("lies".getBytes(UTF_8)))));
                    }
                    try {
                        return method.invoke(honest, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void get_peerGivesWrongBytes_countedAgainstItAndAnotherIsAsked() {
        byte[] blob = "the truth".getBytes(UTF_8);
        BlobHash hash = BlobHash.ofBlob(blob);
        SimulatedNode liar = simulation.add(plan().lyingStore(LocateTest::wrong));
        simulation.await(liar.gossip().publishAll(List.of(blob)));
        SimulatedNode reader = member(liar);
        pass(LONG_ENOUGH);
        assertThat(simulation.await(reader.gossip().get(hash))).isEmpty();
        SimulatedNode author = member(reader);
        publish(author, blob);
        pass(LONG_ENOUGH);
        assertThat(simulation.await(reader.gossip().get(hash))).hasValue(blob);
        assertThat(simulation.await(reader.gossip().status()).excluded()).isZero();

        author.crash();
        for (int i = 0; i < 20; i++) {
            assertThat(simulation.await(reader.gossip().get(hash))).isEmpty();
        }
        assertThat(simulation.await(reader.gossip().status()).excluded()).isEqualTo(1);
    }

    @Test
    void get_deletedMeanwhile_emptyThoughAPeerStillHasIt() {
        SimulatedNode author = simulation.add(NodePlan.member());
        SimulatedNode reader = simulation.add(NodePlan.member().bootstrap(author.addresses()));
        SimulatedNode third = simulation.add(NodePlan.member().bootstrap(author.addresses()));
        pass(LONG_ENOUGH);
        var published = simulation
                .await(author.gossip().publishAll(List.of("doomed".getBytes(UTF_8))))
                .get(0);
        pass(Duration.ofSeconds(5));
        third.crash();
        simulation.await(author.gossip().delete(List.of(published.entry())));
        pass(Duration.ofSeconds(5));
        simulation.await(third.start());
        // Connected again within milliseconds, and asked before the delete has come.
        assertThat(simulation.await(reader.gossip().get(published.hash()))).isEmpty();
    }

    @Test
    void openBlob_large_fetchedAndOpened() throws IOException {
        SimulatedNode author = member();
        SimulatedNode reader = member(author);
        pass(LONG_ENOUGH);
        byte[] content = new byte[3 * MIB];
        new SplittableRandom(1).nextBytes(content);
        BlobHash hash = simulation.await(author.gossip().publish(new ByteArrayInputStream(content), content.length));
        pass(LONG_ENOUGH);
        assertThat(stored(reader)).isEmpty();
        assertThatThrownBy(() -> simulation.await(reader.gossip().get(hash)))
                .hasRootCauseInstanceOf(LimitExceededException.class);

        try (InputStream opened =
                simulation.await(reader.gossip().openBlob(hash)).orElseThrow()) {
            assertThat(opened.readNBytes(0)).isEmpty();
        }
        assertThat(stored(reader)).hasSize(1);
    }

    @Test
    void get_manyAtOnce_allAnsweredAndPeersNotExcluded() {
        SimulatedNode author = member();
        SimulatedNode reader = member(author);
        pass(LONG_ENOUGH);
        List<BlobHash> hashes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            hashes.add(publish(author, new byte[] {1, (byte) i}));
        }
        List<CompletableFuture<Optional<byte[]>>> answers =
                hashes.stream().map(hash -> reader.gossip().get(hash)).toList();
        pass(Duration.ofSeconds(20));
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isPresent());
        assertThat(simulation.await(author.gossip().status()).excluded()).isZero();
    }
}
