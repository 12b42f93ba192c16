// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.Function;
import org.sqlite.core.Codes;

/**
 * Brings a store of an earlier version to this one: a new file is filled from the old one, flushed, and takes its name. A crash
 * leaves the old file or the new one, each whole.
 *
 * <p>That needs room for a second copy, without which the old file stays as it is. In place it would need the same room for the log, and
 * keep traces of what was removed.
 *
 * <p>A version to come adds its SQL to {@link #FILL}, under the version that it reads.
 */
final class Upgrade {
    /** What all versions had in common. {@code crc} is the function {@link CrcFunction}. */
    private static final List<String> SINCE_1 = List.of(
            """
            INSERT INTO entry (seq, time, id, blob_hash, crc, envelope, blob)
            SELECT seq, time, id, blob_hash, crc(time, id, blob_hash, envelope, blob), envelope, blob
            FROM old.entry ORDER BY seq""", "INSERT INTO metadata (name, value, crc) SELECT name, value, crc(name, value) FROM old.metadata", """
            INSERT INTO agent (id, issued_at, card, crc)
            SELECT id, issued_at, card, crc(id, issued_at, card) FROM old.agent""");

    /** For each earlier version, what else fills the tables of this version from {@code old}. */
    private static final Map<Long, List<String>> FILL = Map.of(
            1L,
            List.of("INSERT INTO by_id (prefix, seq) SELECT id_prefix, seq FROM old.entry ORDER BY 1, 2", """
                    INSERT INTO by_blob (prefix, time, seq)
                    SELECT blob_prefix, time, seq FROM old.entry WHERE blob IS NOT NULL ORDER BY 1, 2, 3""", """
                    UPDATE state SET by_id = (SELECT coalesce(max(seq), 0) FROM entry),
                        by_blob = (SELECT coalesce(max(seq), 0) FROM entry)"""),
            2L,
            List.of(
                    "INSERT INTO by_id (prefix, seq) SELECT prefix, seq FROM old.by_id ORDER BY 1, 2",
                    """
                    INSERT INTO by_blob (prefix, time, seq)
                    SELECT prefix, time, seq FROM old.by_blob ORDER BY 1, 2, 3""",
                    // The new file has no traces of what was removed.
                    "UPDATE state SET (by_id, by_blob) = (SELECT by_id, by_blob FROM old.state)",
                    """
                    INSERT INTO record (collection, key, value, crc)
                    SELECT collection, key, value, crc(collection, key, value) FROM old.record ORDER BY 1, 2""",
                    """
                    INSERT INTO chunk (hash, file, position, length, crc)
                    SELECT hash, file, position, length, crc FROM old.chunk ORDER BY 1"""));

    /** The new file is flushed once, at the end; until then it is of no use to anybody. */
    private static final List<String> SETTINGS = List.of("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF");

    /** Folds the log into the file and removes it, so that it does not meet the new file. */
    private static final String FOLD_LOG = "PRAGMA journal_mode=DELETE";

    private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);

    private Upgrade() {}

    static boolean isKnown(long version) {
        return FILL.containsKey(version);
    }

    /** Removes what an upgrade left that did not come to its end. */
    static void clean(Path file) throws IOException {
        Files.deleteIfExists(partOf(file));
    }

    private static Path partOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".upgrade");
    }

    /** Upgrades a store that nobody has open. */
    static void run(Path file, long version) throws SQLException, IOException {
        LOG.info("{}: from version {} to {}", file, version, Sql.SCHEMA_VERSION);
        foldLog(file);
        Path part = partOf(file);
        try {
            PrivateFiles.make(part);
            fill(part, file, FILL.getOrDefault(version, List.of()));
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            // What was removed beside the old file must be gone from the disk before the new one has its name.
            PrivateFiles.force(file.resolveSibling("."));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            PrivateFiles.force(file.resolveSibling("."));
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void foldLog(Path file) throws SQLException {
        try (Connection connection = StoreConnections.connect(file);
                Statement statement = connection.createStatement();
                ResultSet mode = statement.executeQuery(FOLD_LOG)) {
            if (!mode.next() || !"delete".equals(mode.getString(1))) {
                throw new SQLException("the log cannot be folded into the file");
            }
        }
    }

    /** {@link RowCrc} for SQL: of numbers, texts, bytes and NULL. */
    @SuppressWarnings("NullAway") // the array has null for NULL
    private static final class CrcFunction extends Function {
        @Override
        protected void xFunc() throws SQLException {
            byte[][] parts = new byte[args()][];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = switch (value_type(i)) {
                    case Codes.SQLITE_INTEGER -> RowCrc.number(value_long(i));
                    case Codes.SQLITE_TEXT -> RowCrc.text(value_text(i));
                    case Codes.SQLITE_NULL -> null;
                    // The driver gives NULL for no bytes.
                    default -> Objects.requireNonNullElse(value_blob(i), new byte[0]);
                };
            }
            result(RowCrc.parts(parts));
        }
    }

    private static void fill(Path part, Path file, List<String> steps) throws SQLException {
        try (Connection connection = StoreConnections.connect(part);
                Statement statement = connection.createStatement()) {
            for (String setting : SETTINGS) {
                statement.execute(setting);
            }
            statement.execute(Sql.PAGE_SIZE);
            try (PreparedStatement attach = connection.prepareStatement("ATTACH ?1 AS old")) {
                attach.setString(1, file.toString());
                attach.execute();
            }
            Function.create(connection, "crc", new CrcFunction(), -1, Function.FLAG_DETERMINISTIC);
            statement.execute("BEGIN");
            for (String sql : Sql.CREATE) {
                statement.execute(sql);
            }
            for (String sql : SINCE_1) {
                statement.execute(sql);
            }
            for (String sql : steps) {
                statement.execute(sql);
            }
            statement.execute(Sql.COMMIT);
        }
    }
}
