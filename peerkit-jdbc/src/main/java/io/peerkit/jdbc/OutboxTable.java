// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The table of an outbox: {@code place} orders the rows, {@code id} is the key under which a row is published.
 *
 * <p>Places are handed out here and not by the database: each dialect has its own word for that, and asking the table for its
 * greatest makes concurrent transactions wait for each other. A place is the time in microseconds, or one more than the last.
 */
final class OutboxTable {
    /** The length of a row's random key in bytes. */
    static final int ID_BYTES = 16;

    /** The most rows in a page. */
    static final int PAGE_ROWS = 256;

    /** A page ends with the row that reaches this many bytes. */
    static final int PAGE_BYTES = 4 * 1_048_576;

    /** A row that waits. */
    record Row(long place, byte[] id, byte[] payload) {}

    private final String name;
    private final LongSupplier micros;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong last = new AtomicLong();

    private OutboxTable(String name, LongSupplier micros) {
        this.name = name;
        this.micros = micros;
    }

    /** Creates the table unless it is there. */
    static OutboxTable open(ConnectionSource source, String name, LongSupplier micros) throws SQLException {
        OutboxTable table = new OutboxTable(Dialect.checkName(name), micros);
        Dialect.create(
                source,
                name,
                dialect -> "place BIGINT NOT NULL, id " + dialect.shortBytes(ID_BYTES) + " NOT NULL, payload "
                        + dialect.longBytes() + " NOT NULL, PRIMARY KEY (place, id)");
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement("SELECT MAX(place) FROM " + name);
                ResultSet rows = statement.executeQuery()) {
            // The clock may have been set back since.
            table.last.set(rows.next() ? rows.getLong(1) : 0);
        }
        return table;
    }

    void add(Connection connection, byte[] payload) throws SQLException {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        long now = micros.getAsLong();
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO " + name + " (place, id, payload) VALUES (?, ?, ?)")) {
            statement.setLong(1, last.updateAndGet(before -> Math.max(before + 1, now)));
            statement.setBytes(2, id);
            statement.setBytes(3, payload);
            statement.executeUpdate();
        }
    }

    /** The first rows in order. */
    List<Row> page(ConnectionSource source) throws SQLException {
        return Transactions.run(source, connection -> {
            List<Row> page = new ArrayList<>();
            long bytes = 0;
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT place, id, payload FROM " + name + " ORDER BY place, id LIMIT " + PAGE_ROWS)) {
                // Without this some drivers read all rows before they give the first.
                statement.setFetchSize(16);
                try (ResultSet rows = statement.executeQuery()) {
                    while (bytes < PAGE_BYTES && rows.next()) {
                        Row row = new Row(rows.getLong(1), rows.getBytes(2), rows.getBytes(3));
                        bytes += row.payload().length;
                        page.add(row);
                    }
                }
            }
            return page;
        });
    }

    void remove(ConnectionSource source, List<Row> published) throws SQLException {
        Transactions.run(source, connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM " + name + " WHERE place = ? AND id = ?")) {
                for (Row row : published) {
                    statement.setLong(1, row.place());
                    statement.setBytes(2, row.id());
                    statement.addBatch();
                }
                return statement.executeBatch();
            }
        });
    }

    long count(ConnectionSource source) throws SQLException {
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement("SELECT COUNT(*) FROM " + name);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
