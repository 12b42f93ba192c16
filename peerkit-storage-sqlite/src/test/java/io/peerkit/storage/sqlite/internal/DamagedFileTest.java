// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage that only SQLite's files have; that of every kind is in the suite for files. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class DamagedFileTest {
    @TempDir
    private Path folder;

    @Test
    void open_logOfNoLength_opens() throws IOException {
        Path file = store("store.db");
        Files.createFile(folder.resolve("store.db-wal"));

        try (Storage store = SqliteStore.open(file, true)) {
            assertThat(store.count().join()).isEqualTo(1_000);
        }
    }

    @Test
    void open_logCutShortOrDamaged_whatWasCommittedBeforeIsThere() throws IOException {
        Path live = folder.resolve("live.db");
        Path copy = folder.resolve("copy.db");
        try (Storage store = SqliteStore.open(live)) {
            store.write(TestEntries.batch(0, 1_000, 256)).join();
            store.compact().join(); // empties the log
            for (int i = 1; i <= 20; i++) {
                store.write(TestEntries.batch(1_000 * i, 10, 256)).join();
            }
            Files.copy(live, copy, StandardCopyOption.REPLACE_EXISTING);
            byte[] log = Files.readAllBytes(folder.resolve("live.db-wal"));
            Files.write(folder.resolve("copy.db-wal"), Arrays.copyOf(log, log.length / 2));
        }

        try (Storage store = SqliteStore.open(copy, true)) {
            assertThat(store.count().join()).isBetween(1_010L, 1_190L);
            assertThat(store.count().join() % 10).as("whole batches").isZero();
        }
    }

    @Test
    void checkIntegrity_keyMissingFromAnIndex_refused() throws SQLException {
        Path file = store("store.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM by_blob WHERE seq = 7");
        }

        assertThatThrownBy(() -> SqliteStore.open(file, true))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("entry 7 missing from by_blob");
        SqliteStore.open(file).close();
    }

    @Test
    void read_rowChangedByHand_refusedByNameAndTheOthersRead() throws SQLException {
        Path file = store("store.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE entry SET envelope = x'00' WHERE seq = 7");
            statement.execute("UPDATE metadata SET value = x'08'");
        }

        assertThatThrownBy(() -> SqliteStore.open(file, true))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("store.db: the file is damaged (a row of entry has CRC-32C");
        try (Storage store = SqliteStore.open(file)) {
            assertThatThrownBy(() -> store.metadata("name").join())
                    .cause()
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("store.db: the file is damaged (a row of metadata has CRC-32C");
            assertThat(store.entries(List.of(TestEntries.id(0)), 1).join()).hasSize(1);
        }
    }

    private Path store(String name) {
        Path file = folder.resolve(name);
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.builder()
                            .entries(TestEntries.entries(0, 1_000, 256))
                            .metadata("name", new byte[] {7})
                            .chunks(List.of())
                            .build())
                    .join();
        }
        return file;
    }
}
