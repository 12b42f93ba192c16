// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CheckpointerTest {
    @TempDir
    Path folder;

    private StoreWriter writer;
    private Checkpointer checkpointer;

    @BeforeEach
    void open() throws SQLException, IOException {
        Path file = folder.resolve("store.db");
        Connection connection = StoreConnections.writer(file, StoreConnections.UNBOUNDED_PAGES);
        writer = new StoreWriter(
                connection,
                EntryIndexes.read(connection, LateIndex.RECENT_KEYS),
                ChunkWriter.open(new ChunkFiles(file), connection));
        checkpointer = new Checkpointer(file, StoreConnections.checkpointer(file));
    }

    @AfterEach
    void close() throws SQLException {
        checkpointer.close();
        writer.close();
    }

    private void commit(int from, int entries) throws SQLException, IOException {
        assertThat(writer.commit(List.of(PendingWrite.of(TestEntries.batch(from, entries, 256))))
                        .get(0))
                .hasValueSatisfying(added -> assertThat(added.cardinality()).isEqualTo(entries));
    }

    @Test
    void log_commits_notCopiedByThem() throws SQLException, IOException {
        for (int i = 0; i < 5; i++) {
            commit(4_000 * i, 4_000);
        }

        assertThat(writer.log().pages()).isGreaterThan(4_000);
        // What the connection copied when it made the tables is all that is copied.
        assertThat(writer.log().copied()).isLessThan(100);
    }

    @Test
    @Timeout(30)
    void wake_running_copiesAllAndTheNextCommitBeginsAnew() throws Exception {
        commit(0, 4_000);
        long before = writer.log().pages();
        Thread thread = new Thread(checkpointer);
        thread.start();

        checkpointer.wake();

        while (writer.log().toCopy() > 0) {
            Thread.onSpinWait();
        }
        checkpointer.stop();
        thread.join();
        commit(4_000, 1);
        assertThat(writer.log().pages()).isLessThan(Math.min(before, 100));
    }

    @Test
    void copyFor_writer_copiesAll() throws SQLException, IOException {
        commit(0, 4_000);
        assertThat(writer.log().toCopy()).isGreaterThan(Checkpointer.WORTH_PAGES / 2);

        checkpointer.copyFor(writer);

        assertThat(writer.log().toCopy()).isZero();
    }
}
