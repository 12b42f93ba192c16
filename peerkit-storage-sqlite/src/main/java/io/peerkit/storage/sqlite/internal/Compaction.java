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
 * Gives the room of removed things back, in steps between commits: chunks move out of files that have gaps, the pages at the
 * end of the store's file move into free ones, and the log is emptied. A crash between steps loses nothing. Belongs to
 * the writer's thread.
 */
final class Compaction {
    /** The chunks that a step moves, in bytes: 8 MiB, some 10 ms. */
    private static final long STEP_BYTES = 8_388_608;

    /** The pages of 4 KiB that a step gives back. */
    private static final int STEP_PAGES = 512;

    /** How often the log is tried, {@link Sql#BUSY_TIMEOUT_MILLIS} each: our own readers are done in far less. */
    private static final int LOG_ATTEMPTS = 10;

    private final Path file;
    private final StoreWriter writer;
    private final Checkpointer checkpointer;
    private @Nullable Deque<Long> filesWithRoom;
    private boolean pagesGivenBack;
    private int attempts;

    Compaction(Path file, StoreWriter writer, Checkpointer checkpointer) {
        this.file = file;
        this.writer = writer;
        this.checkpointer = checkpointer;
    }

    /** Does a step; says whether it was the last. */
    boolean step() throws SQLException, IOException {
        Deque<Long> files = filesWithRoom;
        if (files == null) {
            filesWithRoom = new ArrayDeque<>(writer.chunkFilesWithRoom());
        } else if (!files.isEmpty()) {
            long first = files.getFirst();
            boolean moved =
                    writer.inTransaction(statements -> writer.chunks().moveOut(statements, first, STEP_BYTES));
            if (moved) {
                files.removeFirst();
            }
        } else if (!pagesGivenBack) {
            pagesGivenBack = writer.giveBack(STEP_PAGES) == 0;
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
