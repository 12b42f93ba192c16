// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.StoredEntry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Makes files as the release with version 1 of the tables made them: its SQL, word for word. */
final class Version1 {
    private static final List<String> CREATE = List.of(
            "PRAGMA page_size=4096",
            "PRAGMA journal_mode=WAL",
            """
            CREATE TABLE entry (
                seq INTEGER PRIMARY KEY,
                time INTEGER NOT NULL,
                id BLOB NOT NULL,
                id_prefix INTEGER NOT NULL,
                blob_prefix INTEGER NOT NULL,
                blob_hash BLOB NOT NULL,
                envelope BLOB NOT NULL,
                blob BLOB
            )""",
            "CREATE UNIQUE INDEX entry_key ON entry (time, id)",
            "CREATE INDEX entry_id ON entry (id_prefix)",
            "CREATE INDEX entry_blob ON entry (blob_prefix, time) WHERE blob IS NOT NULL",
            "CREATE TABLE metadata (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE agent (id BLOB PRIMARY KEY, issued_at INTEGER NOT NULL, card BLOB NOT NULL)",
            "CREATE INDEX agent_issued ON agent (issued_at DESC, id)",
            "PRAGMA application_id=1347119476",
            "PRAGMA user_version=1");

    private static final String ADD_ENTRY = """
            INSERT INTO entry (time, id, id_prefix, blob_prefix, blob_hash, envelope, blob)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
            WHERE NOT EXISTS (SELECT 1 FROM entry WHERE id_prefix = ?3 AND id = ?2)""";

    private Version1() {}

    /** The metadata {@code name} is 1, 2, 3; one card, of an agent that is 32 times 7, is 4, 5, 6. */
    static void make(Path file, List<StoredEntry> entries) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : CREATE) {
                statement.execute(sql);
            }
            statement.execute("BEGIN");
            try (PreparedStatement add = connection.prepareStatement(ADD_ENTRY)) {
                for (StoredEntry entry : entries) {
                    add(add, entry);
                }
            }
            statement.execute("INSERT INTO metadata (name, value) VALUES ('name', x'010203')");
            statement.execute("INSERT INTO agent (id, issued_at, card) VALUES (x'" + "07".repeat(32)
                    + "', 1767225600000, x'040506')");
            statement.execute("COMMIT");
        }
    }

    private static void add(PreparedStatement add, StoredEntry entry) throws SQLException {
        byte[] id = entry.id().toBytes();
        byte[] blobHash = entry.blobHash().toBytes();
        add.setLong(1, entry.time() ^ Long.MIN_VALUE);
        add.setBytes(2, id);
        add.setLong(3, StoredForm.prefix(id));
        add.setLong(4, StoredForm.prefix(blobHash));
        add.setBytes(5, blobHash);
        add.setBytes(6, entry.envelope());
        add.setBytes(7, entry.blob().orElse(null));
        add.executeUpdate();
    }
}
