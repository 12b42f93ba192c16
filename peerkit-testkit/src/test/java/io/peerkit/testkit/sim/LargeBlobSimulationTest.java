// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeListener;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.transport.Faults;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Large blobs among whole nodes in virtual time, with crashes, rotten disks and lies; and the books kept about chunks. */
class LargeBlobSimulationTest {
    private static final int MIB = 1_048_576;
    private static final int SIZE = 6 * MIB + 5;
    private static final int SEEDS = 12;

    private final Set<BlobHash> everWritten = new LinkedHashSet<>();
    private final List<BlobHash> complete = new ArrayList<>();
    private Simulation simulation = new Simulation(Simulation.seed(1));

    private static byte[] content(long seed) {
        byte[] bytes = new byte[SIZE];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private NodePlan member() {
        return NodePlan.member()
                .lyingStore(store -> watched(store, UnaryOperator.identity(), UnaryOperator.identity()))
                .listener(new NodeListener() {
                    @Override
                    public void blobComplete(EntryId entry, BlobHash hash, long size) {
                        complete.add(hash);
                    }
                });
    }

    /** A store whose chunks are written down, and whose answers may be lies. */
    private Storage watched(
            Storage store, UnaryOperator<List<StoredChunk>> chunks, UnaryOperator<List<StoredEntry>> entries) {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        ((WriteBatch) arguments[0]).chunks().forEach(chunk -> everWritten.add(chunk.hash()));
                    }
                    try {
                        Object answer = method.invoke(store, arguments);
                        return switch (method.getName()) {
                            case "chunks" -> lie(answer, chunks);
                            case "entries" -> lie(answer, entries);
                            default -> answer;
                        };
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @SuppressWarnings("unchecked") // the method's name tells
    private static <T> CompletableFuture<T> lie(Object answer, UnaryOperator<T> lie) {
        return ((CompletableFuture<T>) answer).thenApply(lie);
    }

    private BlobHash publish(SimulatedNode node, byte[] content) {
        return simulation.await(node.gossip().publish(new ByteArrayInputStream(content), content.length));
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private void awaitComplete(int count) {
        assertThat(simulation.time().advanceUntil(() -> complete.size() >= count, Duration.ofMinutes(30)))
                .as("%d of %d told to be complete", complete.size(), count)
                .isTrue();
        pass(Duration.ofSeconds(5));
    }

    /** Nothing is left to do, and exactly the chunks that somebody uses are there. */
    private void checkBooks(SimulatedNode node) {
        Storage store = node.contents();
        for (String collection : List.of("blob-todo", "blob-release", "blob-upload", "upload-part")) {
            assertThat(store.records(collection, Optional.empty(), 10, MIB).join())
                    .as(collection)
                    .isEmpty();
        }
        for (BlobHash hash : everWritten) {
            boolean used = store.records("chunk-use", Optional.of(hash.toBytes()), 1, 1).join().stream()
                    .anyMatch(record -> Arrays.equals(record.key().key(), 0, 32, hash.toBytes(), 0, 32));
            boolean present = !store.chunksPresent(List.of(hash)).join().isEmpty();
            assertThat(present).as("chunk %s is here, as it is used", hash).isEqualTo(used);
        }
    }

    private boolean isOpen(SimulatedNode node, BlobHash hash) {
        return simulation.await(node.gossip().openBlob(hash)).isPresent();
    }

    @Test
    void publish_chainOfPeers_fetchedFromWhoeverHasIt() {
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ofMillis(3)));
        SimulatedNode author = simulation.add(member());
        SimulatedNode near = simulation.add(member().bootstrap(author.addresses()));
        SimulatedNode far = simulation.add(member().bootstrap(author.addresses()));
        pass(Duration.ofSeconds(5));

        BlobHash hash = publish(author, content(1));
        awaitComplete(2);

        assertThat(hash).isEqualTo(BlobHash.ofBlob(content(1)));
        for (SimulatedNode node : List.of(author, near, far)) {
            assertThat(isOpen(node, hash)).isTrue();
            checkBooks(node);
        }
    }

    @Test
    void author_goneBeforeAllIsFetched_restFromAPeerThatHasIt() {
        simulation.network().faults(Faults.distance(Duration.ofMillis(10), Duration.ZERO));
        SimulatedNode author = simulation.add(member());
        SimulatedNode near = simulation.add(member().bootstrap(author.addresses()));
        pass(Duration.ofSeconds(5));
        BlobHash hash = publish(author, content(2));
        awaitComplete(1);
        author.crash();

        SimulatedNode late = simulation.add(member().bootstrap(near.addresses()));
        awaitComplete(2);

        assertThat(isOpen(late, hash)).isTrue();
        checkBooks(late);
    }

    @Test
    void fetch_readerCrashesAtAnyMoment_completeAndBooksRight() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            simulation = new Simulation(seed);
            simulation.network().faults(Faults.distance(Duration.ofMillis(5), Duration.ofMillis(2)));
            complete.clear();
            everWritten.clear();
            SimulatedNode author = simulation.add(member());
            SimulatedNode reader = simulation.add(member().bootstrap(author.addresses()));
            pass(Duration.ofSeconds(5));
            BlobHash hash = publish(author, content(seed));
            for (int crash = 0; crash < 4; crash++) {
                pass(Duration.ofMillis(simulation.choices().nextInt(60)));
                reader.crash();
                if (simulation.choices().nextBoolean()) {
                    author.crash();
                    simulation.await(author.start());
                }
                simulation.await(reader.start());
            }
            awaitComplete(1);
            assertThat(isOpen(reader, hash)).as("seed %d", seed).isTrue();
            checkBooks(reader);
            checkBooks(author);
        }
    }

    @Test
    void publish_crashAtAnyMoment_allOrNothing() {
        int published = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            simulation = new Simulation(seed);
            everWritten.clear();
            SimulatedNode author = simulation.add(member());
            byte[] content = content(seed);
            CompletableFuture<BlobHash> publishing =
                    author.gossip().publish(new ByteArrayInputStream(content), content.length);
            pass(Duration.ofMillis(simulation.choices().nextInt(12)));
            boolean acknowledged = publishing.isDone();
            author.crash();
            simulation.await(author.start());
            pass(Duration.ofSeconds(5));

            long entries = simulation.await(author.gossip().status()).entries();
            boolean open = isOpen(author, BlobHash.ofBlob(content));
            assertThat(open).as("seed %d", seed).isEqualTo(entries == 1);
            if (acknowledged) {
                assertThat(open).as("seed %d", seed).isTrue();
            }
            published += open ? 1 : 0;
            checkBooks(author);
            if (!open) {
                assertThat(author.contents()
                                .chunksPresent(List.copyOf(everWritten))
                                .join()
                                .isEmpty())
                        .isTrue();
            }
        }
        System.out.println(published + " of " + SEEDS + " publications were there after a crash");
        assertThat(published).isBetween(1, SEEDS - 1);
    }

    @Test
    void publish_failsHalfWay_chunksAreRemoved() {
        SimulatedNode author = simulation.add(member());
        byte[] content = content(3);
        CompletableFuture<BlobHash> publishing =
                author.gossip().publish(new ByteArrayInputStream(content), content.length + 1);
        pass(Duration.ofSeconds(5));
        assertThat(publishing).isCompletedExceptionally();
        assertThat(everWritten).isNotEmpty();
        checkBooks(author);
        assertThat(author.contents()
                        .chunksPresent(List.copyOf(everWritten))
                        .join()
                        .isEmpty())
                .isTrue();
    }

    @Test
    void fetch_peerWithARottenDisk_othersDeliver() {
        SimulatedNode author = simulation.add(member());
        pass(Duration.ofSeconds(1));
        SimulatedNode rotten = simulation.add(
                member().lyingStore(store -> watched(store, LargeBlobSimulationTest::rot, UnaryOperator.identity()))
                        .bootstrap(author.addresses()));
        pass(Duration.ofSeconds(5));
        BlobHash hash = publish(author, content(4));
        pass(Duration.ofSeconds(30));

        SimulatedNode reader = simulation.add(member().bootstrap(author.addresses()));
        simulation.await(reader.gossip().connect(rotten.addresses().get(0)));
        awaitComplete(1);

        assertThat(isOpen(reader, hash)).isTrue();
        checkBooks(reader);
    }

    private static List<StoredChunk> rot(List<StoredChunk> chunks) {
        return chunks.stream()
                .map(chunk -> {
                    byte[] other = chunk.bytes().clone();
                    other[other.length / 2] ^= 1;
                    return new StoredChunk(chunk.hash(), other);
                })
                .toList();
    }

    @Test
    void fetch_manifestLiesAboutTheContent_neverAnswersAndChunksAreRemoved() {
        SimulatedNode author = simulation.add(member());
        SimulatedNode reader = simulation.add(member().lyingStore(
                        store -> watched(store, UnaryOperator.identity(), LargeBlobSimulationTest::otherContent))
                .bootstrap(author.addresses()));
        pass(Duration.ofSeconds(5));
        BlobHash hash = publish(author, content(5));
        pass(Duration.ofMinutes(1));

        assertThat(complete).isEmpty();
        assertThat(isOpen(reader, hash)).isFalse();
        checkBooks(reader);
        assertThat(reader.contents()
                        .chunksPresent(List.copyOf(everWritten))
                        .join()
                        .isEmpty())
                .isTrue();
        assertThat(reader.contents()
                        .records("large-blob", Optional.empty(), 10, MIB)
                        .join())
                .hasSize(1);
        long bytesIn = simulation.await(reader.gossip().status()).bytesIn();
        assertThat(bytesIn).isGreaterThan(SIZE);
        pass(Duration.ofMinutes(10));
        assertThat(simulation.await(reader.gossip().status()).bytesIn()).isLessThan(bytesIn + MIB);
    }

    /** As the author's lie looks here: a manifest with another content's hash, whose first byte stands at the sixth place. */
    private static List<StoredEntry> otherContent(List<StoredEntry> entries) {
        return entries.stream()
                .map(entry -> new StoredEntry(
                        entry.id(),
                        entry.time(),
                        entry.blobHash(),
                        entry.envelope(),
                        entry.blob().map(blob -> {
                            byte[] other = blob.clone();
                            other[6] ^= 1;
                            return other;
                        })))
                .toList();
    }

    @Test
    void fetch_storeFailsForAWhile_goesOn() {
        simulation.network().faults(Faults.distance(Duration.ofMillis(20), Duration.ZERO));
        SimulatedNode author = simulation.add(member());
        SimulatedNode reader = simulation.add(member().bootstrap(author.addresses()));
        pass(Duration.ofSeconds(5));
        BlobHash hash = publish(author, content(6));
        // The entry is there after 20 ms, the page after 100, the first chunks after 140.
        pass(Duration.ofMillis(110));
        reader.failStorage(true);
        pass(Duration.ofSeconds(30));
        assertThat(complete).isEmpty();
        reader.failStorage(false);

        awaitComplete(1);

        assertThat(isOpen(reader, hash)).isTrue();
        checkBooks(reader);
    }

    @Test
    void publish_contentsThatShareChunks_sharedChunksStayUntilTheLastUserGoes() {
        SimulatedNode author = simulation.add(member());
        byte[] first = content(7);
        byte[] second = Arrays.copyOf(content(9), MIB + SIZE);
        System.arraycopy(first, 0, second, MIB, SIZE);
        BlobHash hash = publish(author, first);
        Set<BlobHash> ofFirst = new LinkedHashSet<>(everWritten);
        CompletableFuture<BlobHash> broken =
                author.gossip().publish(new ByteArrayInputStream(second), second.length + 1);
        pass(Duration.ofSeconds(5));

        assertThat(broken).isCompletedExceptionally();
        assertThat(everWritten.size()).isGreaterThan(ofFirst.size());
        checkBooks(author);
        assertThat(author.contents().chunksPresent(List.copyOf(ofFirst)).join().cardinality())
                .isEqualTo(ofFirst.size());
        assertThat(isOpen(author, hash)).isTrue();
    }

    @Test
    void get_largeContent_refusedAndItsManifestNotFound() {
        SimulatedNode author = simulation.add(member());
        BlobHash hash = publish(author, content(8));
        assertThatThrownBy(() -> simulation.await(author.gossip().get(hash)))
                .hasCauseInstanceOf(LimitExceededException.class)
                .hasMessageContaining("openBlob opens it");
        byte[] state = author.contents()
                .record(RecordKey.of("blob-content", hash.toBytes()))
                .join()
                .orElseThrow();
        assertThat(simulation.await(author.gossip().get(BlobHash.of(state)))).isEmpty();
        assertThat(simulation.await(author.gossip().openBlob(BlobHash.of(state))))
                .isEmpty();
    }
}
