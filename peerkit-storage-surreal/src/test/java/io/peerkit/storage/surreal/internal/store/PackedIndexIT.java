// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.storage.surreal.internal.index.Bucket;
import io.peerkit.storage.surreal.internal.index.IndexKind;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.Journal;
import io.peerkit.storage.surreal.internal.index.Removal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Journals and buckets on a real engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class PackedIndexIT {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    /** Batches of 1,000 on their way; a store takes 100,000 entries at most. */
    private static final int AT_ONCE = 50;

    @TempDir
    private static Path folder;

    private SurrealEngine engine;

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder.resolve("engine"));
    }

    @AfterAll
    void stopEngine() {
        engine.close();
    }

    @Test
    void write_overAHundredThousand_mergedSplitAndFound() throws Exception {
        int count = 101_000;
        try (SurrealStore store = TestStores.open(engine, "large", TestStores.SMALL)) {
            Deque<CompletableFuture<BitSet>> writes = new ArrayDeque<>();
            for (int first = 0; first < count; first += 1_000) {
                writes.add(store.write(TestStores.batch(first, 1_000)));
                if (writes.size() > AT_ONCE) {
                    assertWritten(writes.remove());
                }
            }
            while (!writes.isEmpty()) {
                assertWritten(writes.remove());
            }
            assertFound(store, IntStream.range(0, count).filter(i -> i % 37 == 0), count);
        }
        try (SurrealStore store = TestStores.open(engine, "large", TestStores.SMALL)) {
            assertFound(store, IntStream.range(0, count).filter(i -> i % 101 == 0), count);
            assertThat(store.write(TestStores.batch(count - 1, 2)).join()).isEqualTo(BitSet.valueOf(new long[] {2}));
            List<Bucket> buckets = buckets("large", 0);
            assertThat(buckets)
                    .hasSizeBetween(count / 64 / 2, 3 * count / 64)
                    .allSatisfy(bucket -> assertThat(bucket.records()).hasSizeLessThanOrEqualTo(64));
            // What is not in buckets is in journals, and those are few.
            assertThat(rows("large", Tables.JOURNAL)).isLessThan(3 * 400);
        }
    }

    private static void assertWritten(CompletableFuture<BitSet> write) throws Exception {
        assertThat(write.get(120, TimeUnit.SECONDS).cardinality()).isEqualTo(1_000);
    }

    private static void assertFound(Storage store, IntStream numbers, int behind) {
        int[] some = numbers.toArray();
        List<EntryId> ids = TestStores.ids(IntStream.of(some));
        for (int from = 0; from < ids.size(); from += 1_000) {
            List<EntryId> part = ids.subList(from, Math.min(ids.size(), from + 1_000));
            assertThat(store.entries(part, ALL_BYTES).join())
                    .extracting(StoredEntry::id)
                    .containsExactlyElementsOf(part);
        }
        for (int i = 0; i < some.length; i += 50) {
            assertThat(store.entryOfBlob(TestStores.hash(some[i])).join().map(StoredEntry::id))
                    .hasValue(TestStores.id(some[i]));
        }
        assertThat(store.entries(TestStores.ids(IntStream.range(behind, behind + 100)), ALL_BYTES)
                        .join())
                .isEmpty();
        assertThat(store.entryOfBlob(TestStores.hash(behind)).join()).isEmpty();
    }

    @Test
    void removeEntries_thenMerged_theirRecordsAreDropped() {
        try (SurrealStore store = TestStores.open(engine, "removed", TestStores.TINY)) {
            store.write(TestStores.batch(0, 400)).join();
            store.write(TestStores.removal(0, 300)).join();
            store.write(TestStores.batch(100, 50)).join();
            store.write(TestStores.batch(1_000, 20)).join();

            assertThat(store.entries(TestStores.ids(IntStream.range(0, 400)), ALL_BYTES)
                            .join())
                    .hasSize(150);
        }
        // What was not merged when it was closed is merged now.
        try (SurrealStore store = TestStores.open(engine, "removed", TestStores.TINY)) {
            store.write(TestStores.batch(2_000, 20)).join();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (records("removed") != 190) {
                assertThat(System.nanoTime())
                        .as("records: %s", records("removed"))
                        .isLessThan(until);
            }
            List<IndexPlace> gone = IntStream.range(0, 100)
                    .mapToObj(number -> new Removal(TestStores.key(number), Journal.prefix(TestStores.hash(number)))
                            .place(IndexKind.ID))
                    .toList();
            assertThat(buckets("removed", 0).stream().flatMap(each -> each.records().stream()))
                    .noneMatch(record -> gone.contains(record.place()));
            assertThat(store.entries(TestStores.ids(IntStream.range(0, 400)), ALL_BYTES)
                            .join())
                    .hasSize(150);
            assertThat(store.count().join()).isEqualTo(190);
        }
    }

    @Test
    void entryOfBlob_oneBlobInManyEntries_firstThatHasItWhateverWasRemoved() {
        try (SurrealStore store = TestStores.open(engine, "one-blob", TestStores.TINY)) {
            for (int first = 0; first < 300; first += 50) {
                store.write(sameBlob(first, 50, true)).join();
            }
            for (int first = 0; first < 200; first += 10) {
                assertThat(store.entryOfBlob(TestStores.hash(-1)).join().map(StoredEntry::key))
                        .hasValue(TestStores.key(first));
                // The next ones stay without their blob, as where the application takes payloads over.
                store.write(WriteBatch.builder()
                                .removeEntries(TestStores.ids(IntStream.range(first, first + 10)))
                                .entries(sameBlob(first + 5, 5, false).entries())
                                .build())
                        .join();
            }
            assertThat(store.count().join()).isEqualTo(200);
            assertThat(store.entryOfBlob(TestStores.hash(-1)).join().map(StoredEntry::key))
                    .hasValue(TestStores.key(200));
        }
    }

    private static WriteBatch sameBlob(int first, int count, boolean present) {
        return WriteBatch.ofEntries(IntStream.range(first, first + count)
                .mapToObj(TestStores::entry)
                .map(entry -> new StoredEntry(
                        entry.id(),
                        entry.time(),
                        TestStores.hash(-1),
                        entry.envelope(),
                        present ? entry.blob() : Optional.empty()))
                .toList());
    }

    @Test
    void open_journalsOfOneThatDied_everythingFound() {
        Storage abandoned = TestStores.open(engine, "abandoned", TestStores.SMALL);
        abandoned.write(TestStores.batch(0, 1_500)).join();
        ((SurrealStore) abandoned).abandon();

        try (SurrealStore next = TestStores.open(engine, "abandoned", TestStores.TINY)) {
            assertFound(next, IntStream.range(0, 1_500), 1_500);
            next.write(TestStores.removal(10, 10)).join();
            assertThat(next.entries(TestStores.ids(IntStream.range(0, 30)), ALL_BYTES)
                            .join())
                    .hasSize(20);
        }
        abandoned.close();
    }

    @Test
    void open_engineKilledWhileMerging_everyAcknowledgedEntryFound() throws Exception {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("PackedIndexIT: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        int written = 0;
        try (SurrealEngine mortal = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder.resolve("merging"))) {
            for (int round = 0; round < 6; round++) {
                Storage store = TestStores.open(mortal, "merging", TestStores.TINY);
                // Written batch by batch: some forty merges are under way or behind by the time of the kill.
                for (int i = random.nextInt(20); i >= 0; i--) {
                    assertThat(store.write(TestStores.batch(written, 20)).join().cardinality())
                            .isEqualTo(20);
                    written += 20;
                }
                ((SurrealStore) store).abandon();
                mortal.kill();
                mortal.restart();
                try (SurrealStore next = TestStores.open(mortal, "merging", TestStores.TINY)) {
                    assertThat(next.count().join()).isEqualTo(written);
                    assertFound(next, IntStream.range(0, written), written);
                }
                store.close();
            }
        }
    }

    @Test
    void entries_writtenByAnotherProcess_foundAtOnceAndAfterItsMerges() {
        try (SurrealStore one = TestStores.open(engine, "shared", TestStores.TINY, true);
                SurrealStore other = TestStores.open(engine, "shared", TestStores.TINY, true)) {
            for (int first = 0; first < 400; first += 20) {
                SurrealStore writer = first % 40 == 0 ? one : other;
                SurrealStore reader = first % 40 == 0 ? other : one;
                writer.write(TestStores.batch(first, 10)).join();
                writer.write(TestStores.batch(first + 10, 10)).join();

                assertFound(reader, IntStream.range(first, first + 20), first + 20);
                assertThat(reader.write(TestStores.removal(first, 2)).join().isEmpty())
                        .isTrue();
                assertThat(writer.entries(TestStores.ids(IntStream.range(first, first + 2)), ALL_BYTES)
                                .join())
                        .isEmpty();
            }
            assertThat(one.count().join()).isEqualTo(360);
            // One that comes and goes leaves journals that neither of the two knows.
            try (SurrealStore third = TestStores.open(engine, "shared", TestStores.SMALL, true)) {
                third.write(TestStores.batch(1_000, 50)).join();
                assertFound(one, IntStream.range(1_000, 1_050), 1_050);
            }
            assertFound(other, IntStream.range(1_000, 1_050), 1_050);
            assertThat(one.entries(TestStores.ids(IntStream.range(0, 400)), ALL_BYTES)
                            .join())
                    .hasSize(360);
        }
    }

    private List<Bucket> buckets(String space, int kind) {
        Space of = new Space(space);
        try (SurrealSession session = TestStores.session(engine)) {
            List<Object> results = session.query(
                            "SELECT VALUE [record::id(id)[2], data] FROM type::record('" + Tables.INDEX
                                    + "', $from..$to)",
                            Map.of("from", of.key(kind, new byte[0]), "to", of.key(kind, StoredForm.behindAll())))
                    .join();
            return StoreReader.list(results.get(0)).stream()
                    .map(row -> bucket(
                            of,
                            kind,
                            StoreReader.bytes(StoreReader.list(row).get(0)),
                            StoreReader.bytes(StoreReader.list(row).get(1))))
                    .toList();
        }
    }

    private Bucket bucket(Space space, int kind, byte[] upper, byte[] sealed) {
        return Bucket.of(IndexPlace.of(upper), Checksum.open(space.id(Tables.INDEX, kind, upper), sealed));
    }

    private long records(String space) {
        return buckets(space, 0).stream()
                .mapToLong(bucket -> bucket.records().size())
                .sum();
    }

    private long rows(String space, String table) {
        Space of = new Space(space);
        try (SurrealSession session = TestStores.session(engine)) {
            List<Object> results = session.query(
                            "SELECT VALUE id FROM type::record('" + table + "', $from..$to)",
                            Map.of("from", of.key(new byte[0]), "to", of.key(StoredForm.behindAll())))
                    .join();
            return StoreReader.list(results.get(0)).size();
        }
    }
}
