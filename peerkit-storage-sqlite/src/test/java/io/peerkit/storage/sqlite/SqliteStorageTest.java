// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.storage.StorageContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SqliteStorageTest extends StorageContract {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected StorageFactory factory() {
        return SqliteStorage.at(folder.resolve("store.db"));
    }

    @Test
    void keyFile_besideTheStore() {
        assertThat(factory().keyFile()).hasValue(folder.resolve("store.db.keys"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no modes")
    void open_everyFileMade_forItsOwnerAlone() throws IOException {
        SqliteStorage storage = SqliteStorage.at(folder.resolve("other.db"));
        try (Storage store = storage.open()) {
            writeChunk(store);
            storage.backup(folder.resolve("copy.db")).join();

            assertThat(modes())
                    .containsExactlyInAnyOrder(
                            "other.db rw-------",
                            "other.db-wal rw-------",
                            "other.db-shm rw-------",
                            "other.db.lock rw-------",
                            "other.db.chunks rwx------",
                            "other.db.chunks/000000000001 rw-------",
                            "copy.db rw-------",
                            "copy.db.chunks rwx------",
                            "copy.db.chunks/000000000001 rw-------");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no modes")
    void open_fileMoreOpen_openedAndLeftAsItIs() throws IOException {
        Path file = folder.resolve("other.db");
        SqliteStorage.at(file).open().close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        SqliteStorage.at(file).open().close();

        assertThat(modes()).contains("other.db rw-r-----");
    }

    @Test
    void checkIntegrity_wholeStore_opens() {
        SqliteStorage storage = SqliteStorage.at(folder.resolve("other.db"));
        try (Storage store = storage.open()) {
            writeChunk(store);
        }

        try (Storage store = storage.checkIntegrity().open()) {
            assertThat(store.count().join()).isZero();
        }
    }

    @Test
    void checkIntegrity_chunkDamagedCutShortOrMissing_refusedByName() throws IOException {
        SqliteStorage storage = SqliteStorage.at(folder.resolve("other.db"));
        try (Storage store = storage.open()) {
            writeChunk(store);
        }
        Path chunks = folder.resolve("other.db.chunks").resolve("000000000001");
        try (RandomAccessFile raw = new RandomAccessFile(chunks.toFile(), "rw")) {
            raw.seek(9_999);
            raw.write(1);
        }
        assertRefused(storage, "000000000001: the chunk at 0 is damaged: CRC-32C");
        try (RandomAccessFile raw = new RandomAccessFile(chunks.toFile(), "rw")) {
            raw.setLength(4_096);
        }
        assertRefused(storage, "000000000001: ends at 4096, before the end of a chunk at 12288");
        Files.delete(chunks);
        assertRefused(storage, "000000000001 is missing");

        try (Storage store = storage.open()) {
            assertThatThrownBy(() -> store.chunks(List.of(hash()), 1).join())
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("000000000001");
            assertThat(store.count().join()).isZero();
        }
    }

    private static void assertRefused(SqliteStorage storage, String why) {
        assertThatThrownBy(() -> storage.checkIntegrity().open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(why);
    }

    private static void writeChunk(Storage store) {
        StoredChunk chunk = new StoredChunk(hash(), new byte[10_000]);
        store.write(WriteBatch.builder().chunks(List.of(chunk)).build()).join();
    }

    private static BlobHash hash() {
        return BlobHash.ofBlob(new byte[10_000]);
    }

    private List<String> modes() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(path -> !path.equals(folder)
                            && !path.getFileName().toString().startsWith("store.db"))
                    .map(path -> folder.relativize(path) + " " + mode(path))
                    .toList();
        }
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
