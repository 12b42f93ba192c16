// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Gives the room of removed things back, in steps between commits: chunks move out of files that have gaps or are small, the store's file is
 * written anew, and the log is emptied. A crash loses nothing. Belongs to the writer's thread.
 *
 * <p>Writing the file anew is one step, which commits wait for. Moving pages into free ones bit by bit (incremental vacuum, with
 * {@code secure_delete}) would spare that, but is not enough: when SQLite splits or merges a page, copies of rows may
 * stay in its gap, where a later removal does not find them.
 */
final class Compaction {
    /** The chunks that a step moves, in bytes: 8 MiB, some 10 ms. */
    private static final long STEP_BYTES = 8_388_608;

    /** How often the log is tried, {@link Sql#BUSY_TIMEOUT_MILLIS} each: our own readers are done in far less. */
    private static final int LOG_ATTEMPTS = 10;

    private final Path file;
    private final StoreWriter writer;
    private final Checkpointer checkpointer;
    private @Nullable Deque<Long> chunkFiles;
    private boolean vacuumed;
    private int attempts;

    Compaction(Path file, StoreWriter writer, Checkpointer checkpointer) {
        this.file = file;
        this.writer = writer;
        this.checkpointer = checkpointer;
    }

    /** Does a step; says whether it was the last. */
    boolean step() throws SQLException, IOException {
        Deque<Long> files = chunkFiles;
        if (files == null) {
            chunkFiles = new ArrayDeque<>(writer.chunkFilesToCompact());
        } else if (!files.isEmpty()) {
            long first = files.getFirst();
            boolean moved = writer.inTransaction(statements -> writer.chunks().moveOut(statements, first, STEP_BYTES));
            if (moved) {
                files.removeFirst();
            }
        } else if (!vacuumed) {
            checkpointer.vacuumWith(writer);
            vacuumed = true;
        } else {
            return emptyLog();
        }
        return false;
    }

    private boolean emptyLog() throws SQLException {
        if (checkpointer.emptyLogFor(writer)) {
            return true;
        }
        attempts++;
        if (attempts == LOG_ATTEMPTS) {
            throw new StorageException(file + ": another program reads the file, so what was removed stays in its log");
        }
        return false;
    }
}
