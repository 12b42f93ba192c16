// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.LimitExceededException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the application wrote while nothing of this ran: rows from before Peerkit was added, edits by an older version or
 * by hand.
 *
 * <p>A table remembers for each shared row the SHA-256 of the payload that was last published or received. {@link #run} reads the
 * application's rows and gives those that are new or differ to the outbox, each in one transaction with its digest. While the
 * application runs it tells of its own writes by {@link #wrote} and of peers' by {@link #received}, so that a later run does not
 * take them for news. Rows that are gone are not noticed: mark a row as deleted instead, and share the mark.
 *
 * <p>The table, {@code peerkit_shared} unless named otherwise, is created when it is missing:
 *
 * <pre>{@code
 * CREATE TABLE peerkit_shared (
 *   row_key VARBINARY(255) NOT NULL PRIMARY KEY,
 *   digest VARBINARY(32) NOT NULL)
 * }</pre>
 *
 * <p>Safe for use by any thread.
 */
public final class Rescan {
    /** The name of the table unless another is given. */
    public static final String DEFAULT_TABLE = "peerkit_shared";

    /** The longest key of a row in bytes. */
    public static final int MAX_KEY_BYTES = 255;

    /** The most rows in a page of {@link #run}, which is one transaction. */
    public static final int PAGE_ROWS = 256;

    /** How often a page is tried that fails, since others wrote to the same rows. */
    private static final int MAX_TRIES = 20;

    /** The key of no row. */
    private static final byte[] NO_ROW = {};

    private final ConnectionSource source;
    private final Outbox outbox;
    private final String table;

    private Rescan(ConnectionSource source, Outbox outbox, String table) {
        this.source = source;
        this.outbox = outbox;
        this.table = table;
    }

    /**
     * What a run found.
     *
     * @param rows how many rows there are
     * @param published how many of them were new or had changed, and are in the outbox now
     */
    public record Result(long rows, long published) {}

    /**
     * Opens the table with its default name.
     *
     * @param source gives connections to the application's database
     * @param outbox in the same database
     * @return the scan
     * @throws SQLException when the table is missing and cannot be created
     */
    public static Rescan open(ConnectionSource source, Outbox outbox) throws SQLException {
        return open(source, outbox, DEFAULT_TABLE);
    }

    /**
     * Opens the table.
     *
     * @param source gives connections to the application's database
     * @param outbox in the same database
     * @param table a plain name, with its schema or without
     * @return the scan
     * @throws SQLException when the table is missing and cannot be created
     * @throws IllegalArgumentException when the name is not allowed
     */
    public static Rescan open(ConnectionSource source, Outbox outbox, String table) throws SQLException {
        Dialect.create(
                source,
                Dialect.checkName(table),
                dialect -> "row_key " + dialect.shortBytes(MAX_KEY_BYTES) + " NOT NULL PRIMARY KEY, digest "
                        + dialect.shortBytes(32) + " NOT NULL");
        return new Rescan(source, outbox, table);
    }

    /**
     * The application writes a row: puts it into the outbox unless its payload is what was last shared of it. In place of
     * {@link Outbox#add}; {@link Outbox#wake} after the commit as there.
     *
     * @param connection in the transaction that writes the row
     * @param key names the row, 1 to {@value #MAX_KEY_BYTES} bytes
     * @param payload what is to be published of it
     * @return whether it differs from what was last shared
     * @throws SQLException when it cannot be written; the transaction should be rolled back
     * @throws LimitExceededException when key or payload are too long
     */
    public boolean wrote(Connection connection, byte[] key, byte[] payload) throws SQLException {
        boolean differs = remember(connection, key, payload);
        if (differs) {
            outbox.add(connection, payload);
        }
        return differs;
    }

    /**
     * The application takes over a row from a peer: remembers it as shared, so that it is not published as if it were new. Call it
     * only for what was taken over, not for an older version that was passed over.
     *
     * @param connection in the transaction that writes the row, such as that of {@link JdbcHooks.Apply}
     * @param key names the row
     * @param payload what {@link SharedRows} gives for the row now
     * @throws SQLException when it cannot be written
     * @throws LimitExceededException when the key is too long
     */
    public void received(Connection connection, byte[] key, byte[] payload) throws SQLException {
        remember(connection, key, payload);
    }

    /**
     * Publishes rows that are new or have changed, page by page. Call it when the application starts; it may write at the same time, and may
     * then be told by the database to try a transaction again, since each page is a transaction at the level {@code SERIALIZABLE}.
     * When it is cut off, what was done stays done, and another run goes on with the rest.
     *
     * @param rows reads the application's rows
     * @return what it found
     * @throws SQLException when a page failed 20 times; another run goes on with the rest
     * @throws LimitExceededException when a key or a payload is too long
     */
    public Result run(SharedRows rows) throws SQLException {
        Optional<byte[]> after = Optional.empty();
        long count = 0;
        long published = 0;
        while (true) {
            Page page = page(rows, after);
            if (page.last().isEmpty()) {
                return new Result(count, published);
            }
            if (after.isPresent() && Arrays.equals(after.get(), page.last().get())) {
                throw new IllegalStateException("the page behind a row ends with the same row: the scan has no end");
            }
            after = page.last();
            count += page.rows();
            published += page.published();
            if (page.published() > 0) {
                outbox.wake();
            }
        }
    }

    private record Page(int rows, int published, Optional<byte[]> last) {}

    private Page page(SharedRows rows, Optional<byte[]> after) throws SQLException {
        for (int tries = 1; true; tries++) {
            try {
                // Row and digest must be of one moment: an edit between the two reads would publish the row before it
                // again.
                return Transactions.runOnSnapshot(source, connection -> compare(connection, rows, after));
            } catch (SQLException e) {
                if (tries == MAX_TRIES) {
                    throw e;
                }
            }
        }
    }

    private Page compare(Connection connection, SharedRows rows, Optional<byte[]> after) throws SQLException {
        // Changes nothing, but is a write: SQLite waits for others here, and would fail at a write behind a read.
        update(connection, NO_ROW, NO_ROW);
        List<SharedRow> page = rows.page(connection, after, PAGE_ROWS);
        if (page.size() > PAGE_ROWS) {
            throw new IllegalArgumentException("page of " + page.size() + " rows, at most " + PAGE_ROWS);
        }
        int published = 0;
        for (SharedRow row : page) {
            byte[] digest = sha256(row.payload());
            byte[] shared = shared(connection, checked(row.key()));
            if (!Arrays.equals(digest, shared)) {
                if (shared == null) {
                    insert(connection, row.key(), digest);
                } else if (!replace(connection, row.key(), shared, digest)) {
                    throw new SQLException("the digest of a row changed while it was compared");
                }
                outbox.add(connection, row.payload());
                published++;
            }
        }
        Optional<byte[]> last = page.isEmpty()
                ? Optional.empty()
                : Optional.of(page.get(page.size() - 1).key());
        return new Page(page.size(), published, last);
    }

    /** Returns whether the payload differs from what was remembered. */
    private boolean remember(Connection connection, byte[] key, byte[] payload) throws SQLException {
        byte[] digest = sha256(payload);
        // The first statement is a write, so that SQLite waits for others here and does not fail at the next write.
        if (update(connection, checked(key), digest)) {
            return true;
        }
        if (shared(connection, key) != null) {
            return false;
        }
        insert(connection, key, digest);
        return true;
    }

    private boolean update(Connection connection, byte[] key, byte[] digest) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + table + " SET digest = ? WHERE row_key = ? AND digest <> ?")) {
            statement.setBytes(1, digest);
            statement.setBytes(2, key);
            statement.setBytes(3, digest);
            return statement.executeUpdate() > 0;
        }
    }

    /** Does nothing when the digest is no longer the one that was read: not all databases keep to one moment when they write. */
    private boolean replace(Connection connection, byte[] key, byte[] before, byte[] digest) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + table + " SET digest = ? WHERE row_key = ? AND digest = ?")) {
            statement.setBytes(1, digest);
            statement.setBytes(2, key);
            statement.setBytes(3, before);
            return statement.executeUpdate() > 0;
        }
    }

    private void insert(Connection connection, byte[] key, byte[] digest) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO " + table + " (row_key, digest) VALUES (?, ?)")) {
            statement.setBytes(1, key);
            statement.setBytes(2, digest);
            statement.executeUpdate();
        }
    }

    private byte @Nullable [] shared(Connection connection, byte[] key) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT digest FROM " + table + " WHERE row_key = ?")) {
            statement.setBytes(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getBytes(1) : null;
            }
        }
    }

    private static byte[] checked(byte[] key) {
        if (key.length == 0 || key.length > MAX_KEY_BYTES) {
            throw new LimitExceededException("key of " + key.length + " bytes, must have 1 to " + MAX_KEY_BYTES);
        }
        return key;
    }

    private static byte[] sha256(byte[] payload) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(payload);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
