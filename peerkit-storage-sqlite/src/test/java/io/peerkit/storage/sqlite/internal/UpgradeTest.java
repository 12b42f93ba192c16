// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class UpgradeTest {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    @Test
    void open_version1_everythingThereAndFound() throws SQLException, IOException {
        Path file = folder.resolve("store.db");
        List<StoredEntry> entries = new ArrayList<>(TestEntries.entries(0, 3_000, 256));
        StoredEntry plain = TestEntries.entry(9_000, 100, 10);
        entries.add(new StoredEntry(plain.id(), -1, plain.blobHash(), plain.envelope(), Optional.empty()));
        Version1.make(file, entries);

        for (int opening = 0; opening < 2; opening++) {
            try (Storage store = SqliteStore.open(file, true)) {
                assertThat(store.count().join()).isEqualTo(3_001);
                assertThat(store.metadata("name").join()).hasValue(new byte[] {1, 2, 3});
                assertThat(store.agents(10).join()).containsExactly(new byte[] {4, 5, 6});
                List<EntryId> ids = entries.stream().map(StoredEntry::id).toList();
                List<StoredEntry> found = store.entries(ids, ALL_BYTES).join();
                assertThat(found).hasSize(entries.size());
                for (int i = 0; i < found.size(); i++) {
                    assertSame(found.get(i), entries.get(i));
                }
                StoredEntry one = entries.get(1_234);
                assertThat(store.entryOfBlob(one.blobHash()).join().map(StoredEntry::id))
                        .hasValue(one.id());
                assertThat(store.entryOfBlob(plain.blobHash()).join()).isEmpty();
                assertThat(store.keys(Optional.empty(), 5_000).join().times()[3_000])
                        .isEqualTo(-1);
                assertThat(store.write(TestEntries.batch(1_000, 10, 256)).join().isEmpty())
                        .isTrue();
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, folder.resolve("store.db.lock"));
        }
    }

    @Test
    void open_version1WithoutEntries_opens() throws SQLException {
        Path file = folder.resolve("store.db");
        Version1.make(file, List.of());

        try (Storage store = SqliteStore.open(file, true)) {
            assertThat(store.count().join()).isZero();
            store.write(TestEntries.batch(0, 10, 10)).join();
            assertThat(store.entries(List.of(TestEntries.id(5)), ALL_BYTES).join())
                    .hasSize(1);
        }
    }

    @Test
    void open_version1WithAnUnfinishedUpgradeBeside_startsAnew() throws SQLException, IOException {
        Path file = folder.resolve("store.db");
        Version1.make(file, TestEntries.entries(0, 10, 10));
        Files.write(folder.resolve("store.db.upgrade"), new byte[10_000]);

        try (Storage store = SqliteStore.open(file)) {
            assertThat(store.count().join()).isEqualTo(10);
        }
        assertThat(folder.resolve("store.db.upgrade")).doesNotExist();
        assertThat(versionOf(file)).isEqualTo(Sql.SCHEMA_VERSION);
    }

    private static void assertSame(StoredEntry found, StoredEntry expected) {
        assertThat(found.key()).isEqualTo(expected.key());
        assertThat(found.blobHash()).isEqualTo(expected.blobHash());
        assertThat(found.envelope()).isEqualTo(expected.envelope());
        assertThat(found.blob().isPresent()).isEqualTo(expected.blob().isPresent());
        assertThat(found.blob().orElse(new byte[0])).isEqualTo(expected.blob().orElse(new byte[0]));
    }

    static int versionOf(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("PRAGMA user_version")) {
            version.next();
            return version.getInt(1);
        }
    }
}
