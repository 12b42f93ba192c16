// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.Publication;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.testkit.storage.MemoryDisk;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Processes of one application, each with a node, on one store. */
class SharedStoreTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    private final Simulation simulation = new Simulation(Simulation.seed(1));
    private final MemoryDisk disk = new MemoryDisk();

    /** What the application of a node was told and asked. */
    private static final class Told implements NodeListener {
        private final List<EntryId> integrated = new ArrayList<>();
        private final List<BlobHash> asked = new ArrayList<>();
        private final List<BlobHash> complete = new ArrayList<>();

        @Override
        public void integrated(Incoming incoming) {
            assertThat(BlobHash.ofBlob(incoming.blob()))
                    .isEqualTo(incoming.header().blobHash());
            integrated.add(incoming.entry());
        }

        @Override
        public void blobComplete(EntryId entry, BlobHash hash, long size) {
            complete.add(hash);
        }

        NodePlan plan() {
            return NodePlan.member()
                    .connections(() -> ConnectionStrategies.connectToAll())
                    .listener(this)
                    .hooks(incoming -> {
                        asked.add(incoming.header().blobHash());
                        return IntegrationVerdict.ACCEPTED;
                    });
        }
    }

    private final Told ofOne = new Told();
    private final Told ofOther = new Told();

    @Test
    void delete_byOneProcess_theOtherTakesItFromNobody() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        Publication doomed = simulation.await(one.publish(blobs("doomed", 1))).get(0);
        SimulatedNode third = simulation.add(NodePlan.member().bootstrap(other.addresses()));
        simulation.time().advance(LONG_ENOUGH);
        assertThat(simulation.await(third.gossip().get(doomed.hash()))).isPresent();
        third.crash();

        simulation.await(one.gossip().delete(List.of(doomed.entry())));
        simulation.time().advance(Duration.ofSeconds(2));
        simulation.await(one.stop());
        simulation.await(third.start());
        simulation.time().advance(LONG_ENOUGH);

        assertThat(simulation.await(other.gossip().get(doomed.hash()))).isEmpty();
        assertThat(simulation.await(third.gossip().get(doomed.hash()))).isEmpty();
        assertThat(simulation.await(other.gossip().status()).fingerprint())
                .isEqualTo(simulation.await(third.gossip().status()).fingerprint());
    }

    private SimulatedNode add(Told told) {
        return simulation.add(told.plan().sharing(disk));
    }

    private static List<byte[]> blobs(String name, int count) {
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blobs.add((name + i).getBytes(UTF_8));
        }
        return blobs;
    }

    private List<EntryId> publish(SimulatedNode node, String name, int count) {
        return simulation.await(node.publish(blobs(name, count))).stream()
                .map(Publication::entry)
                .toList();
    }

    private void assertAlike(SimulatedNode one, SimulatedNode other, int entries) {
        NodeStatus here = simulation.await(one.gossip().status());
        NodeStatus there = simulation.await(other.gossip().status());
        assertThat(there.entries()).isEqualTo(here.entries()).isEqualTo(entries);
        assertThat(there.fingerprint()).isEqualTo(here.fingerprint());
    }

    @Test
    void publish_byOne_atOnceKnownAndToldAtTheOtherWithoutConnection() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);

        List<EntryId> published = publish(one, "note ", 3);
        simulation.time().advance(Duration.ofMillis(20));

        assertThat(ofOther.integrated).containsExactlyElementsOf(published);
        assertThat(ofOther.asked).isEmpty();
        assertThat(ofOne.integrated).isEmpty();
        assertAlike(one, other, 3);
        assertThat(simulation.await(other.gossip().status()).peers()).isEmpty();
        assertThat(simulation.await(other.gossip().get(BlobHash.ofBlob("note 1".getBytes(UTF_8)))))
                .hasValue("note 1".getBytes(UTF_8));
    }

    @Test
    void publish_byBothAtOnce_eachToldOfTheOthers() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        var here = one.publish(blobs("here ", 50));
        var there = other.publish(blobs("there ", 50));
        List<Publication> ofHere = simulation.await(here);
        List<Publication> ofThere = simulation.await(there);
        simulation.time().advance(Duration.ofSeconds(1));

        assertThat(ofOther.integrated)
                .containsExactlyElementsOf(
                        ofHere.stream().map(Publication::entry).toList());
        assertThat(ofOne.integrated)
                .containsExactlyElementsOf(
                        ofThere.stream().map(Publication::entry).toList());
        assertAlike(one, other, 100);
    }

    @Test
    void publish_whileNewsAreLost_foundByComparing() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        List<EntryId> before = publish(one, "before ", 2);
        simulation.time().advance(Duration.ofSeconds(1));
        other.loseNews(true);
        List<EntryId> meanwhile = publish(one, "meanwhile ", 3);
        one.contents()
                .write(WriteBatch.builder().removeEntries(before.subList(0, 1)).build())
                .join();
        simulation.time().advance(Duration.ofSeconds(1));
        assertThat(ofOther.integrated).isEqualTo(before);

        other.loseNews(false);
        simulation.time().advance(Duration.ofSeconds(1));

        assertThat(ofOther.integrated.subList(2, 5)).containsExactlyElementsOf(meanwhile);
        assertThat(simulation.await(other.gossip().status()).entries()).isEqualTo(4);
    }

    @Test
    void comparing_storeFails_doneLater() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        other.loseNews(true);
        publish(one, "note ", 3);
        other.failStorage(true);
        other.loseNews(false);
        simulation.time().advance(Duration.ofSeconds(2));
        assertThat(ofOther.integrated).isEmpty();

        other.failStorage(false);
        simulation.time().advance(Duration.ofSeconds(10));

        assertThat(ofOther.integrated).hasSize(3);
        assertAlike(one, other, 3);
    }

    @Test
    void crash_ofOne_theOtherHasWhatWasAcknowledgedAndGoesOn() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        List<EntryId> published = publish(one, "note ", 3);
        one.crash();
        simulation.time().advance(Duration.ofSeconds(1));

        assertThat(ofOther.integrated).isEqualTo(published);
        publish(other, "after ", 2);
        simulation.await(one.start());
        simulation.time().advance(Duration.ofSeconds(1));
        assertAlike(one, other, 5);
        assertThat(ofOne.integrated).isEmpty(); // there when it started
    }

    @Test
    void thirdPeer_connectedToBoth_convergesAndIsQuietAndTheApplicationIsAskedOnce() {
        SimulatedNode third = simulation.add(NodePlan.member());
        SimulatedNode one = simulation.add(ofOne.plan().sharing(disk).bootstrap(third.addresses()));
        SimulatedNode other = simulation.add(ofOther.plan().sharing(disk).bootstrap(third.addresses()));
        simulation.time().advance(Duration.ofSeconds(5));
        for (int round = 0; round < 5; round++) {
            publish(one, "one " + round + " ", 10);
            publish(other, "other " + round + " ", 10);
            publish(third, "third " + round + " ", 10);
            simulation.time().advance(Duration.ofSeconds(1));
        }
        simulation.advanceUntilConverged(LONG_ENOUGH);
        simulation.checkInvariants();
        assertAlike(one, other, 150);

        // Neither is asked about what the other published, though the network brings it too.
        assertThat(ofOne.asked).hasSizeLessThanOrEqualTo(50);
        assertThat(ofOther.asked).hasSizeLessThanOrEqualTo(50);
        assertThat(ofOne.integrated).hasSize(100).doesNotHaveDuplicates();
        assertThat(ofOther.integrated).hasSize(100).doesNotHaveDuplicates();

        simulation.time().advance(Duration.ofSeconds(15));
        long before = simulation.await(third.gossip().status()).bytesIn();
        simulation.time().advance(Duration.ofMinutes(1));
        // Rounds that find nothing, keep-alives, cards: no entries.
        assertThat(simulation.await(third.gossip().status()).bytesIn() - before).isLessThan(20_000);
    }

    @Test
    void largeBlob_fetchedByOneOrBoth_readAndToldAtBothAndNeverReleased() {
        SimulatedNode third = simulation.add(NodePlan.member());
        SimulatedNode one = simulation.add(ofOne.plan().sharing(disk).bootstrap(third.addresses()));
        simulation.add(ofOther.plan().sharing(disk).bootstrap(third.addresses()));
        simulation.time().advance(Duration.ofSeconds(5));
        byte[] content = new byte[6_000_000];
        new Random(7).nextBytes(content);
        BlobHash hash = simulation.await(third.gossip().publish(new ByteArrayInputStream(content), content.length));
        simulation.time().advance(Duration.ofMinutes(2));

        assertThat(new HashSet<>(ofOne.complete)).containsExactly(hash);
        assertThat(new HashSet<>(ofOther.complete)).containsExactly(hash);
        Set<BlobHash> chunks = new LinkedHashSet<>();
        for (StoredRecord use : one.contents()
                .records("chunk-use", Optional.empty(), 4_096, Integer.MAX_VALUE)
                .join()) {
            chunks.add(BlobHash.of(Arrays.copyOf(use.key().key(), 32)));
        }
        long bytes = one.contents().chunks(List.copyOf(chunks), Integer.MAX_VALUE).join().stream()
                .mapToLong(chunk -> chunk.bytes().length)
                .sum();
        assertThat(bytes).isGreaterThan(content.length); // all chunks and their page
    }

    @Test
    void publishOnce_sameKeysInBothAtOnce_oneEntryForEachKeyAndBothHearOfIt() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        List<CompletableFuture<List<Publication>>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(once(one, i, "of one"));
            var unused = one.publish(blobs("plain " + i + " ", 1));
            calls.add(once(other, i, "of other"));
            simulation.time().advance(Duration.ofNanos(simulation.choices().nextLong(2_000_000)));
        }
        List<Publication> found = new ArrayList<>();
        calls.forEach(call -> found.add(simulation.await(call).get(0)));

        for (int i = 0; i < 200; i++) {
            assertThat(found.get(2 * i)).as("key %s", i).isEqualTo(found.get(2 * i + 1));
        }
        simulation.time().advance(Duration.ofSeconds(5));
        assertThat(one.contents().count().join()).isEqualTo(400);
        assertAlike(one, other, 400);
    }

    private static CompletableFuture<List<Publication>> once(SimulatedNode node, int key, String blob) {
        byte[] bytes = ("key " + key).getBytes(UTF_8);
        return node.gossip().publishAllOnce(List.of(new KeyedBlob(bytes, (blob + key).getBytes(UTF_8))));
    }

    @Test
    void delete_largeBlobWhoseChunksAreShared_thoseOfTheOtherBlobStay() {
        SimulatedNode one = add(ofOne);
        SimulatedNode other = add(ofOther);
        byte[] content = new byte[4_000_000];
        new Random(8).nextBytes(content);
        byte[] longer = Arrays.copyOf(content, 5_000_000);
        simulation.await(one.gossip().publish(new ByteArrayInputStream(content), content.length));
        CompletableFuture<BlobHash> second = other.gossip().publish(new ByteArrayInputStream(longer), longer.length);
        EntryId first =
                one.contents().scan(Optional.empty(), 1, 1).join().get(0).id();

        simulation.await(one.gossip().delete(List.of(first)));
        BlobHash kept = simulation.await(second);
        simulation.time().advance(Duration.ofSeconds(10));

        Set<BlobHash> used = new LinkedHashSet<>();
        for (StoredRecord use : one.contents()
                .records("chunk-use", Optional.empty(), 4_096, Integer.MAX_VALUE)
                .join()) {
            used.add(BlobHash.of(Arrays.copyOf(use.key().key(), 32)));
        }
        List<BlobHash> chunks =
                one.contents().chunkHashes(Optional.empty(), 4_096).join();
        assertThat(chunks).containsExactlyInAnyOrderElementsOf(used);
        assertThat(simulation.await(one.gossip().openBlob(kept))).isPresent();

        EntryId last = one.contents().scan(Optional.empty(), 4_096, 1 << 20).join().stream()
                .filter(entry -> entry.blob().filter(blob -> blob.length > 0).isPresent()) // not the delete
                .findFirst()
                .orElseThrow()
                .id();
        simulation.await(other.gossip().delete(List.of(last)));
        simulation.time().advance(Duration.ofSeconds(10));
        assertThat(one.contents().chunkHashes(Optional.empty(), 4_096).join()).isEmpty();
        assertThat(one.contents().collections(Optional.empty(), 100).join())
                .doesNotContain("chunk-use", "chunk-mark", "blob-release", "blob-orphan");
    }
}
