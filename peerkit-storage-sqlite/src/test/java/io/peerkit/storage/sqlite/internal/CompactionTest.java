// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was removed is in no file of the store once it is compacted: looked for byte by byte. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class CompactionTest {
    /** In everything that is removed, and in nothing else. */
    private static final byte[] MARKER = "-to-be-forgotten-".getBytes(StandardCharsets.US_ASCII);

    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("store.db");
    }

    @Test
    void compact_smallAndLargeThingsRemoved_markerInNoFile() throws IOException {
        List<RecordKey> records = List.of(RecordKey.of("c", new byte[] {1}), RecordKey.of("c", MARKER));
        List<StoredEntry> entries =
                List.of(marked(1, 50, 50), marked(2, 8_000, 100), marked(3, 100, 900_000), marked(4, 20, 5_000));
        List<StoredChunk> chunks = List.of(chunk(1, 100), chunk(2, 262_144), chunk(3, StoredChunk.MAX_BYTES));
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(100, 500, 256)).join();
            store.write(WriteBatch.builder()
                            .entries(entries)
                            .metadata("name", marked(100))
                            .records(List.of(
                                    new StoredRecord(records.get(0), marked(100)),
                                    new StoredRecord(records.get(1), marked(60_000))))
                            .chunks(chunks)
                            .build())
                    .join();
            store.write(WriteBatch.builder()
                            .chunks(List.of(plainChunk(4, 300_000)))
                            .build())
                    .join();
            store.write(TestEntries.batch(1_000, 500, 256)).join();
            assertThat(filesWithMarker()).isNotEmpty();

            store.write(WriteBatch.builder()
                            .removeEntries(entries.stream().map(StoredEntry::id).toList())
                            .metadata("name", new byte[0])
                            .removeRecords(records)
                            .removeChunks(chunks.stream().map(StoredChunk::hash).toList())
                            .build())
                    .join();
            store.compact().join();

            assertThat(filesWithMarker()).isEmpty();
            assertThat(store.count().join()).isEqualTo(1_000);
            assertThat(store.chunks(List.of(plainChunk(4, 300_000).hash()), ALL_BYTES)
                            .join()
                            .get(0)
                            .bytes())
                    .isEqualTo(plainChunk(4, 300_000).bytes());
        }
        assertThat(filesWithMarker()).isEmpty();
        SqliteStore.open(file, true).close();
    }

    @Test
    void compact_manyRemovedInRandomOrder_markerInNoFile() throws IOException {
        long seed = 20_260_102;
        Random random = new Random(seed);
        try (Storage store = SqliteStore.open(file)) {
            // Pages split, merge and move their rows about: none may keep a copy of what was once in it.
            List<Integer> numbers =
                    new ArrayList<>(IntStream.range(0, 4_000).boxed().toList());
            Collections.shuffle(numbers, random);
            for (int from = 0; from < 4_000; from += 100) {
                List<Integer> some = numbers.subList(from, from + 100);
                store.write(WriteBatch.builder()
                                .entries(some.stream()
                                        .map(i -> marked(i, 30 + i % 900, i % 7_000))
                                        .toList())
                                .records(some.stream()
                                        .map(i -> new StoredRecord(key(i), marked(20 + i % 2_000)))
                                        .toList())
                                .build())
                        .join();
            }
            Collections.shuffle(numbers, random);
            for (int from = 0; from < 4_000; from += 100) {
                List<Integer> some = numbers.subList(from, from + 100);
                store.write(WriteBatch.builder()
                                .removeEntries(
                                        some.stream().map(TestEntries::id).toList())
                                .removeRecords(
                                        some.stream().map(CompactionTest::key).toList())
                                .records(some.stream()
                                        .map(i -> new StoredRecord(key(10_000 + i), new byte[i % 300]))
                                        .toList())
                                .build())
                        .join();
            }
            store.compact().join();

            assertThat(filesWithMarker()).as("seed %s", seed).isEmpty();
            assertThat(store.count().join()).isZero();
        }
        assertThat(filesWithMarker()).isEmpty();
    }

    @Test
    void compact_mostRemoved_roomGivenBack() throws IOException {
        try (Storage store = SqliteStore.open(file)) {
            List<StoredChunk> chunks =
                    IntStream.range(0, 40).mapToObj(i -> plainChunk(i, 262_144)).toList();
            store.write(WriteBatch.builder()
                            .entries(TestEntries.entries(0, 4_000, 1_000))
                            .chunks(chunks)
                            .build())
                    .join();
            store.compact().join();
            assertThat(roomOfFiles()).isGreaterThan(4_000 * 1_400 + 40 * 262_144);

            store.write(WriteBatch.builder()
                            .removeEntries(IntStream.range(0, 3_900)
                                    .mapToObj(TestEntries::id)
                                    .toList())
                            .removeChunks(chunks.subList(0, 39).stream()
                                    .map(StoredChunk::hash)
                                    .toList())
                            .build())
                    .join();
            store.compact().join();

            assertThat(roomOfFiles()).isLessThan(600_000 + 262_144);
            assertThat(store.entries(List.of(TestEntries.id(3_950)), ALL_BYTES).join())
                    .hasSize(1);
            assertThat(store.chunks(List.of(chunks.get(39).hash()), ALL_BYTES)
                            .join()
                            .get(0)
                            .bytes())
                    .isEqualTo(chunks.get(39).bytes());
        }
    }

    @Test
    void removeChunks_wholeFileEmptied_deletedWithoutCompaction() throws IOException {
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.builder().chunks(List.of(chunk(1, 5_000))).build())
                    .join();
            store.write(WriteBatch.builder()
                            .removeChunks(List.of(chunk(1, 5_000).hash()))
                            .build())
                    .join();
            // What deletes it is in the queue before this.
            assertThat(store.chunks(List.of(chunk(1, 5_000).hash()), ALL_BYTES).join())
                    .isEmpty();

            store.write(WriteBatch.builder().chunks(List.of(plainChunk(2, 10))).build())
                    .join();
        }
        try (Stream<Path> files = Files.list(folder.resolve("store.db.chunks"))) {
            assertThat(files).singleElement().satisfies(path -> assertThat(path).hasFileName("000000000002"));
        }
    }

    @Test
    void compact_readsAndWritesBesideIt_goOn() {
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(0, 4_000, 2_000)).join();
            List<EntryId> removed =
                    IntStream.range(0, 4_000).mapToObj(TestEntries::id).toList();
            store.write(WriteBatch.builder().removeEntries(removed).build()).join();

            CompletableFuture<Void> first = store.compact();
            CompletableFuture<Void> second = store.compact();
            for (int i = 0; i < 20; i++) {
                store.write(TestEntries.batch(10_000 + i, 1, 100)).join();
                assertThat(store.count().join()).isEqualTo(i + 1);
            }

            CompletableFuture.allOf(first, second).join();
            assertThat(store.count().join()).isEqualTo(20);
        }
    }

    @Test
    void close_compactionUnderWay_failsIt() {
        CompletableFuture<Void> compaction;
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(0, 4_000, 4_000)).join();
            store.write(WriteBatch.builder()
                            .removeEntries(IntStream.range(0, 4_000)
                                    .mapToObj(TestEntries::id)
                                    .toList())
                            .build())
                    .join();
            compaction = store.compact();
        }

        assertThat(compaction).isDone();
        assertThatThrownBy(compaction::join).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void compact_closedStore_refused() {
        Storage store = SqliteStore.open(file);
        store.close();

        assertThatThrownBy(() -> store.compact().join()).hasCauseInstanceOf(ClosedException.class);
    }

    private static RecordKey key(int number) {
        return RecordKey.of(
                "c",
                ByteBuffer.allocate(8)
                        .putInt(number * 0x9e3779b1)
                        .putInt(number)
                        .array());
    }

    private static StoredEntry marked(int number, int envelopeBytes, int blobBytes) {
        StoredEntry plain = TestEntries.entry(number, 0, 0);
        return new StoredEntry(
                plain.id(), number, plain.blobHash(), marked(envelopeBytes), Optional.of(marked(blobBytes)));
    }

    /** The marker again and again: it is in every page that ever had some of it. */
    private static byte[] marked(int bytes) {
        byte[] all = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            all[i] = MARKER[i % MARKER.length];
        }
        return all;
    }

    private static StoredChunk chunk(int number, int bytes) {
        byte[] all = marked(bytes);
        all[0] = (byte) number;
        return new StoredChunk(BlobHash.ofBlob(all), all);
    }

    static StoredChunk plainChunk(int number, int bytes) {
        byte[] all = new byte[bytes];
        new Random(number).nextBytes(all);
        return new StoredChunk(BlobHash.ofBlob(all), all);
    }

    private List<Path> filesWithMarker() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : files()) {
            if (contains(Files.readAllBytes(path))) {
                found.add(path);
            }
        }
        return found;
    }

    private long roomOfFiles() throws IOException {
        long bytes = 0;
        for (Path path : files()) {
            bytes += Files.size(path);
        }
        return bytes;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static boolean contains(byte[] bytes) {
        for (int at = 0; at <= bytes.length - MARKER.length; at++) {
            if (bytes[at] == MARKER[0] && Arrays.equals(bytes, at, at + MARKER.length, MARKER, 0, MARKER.length)) {
                return true;
            }
        }
        return false;
    }
}
