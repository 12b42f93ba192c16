// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compaction gives back and what goes on beside it; that nothing of what was removed is left is in the suite for files. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class CompactionTest {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("store.db");
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
            store.write(WriteBatch.builder()
                            .chunks(List.of(plainChunk(1, 5_000)))
                            .build())
                    .join();
            store.write(WriteBatch.builder()
                            .removeChunks(List.of(plainChunk(1, 5_000).hash()))
                            .build())
                    .join();
            // What deletes it is in the queue before this.
            assertThat(store.chunks(List.of(plainChunk(1, 5_000).hash()), ALL_BYTES)
                            .join())
                    .isEmpty();

            store.write(WriteBatch.builder().chunks(List.of(plainChunk(2, 10))).build())
                    .join();
        }
        try (Stream<Path> files = Files.list(folder.resolve("store.db.chunks"))) {
            assertThat(files).singleElement().satisfies(path -> assertThat(path).hasFileName("000000000002"));
        }
    }

    @Test
    void compact_manySmallChunkFiles_oneAndLeftAsItIsTheNextTime() throws IOException {
        List<StoredChunk> chunks =
                IntStream.range(0, 6).mapToObj(i -> plainChunk(i, 5_000 + i)).toList();
        for (StoredChunk chunk : chunks) {
            try (Storage store = SqliteStore.open(file)) {
                store.write(WriteBatch.builder().chunks(List.of(chunk)).build()).join();
            }
        }
        assertThat(chunkFiles()).hasSize(6);
        try (Storage store = SqliteStore.open(file)) {
            store.compact().join();
            assertThat(chunkFiles()).containsExactly("000000000007");
            store.compact().join();
            assertThat(chunkFiles()).containsExactly("000000000007");
        }
        try (Storage store = SqliteStore.open(file, true)) {
            List<StoredChunk> found = store.chunks(
                            chunks.stream().map(StoredChunk::hash).toList(), ALL_BYTES)
                    .join();
            for (int i = 0; i < chunks.size(); i++) {
                assertThat(found.get(i).bytes()).isEqualTo(chunks.get(i).bytes());
            }
        }
    }

    private List<String> chunkFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("store.db.chunks"))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
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

    static StoredChunk plainChunk(int number, int bytes) {
        byte[] all = new byte[bytes];
        new Random(number).nextBytes(all);
        return new StoredChunk(BlobHash.ofBlob(all), all);
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
}
