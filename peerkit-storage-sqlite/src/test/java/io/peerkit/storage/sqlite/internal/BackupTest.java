// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class BackupTest {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    private Path file;
    private Path target;

    @BeforeEach
    void nameFiles() {
        file = folder.resolve("store.db");
        target = folder.resolve("copy.db");
    }

    @Test
    void backup_entriesAndChunks_opensAsAStoreWithAllOfIt() throws IOException {
        List<StoredChunk> chunks = IntStream.range(0, 30)
                .mapToObj(i -> CompactionTest.plainChunk(i, 200_000 + i))
                .toList();
        List<BlobHash> hashes = chunks.stream().map(StoredChunk::hash).toList();
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.builder()
                            .entries(TestEntries.entries(0, 2_000, 256))
                            .metadata("name", new byte[] {7})
                            .chunks(chunks)
                            .build())
                    .join();
            store.write(WriteBatch.builder()
                            .removeChunks(hashes.subList(5, 10))
                            .removeEntries(List.of(TestEntries.id(3)))
                            .build())
                    .join();

            SqliteStore.backup(file, target).join();
            store.write(TestEntries.batch(5_000, 10, 10)).join();
        }

        try (Storage copy = SqliteStore.open(target, true)) {
            assertThat(copy.count().join()).isEqualTo(1_999);
            assertThat(copy.metadata("name").join()).hasValue(new byte[] {7});
            assertThat(copy.entries(List.of(TestEntries.id(1_999), TestEntries.id(3)), ALL_BYTES)
                            .join())
                    .hasSize(1);
            List<StoredChunk> found = copy.chunks(hashes, ALL_BYTES).join();
            assertThat(found).hasSize(25);
            assertThat(found.get(24).bytes()).isEqualTo(chunks.get(29).bytes());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "store.db",
                            "store.db.chunks",
                            "store.db.lock",
                            "copy.db",
                            "copy.db.chunks",
                            "copy.db.lock");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-------");
    }

    @Test
    void backup_whileWritersGoOn_aStateInBetween() {
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(0, 4_000, 2_000)).join();
            List<CompletableFuture<BitSet>> writes = new ArrayList<>();
            CompletableFuture<Void> backup = SqliteStore.backup(file, target);
            for (int i = 0; i < 200 || !backup.isDone(); i++) {
                CompletableFuture<BitSet> write = store.write(TestEntries.batch(10_000 + 5 * i, 5, 100));
                write.join();
                writes.add(write);
            }
            backup.join();
            assertThat(store.count().join()).isEqualTo(4_000 + 5L * writes.size());
        }
        try (Storage copy = SqliteStore.open(target, true)) {
            long count = copy.count().join();
            assertThat(count).isGreaterThanOrEqualTo(4_000);
            assertThat((count - 4_000) % 5).as("whole batches").isZero();
        }
    }

    @Test
    void backup_targetThere_refusedAndUntouched() throws IOException {
        Files.writeString(target, "mine");
        try (Storage store = SqliteStore.open(file)) {
            assertFails(SqliteStore.backup(file, target), StorageException.class, "is there already");
            assertThat(target).hasContent("mine");
            Files.delete(target);
            Files.createDirectory(folder.resolve("copy.db.chunks"));
            assertFails(SqliteStore.backup(file, target), StorageException.class, "copy.db.chunks: is there already");
            assertThat(store.count().join()).isZero();
        }
    }

    @Test
    void backup_folderMissing_failsAndLeavesNothing() throws IOException {
        try (Storage store = SqliteStore.open(file)) {
            Path missing = folder.resolve("missing");

            assertFails(SqliteStore.backup(file, missing.resolve("copy.db")), StorageException.class, "copy.db");
            assertThat(missing).doesNotExist();
            SqliteStore.backup(file, target).join();
            assertThat(store.count().join()).isZero();
        }
    }

    @Test
    void backup_damagedChunk_failsAndLeavesNothing() throws IOException {
        StoredChunk chunk = CompactionTest.plainChunk(1, 10_000);
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.builder().chunks(List.of(chunk)).build()).join();
            try (RandomAccessFile raw = new RandomAccessFile(
                    folder.resolve("store.db.chunks/000000000001").toFile(), "rw")) {
                raw.seek(5_000);
                raw.write(~chunk.bytes()[5_000]);
            }

            assertFails(SqliteStore.backup(file, target), StorageException.class, "damaged: CRC-32C");
            assertThat(target).doesNotExist();
            assertThat(folder.resolve("copy.db.part")).doesNotExist();
            assertThat(folder.resolve("copy.db.part.chunks")).doesNotExist();
        }
    }

    @Test
    void backup_storeNotOpen_refused() {
        assertFails(SqliteStore.backup(file, target), ClosedException.class, "not open in this process");
        SqliteStore.open(file).close();
        assertFails(SqliteStore.backup(file, target), ClosedException.class, "not open in this process");
    }

    @Test
    void close_backupUnderWay_endsIt() {
        CompletableFuture<Void> backup;
        try (Storage store = SqliteStore.open(file)) {
            for (int i = 0; i < 10; i++) {
                store.write(TestEntries.batch(4_000 * i, 4_000, 2_000)).join();
            }
            backup = SqliteStore.backup(file, target);
        }

        assertThat(backup).isDone();
        // It may have been done before the store was closed; then it is whole.
        if (backup.isCompletedExceptionally()) {
            assertFails(backup, ClosedException.class, "closed");
            assertThat(target).doesNotExist();
        } else {
            SqliteStore.open(target, true).close();
        }
    }

    @Test
    void compact_besideABackup_bothDone() {
        try (Storage store = SqliteStore.open(file)) {
            store.write(TestEntries.batch(0, 4_000, 1_000)).join();
            store.write(WriteBatch.builder()
                            .removeEntries(List.of(TestEntries.id(1)))
                            .build())
                    .join();

            CompletableFuture<Void> backup = SqliteStore.backup(file, target);
            CompletableFuture<Void> compaction = store.compact();

            CompletableFuture.allOf(backup, compaction).join();
            assertThat(store.count().join()).isEqualTo(3_999);
        }
    }

    private static void assertFails(CompletableFuture<?> future, Class<?> type, String why) {
        assertThatThrownBy(future::join).cause().isInstanceOf(type).hasMessageContaining(why);
    }
}
