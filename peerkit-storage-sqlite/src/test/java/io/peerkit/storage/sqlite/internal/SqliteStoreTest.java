// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static io.peerkit.storage.sqlite.internal.TestEntries.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.LimitExceededException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SqliteStoreTest {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("store.db");
    }

    // --- opening ---

    @Test
    void open_newFile_marksItAsOurs() throws SQLException {
        SqliteStore.open(file).close();

        assertThat(number("PRAGMA application_id")).isEqualTo(0x504b6974);
        assertThat(number("PRAGMA user_version")).isEqualTo(3);
    }

    @Test
    void open_newerVersion_refusedAndUntouched() throws SQLException {
        SqliteStore.open(file).close();
        execute("PRAGMA user_version=4");

        assertRefused("version 4");
        assertThat(number("PRAGMA user_version")).isEqualTo(4);
    }

    @Test
    void open_databaseOfSomebodyElse_refusedAndUntouched() throws SQLException {
        execute("CREATE TABLE note (text TEXT)");

        assertRefused("no store of Peerkit");
        assertThat(number("SELECT count(*) FROM sqlite_schema")).isEqualTo(1);
    }

    @Test
    void open_tableMissing_refused() throws SQLException {
        SqliteStore.open(file).close();
        execute("DROP TABLE metadata");

        assertRefused("metadata");
    }

    @Test
    void open_noDatabase_refusedAndUntouched() throws IOException {
        byte[] text = "This is a text. ".repeat(1_000).getBytes(StandardCharsets.UTF_8);
        Files.write(file, text);

        assertRefused("no SQLite database");
        assertThat(file).hasBinaryContent(text);
    }

    @Test
    void open_shortText_refusedAndUntouched() throws IOException {
        Files.writeString(file, "text");

        assertRefused("no SQLite database");
        assertThat(file).hasContent("text");
    }

    @Test
    void open_fileCutShort_refused() throws IOException {
        fill(500);
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(raw.length() / 2);
        }

        assertRefused("damaged");
    }

    @Test
    void open_folderMissing_refused() {
        file = folder.resolve("missing").resolve("store.db");

        assertRefused("folder does not exist");
    }

    @Test
    void open_folderInPlaceOfFile_refused() throws IOException {
        Files.createDirectory(file);

        assertRefused("cannot be opened");
    }

    @Test
    void open_questionMarkInPath_refused() {
        file = folder.resolve("store.db?mode=memory");

        assertRefused("question mark");
        assertThat(folder.resolve("store.db?mode=memory")).doesNotExist();
    }

    @Test
    void open_lockedByAnotherProgram_refusedThenOpensOnceFree() throws SQLException {
        SqliteStore.open(file).close();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA locking_mode=EXCLUSIVE");
            statement.execute("BEGIN EXCLUSIVE");
            statement.execute("CREATE TABLE mine (a)");

            assertRefused("locked by another program");
        }

        SqliteStore.open(file).close();
    }

    @Test
    void open_secondNameOfAnOpenFile_refused() throws IOException {
        try (Storage store = SqliteStore.open(file)) {
            Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);

            assertThatThrownBy(() -> SqliteStore.open(link))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("open in this process already");
            assertThat(store.count().join()).isZero();
        }
    }

    @Test
    void open_afterARefusedOpening_opens() throws IOException {
        Files.writeString(file, "text");
        assertRefused("no SQLite database");
        Files.delete(file);

        try (Storage store = SqliteStore.open(file)) {
            assertThat(store.count().join()).isZero();
        }
    }

    // --- failures later on ---

    @Test
    void write_anotherProgramWrites_failsThenWorksAgain() throws SQLException {
        try (Storage store = SqliteStore.open(file)) {
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");

                assertStorageFailure(store.write(batch(0, 1, 10)), "locked by another program");
                assertThat(store.count().join()).isZero();
                statement.execute("ROLLBACK");
            }

            assertThat(store.write(batch(0, 1, 10)).join().cardinality()).isEqualTo(1);
        }
    }

    @Test
    void write_noRoom_failsWholeAndSmallerOneStillFits() {
        try (Storage store = SqliteStore.open(file, false, 200)) {
            store.write(batch(0, 100, 256)).join();
            WriteBatch tooLarge = WriteBatch.of(TestEntries.entries(1_000, 2_000, 256), Map.of("name", new byte[1]));

            assertStorageFailure(store.write(tooLarge), "the disk is full");
            assertThat(store.count().join()).isEqualTo(100);
            assertThat(store.metadata("name").join()).isEmpty();
            assertThat(store.entries(List.of(TestEntries.id(1_000)), ALL_BYTES).join())
                    .isEmpty();

            assertThat(store.write(batch(100, 10, 256)).join().cardinality()).isEqualTo(10);
        }
        assertThat(countAfterReopening()).isEqualTo(110);
    }

    @Test
    void write_oneOfAGroupDoesNotFit_onlyThatOneFails() throws InterruptedException {
        try (Storage store = SqliteStore.open(file, false, 200)) {
            List<CompletableFuture<BitSet>> writes = new ArrayList<>();
            // What is written from a callback of the writer's thread waits until the callback ends: one group.
            CountDownLatch queued = new CountDownLatch(1);
            CompletableFuture<Void> first = store.write(batch(0, 1, 256)).thenAccept(added -> {
                writes.add(store.write(batch(1, 1, 256)));
                writes.add(store.write(batch(1_000, 2_000, 256)));
                writes.add(store.write(batch(2, 1, 256)));
                queued.countDown();
            });
            first.join();
            queued.await();

            assertThat(writes.get(0).join().cardinality()).isEqualTo(1);
            assertStorageFailure(writes.get(1), "the disk is full");
            assertThat(writes.get(2).join().cardinality()).isEqualTo(1);
            assertThat(store.count().join()).isEqualTo(3);
        }
    }

    @Test
    void write_fasterThanTheDisk_refusedAndNothingQueuedLost() {
        try (Storage store = SqliteStore.open(file)) {
            byte[] blob = new byte[StoredEntry.MAX_BLOB_BYTES];
            List<CompletableFuture<BitSet>> writes = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                StoredEntry small = TestEntries.entry(i, 10, 0);
                StoredEntry large = new StoredEntry(
                        small.id(), small.time(), small.blobHash(), small.envelope(), Optional.of(blob));
                writes.add(store.write(WriteBatch.ofEntries(List.of(large))));
            }
            int refused = 0;
            for (CompletableFuture<BitSet> write : writes) {
                try {
                    write.join();
                } catch (CompletionException e) {
                    assertThat(e).hasCauseInstanceOf(LimitExceededException.class);
                    refused++;
                }
            }

            // 63 of them are 64 MiB less what the 64th needs.
            assertThat(refused).isPositive().isLessThanOrEqualTo(200 - 63);
            assertThat(store.count().join()).isEqualTo(200 - refused);
        }
    }

    @Test
    void read_damagedPages_failsThatCallOnly() throws IOException {
        fill(2_000);
        long damaged;
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            // The third quarter of the file: entries and indexes; roots and metadata lie at its beginning, the last
            // entry behind.
            byte[] noise = new byte[(int) (raw.length() / 4)];
            new Random(1).nextBytes(noise);
            damaged = raw.length() / 2;
            raw.seek(damaged);
            raw.write(noise);
        }
        assertThat(damaged).isGreaterThan(100 * 4_096);

        try (Storage store = SqliteStore.open(file)) {
            assertStorageFailure(store.scan(Optional.empty(), 4_000, ALL_BYTES), "store.db");
            assertThat(store.metadata("name").join()).hasValue(new byte[] {7});
            assertThat(store.scan(Optional.empty(), 1, ALL_BYTES).join()).hasSize(1);
        }
    }

    @Test
    void read_rowThatIsNoEntry_failsThatCallOnly() throws SQLException {
        fill(1);
        execute("UPDATE entry SET blob_hash = x'00'");

        try (Storage store = SqliteStore.open(file)) {
            assertStorageFailure(store.scan(Optional.empty(), 1, ALL_BYTES), "CRC-32C");
            assertThat(store.count().join()).isEqualTo(1);
        }
    }

    // --- closing ---

    @Test
    void close_open_noThreadsAndNoLogLeft() throws IOException {
        Storage store = SqliteStore.open(file);
        store.write(batch(0, 10, 256)).join();
        assertThat(threads()).hasSize(4);
        store.close();

        assertThat(threads()).isEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, folder.resolve("store.db.lock"));
        }
    }

    @Test
    void close_onItsOwnThread_refusedInsteadOfWaitingForItself() {
        try (Storage store = SqliteStore.open(file)) {
            CompletableFuture<Void> closing =
                    store.write(batch(0, 5_000 / 2, 256)).thenRun(store::close);

            assertThatThrownBy(closing::join).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(store.count().join()).isEqualTo(2_500);
        }
    }

    @Test
    void log_manyCommits_staysBounded() throws IOException {
        try (Storage store = SqliteStore.open(file)) {
            for (int i = 0; i < 30; i++) {
                store.write(batch(4_000 * i, 4_000, 256)).join();
                store.scan(Optional.empty(), 100, ALL_BYTES).join();
            }

            assertThat(Files.size(folder.resolve("store.db-wal"))).isLessThan(64 << 20);
        }
    }

    private void fill(int entries) {
        try (Storage store = SqliteStore.open(file)) {
            store.write(WriteBatch.of(TestEntries.entries(0, entries, 256), Map.of("name", new byte[] {7})))
                    .join();
        }
    }

    private long countAfterReopening() {
        try (Storage store = SqliteStore.open(file)) {
            return store.count().join();
        }
    }

    private void assertRefused(String why) {
        assertThatThrownBy(() -> SqliteStore.open(file))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContaining(why);
        assertThat(threads()).isEmpty();
    }

    private static void assertStorageFailure(CompletableFuture<?> future, String why) {
        assertThatThrownBy(future::join)
                .cause()
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(why);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("peerkit-store-"))
                .toList();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }
}
