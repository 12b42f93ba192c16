// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How far the write-ahead log has grown.
 *
 * @param pages in the log
 * @param copied how many of them are in the file too; when all are, the next commit begins the log anew
 */
record LogState(long pages, long copied) {
    long toCopy() {
        return pages - copied;
    }

    /** Runs one of SQLite's checkpoints, which answer with the log's state. */
    static LogState after(PreparedStatement checkpoint) throws SQLException {
        try (ResultSet row = checkpoint.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("no answer to a checkpoint");
            }
            return new LogState(row.getLong(2), row.getLong(3));
        }
    }
}
