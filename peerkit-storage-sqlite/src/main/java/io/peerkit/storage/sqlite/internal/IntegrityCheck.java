// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Looks through a whole store for damage and names the first it finds. */
final class IntegrityCheck {
    private static final String ENTRIES =
            "SELECT e.seq, e.time, e.id, e.blob_hash, typeof(e.blob) = 'null', i.by_id, i.by_blob FROM entry e, state i";

    private static final String CHUNKS = "SELECT file, position, length, crc FROM chunk ORDER BY file, position";

    private static final List<String> TABLES = List.of(
            "SELECT time, id, blob_hash, envelope, blob, crc FROM entry",
            "SELECT value, crc, name FROM metadata",
            "SELECT id, issued_at, card, crc FROM agent",
            "SELECT key, value, crc, collection FROM record");

    private static final List<Row> ROWS = List.of(
            StoredForm::entry,
            row -> StoredForm.metadata(row.getString(3), row),
            StoredForm::card,
            row -> StoredForm.record(row.getString(4), row));

    /** Reads a row and fails when it is damaged. */
    private interface Row {
        Object read(ResultSet row) throws SQLException;
    }

    private IntegrityCheck() {}

    static void run(Path file, Connection connection, ChunkFiles chunks) throws SQLException, IOException {
        structure(file, connection, Sql.INTEGRITY);
        rows(connection);
        indexes(file, connection);
        chunks(file, connection, chunks);
    }

    /** Lets SQLite check the file. */
    static void structure(Path file, Connection connection, String check) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet finding = statement.executeQuery(check)) {
            if (!finding.next() || !"ok".equals(finding.getString(1))) {
                throw new StorageException(file + ": the file is damaged: " + finding.getString(1));
            }
        }
    }

    /** SQLite knows nothing of what should be in a row. */
    private static void rows(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < TABLES.size(); i++) {
                try (ResultSet rows = statement.executeQuery(TABLES.get(i))) {
                    while (rows.next()) {
                        Object unused = ROWS.get(i).read(rows);
                    }
                }
            }
        }
    }

    /** SQLite knows nothing of the indexes that we keep ourselves: every row that they are said to have must be in them. */
    private static void indexes(Path file, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement inById = connection.prepareStatement(Sql.IS_IN_BY_ID);
                PreparedStatement inByBlob = connection.prepareStatement(Sql.IS_IN_BY_BLOB);
                ResultSet row = statement.executeQuery(ENTRIES)) {
            while (row.next()) {
                long seq = row.getLong(1);
                if (seq <= row.getLong(6) && !isIn(inById, EntryIndexes.idKey(row.getBytes(3), seq))) {
                    throw new StorageException(file + ": the file is damaged: entry " + seq + " missing from by_id");
                }
                boolean hasBlob = row.getInt(5) == 0;
                if (hasBlob
                        && seq <= row.getLong(7)
                        && !isIn(inByBlob, EntryIndexes.blobKey(row.getBytes(4), row.getLong(2), seq))) {
                    throw new StorageException(file + ": the file is damaged: entry " + seq + " missing from by_blob");
                }
            }
        }
    }

    private static boolean isIn(PreparedStatement index, LateIndex.Key key) throws SQLException {
        index.setLong(1, key.prefix());
        index.setLong(2, key.time());
        index.setLong(3, key.seq());
        try (ResultSet found = index.executeQuery()) {
            return found.next();
        }
    }

    private static void chunks(Path file, Connection connection, ChunkFiles chunks) throws SQLException, IOException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CHUNKS);
                ChunkInput input = new ChunkInput(chunks)) {
            while (row.next()) {
                ChunkPlace place = ChunkPlace.of(row);
                if (place.length() > 0 && chunks.size(place.file()).isEmpty()) {
                    throw new StorageException(
                            file + ": the store is damaged: " + chunks.path(place.file()) + " is missing");
                }
                var unused = input.read(place);
            }
        }
    }
}
