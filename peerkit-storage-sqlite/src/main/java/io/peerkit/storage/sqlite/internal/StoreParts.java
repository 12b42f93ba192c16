// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an open store is made of, each part with a connection of its own.
 *
 * @param file of the store
 * @param lock makes it ours
 * @param writer for the thread that writes
 * @param reader for the thread that reads
 * @param chunkReader for the thread that reads chunks
 * @param checkpointer for the thread that copies the log
 */
record StoreParts(
        Path file,
        StoreLock lock,
        StoreWriter writer,
        StoreReader reader,
        ChunkReader chunkReader,
        Checkpointer checkpointer)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreParts.class);

    /**
     * Opens a store's file and what lies beside it.
     *
     * @param checked whether to look through all of it for damage
     * @param maxPages where the file stops growing; a test's way to a full disk
     */
    static StoreParts open(Path file, StoreLock lock, boolean checked, long maxPages) throws SQLException, IOException {
        List<Connection> opened = new ArrayList<>();
        try {
            Connection writing = add(opened, StoreConnections.writer(file, maxPages));
            ChunkFiles chunks = new ChunkFiles(file);
            EntryIndexes indexes = EntryIndexes.read(writing, LateIndex.RECENT_KEYS);
            if (checked) {
                IntegrityCheck.run(file, writing, chunks);
            }
            return new StoreParts(
                    file,
                    lock,
                    new StoreWriter(writing, indexes, ChunkWriter.open(chunks, writing)),
                    new StoreReader(add(opened, StoreConnections.reader(file)), indexes),
                    new ChunkReader(chunks, add(opened, StoreConnections.reader(file))),
                    new Checkpointer(file, add(opened, StoreConnections.checkpointer(file))));
        } catch (SQLException | IOException | RuntimeException e) {
            for (Connection connection : opened) {
                connection.close();
            }
            throw e;
        }
    }

    private static Connection add(List<Connection> opened, Connection connection) {
        opened.add(connection);
        return connection;
    }

    /** Closes the writer's connection last: it then folds the log into the file. */
    @Override
    public void close() {
        try (lock;
                writer;
                checkpointer;
                chunkReader;
                reader) {
            LOG.debug("{}: closing", file);
        } catch (SQLException e) {
            // All that was acknowledged is in the log, which the next opening reads.
            LOG.warn("{}: SQLite could not close the file cleanly", file, e);
        }
    }
}
