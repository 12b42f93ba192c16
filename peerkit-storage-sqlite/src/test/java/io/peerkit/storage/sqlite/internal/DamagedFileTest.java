// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PeerkitException;
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
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage of every kind ends in a {@link StorageException} that names the file, or is without consequence; never in anything else. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class DamagedFileTest {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    @TempDir
    private Path folder;

    @Test
    void open_bitsFlippedOrFileCut_storageExceptionOrRightAnswers() throws IOException {
        long seed = 20_260_104;
        Random random = new Random(seed);
        Path whole = store("whole.db");
        byte[] bytes = Files.readAllBytes(whole);
        int refused = 0;
        for (int round = 0; round < 150; round++) {
            Path file = folder.resolve("damaged" + round + ".db");
            byte[] damaged = bytes.clone();
            if (round % 3 == 0) {
                damaged[random.nextInt(100)] ^= (byte) (1 << random.nextInt(8));
            } else if (round % 3 == 1) {
                for (int i = 0; i < 20; i++) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
            } else {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            Files.write(file, damaged);
            refused += isRefused(file, "round " + round + ", seed " + seed) ? 1 : 0;
            Files.deleteIfExists(file);
        }
        assertThat(refused).isGreaterThan(50);
    }

    /** Opens, reads and writes; says whether anything of it was refused. */
    private static boolean isRefused(Path file, String round) {
        try (Storage store = SqliteStore.open(file, true)) {
            store.scan(Optional.empty(), 4_096, ALL_BYTES).join();
            store.keys(Optional.empty(), 4_096).join();
            store.write(TestEntries.batch(5_000, 10, 10)).join();
            return false;
        } catch (StorageException e) {
            assertThat(e).as(round).hasMessageContaining(file.getFileName().toString());
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause()).as(round).isInstanceOf(PeerkitException.class);
            return true;
        }
    }

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
