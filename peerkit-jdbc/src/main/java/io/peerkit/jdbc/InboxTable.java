// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The table of notes on entries that were applied: what was answered, and how often they came. Safe for use by any thread. */
final class InboxTable {
    /** The most notes remembered as ready to go; more stay, as those of a crash do. */
    static final int MAX_REMEMBERED = 16 * JdbcHooks.MAX_SETTLED;

    private final String name;

    /** Entries that the node's store has. Guarded by itself. */
    private final Set<EntryId> settled = new LinkedHashSet<>();

    private InboxTable(String name) {
        this.name = name;
    }

    static InboxTable open(ConnectionSource source, String name) throws SQLException {
        InboxTable table = new InboxTable(Dialect.checkName(name));
        Dialect.create(
                source,
                name,
                dialect -> "entry " + dialect.shortBytes(32)
                        + " NOT NULL PRIMARY KEY, verdict INTEGER NOT NULL, arrivals INTEGER NOT NULL");
        return table;
    }

    /** What is to be done with an entry that has no note. */
    @FunctionalInterface
    interface EntryWork {
        IntegrationVerdict with(Connection connection, Incoming incoming) throws SQLException;
    }

    /**
     * Runs work for each entry that has no note, in one transaction with the notes; all or none. What it wrote for one that it
     * rejects is rolled back, and such a one gets no note.
     */
    List<IntegrationVerdict> once(ConnectionSource source, List<Incoming> batch, EntryWork work) throws SQLException {
        List<EntryId> going = settled();
        List<IntegrationVerdict> verdicts = Transactions.run(source, connection -> {
            List<IntegrationVerdict> given = new ArrayList<>(batch.size());
            try (PreparedStatement count = connection.prepareStatement(
                            "UPDATE " + name + " SET arrivals = arrivals + 1 WHERE entry = ?");
                    PreparedStatement note = connection.prepareStatement(
                            "INSERT INTO " + name + " (entry, verdict, arrivals) VALUES (?, ?, 1)")) {
                for (Incoming incoming : batch) {
                    // The first statement is a write, so that SQLite waits for others here and does not fail at the
                    // next
                    // write.
                    count.setBytes(1, incoming.entry().toBytes());
                    given.add(
                            count.executeUpdate() > 0
                                    ? noted(connection, incoming.entry())
                                    : work(connection, incoming, work, note));
                }
            }
            delete(connection, going);
            return given;
        });
        forget(going);
        return verdicts;
    }

    private static IntegrationVerdict work(
            Connection connection, Incoming incoming, EntryWork work, PreparedStatement note) throws SQLException {
        Savepoint before = connection.setSavepoint();
        IntegrationVerdict verdict = Objects.requireNonNull(work.with(connection, incoming), "verdict");
        if (verdict == IntegrationVerdict.REJECTED) {
            connection.rollback(before);
            return verdict;
        }
        connection.releaseSavepoint(before);
        note.setBytes(1, incoming.entry().toBytes());
        note.setInt(2, verdict == IntegrationVerdict.KEPT ? 1 : 0);
        note.executeUpdate();
        return verdict;
    }

    private IntegrationVerdict noted(Connection connection, EntryId entry) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT verdict FROM " + name + " WHERE entry = ?")) {
            statement.setBytes(1, entry.toBytes());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the note on entry " + entry + " was deleted by somebody else");
                }
                int verdict = rows.getInt(1);
                return switch (verdict) {
                    case 0 -> IntegrationVerdict.ACCEPTED;
                    case 1 -> IntegrationVerdict.KEPT;
                    default -> throw new SQLException("verdict " + verdict + " on entry " + entry + ", must be 0 or 1");
                };
            }
        }
    }

    private void delete(Connection connection, List<EntryId> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM " + name + " WHERE entry = ?")) {
            for (EntryId entry : entries) {
                statement.setBytes(1, entry.toBytes());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** The note on an entry may go. Returns how many may. */
    int settle(EntryId entry) {
        synchronized (settled) {
            if (settled.size() < MAX_REMEMBERED) {
                settled.add(entry);
            }
            return settled.size();
        }
    }

    void deleteSettled(ConnectionSource source) throws SQLException {
        for (List<EntryId> going = settled(); !going.isEmpty(); going = settled()) {
            List<EntryId> some = going;
            Transactions.run(source, connection -> {
                delete(connection, some);
                return some;
            });
            forget(some);
        }
    }

    private List<EntryId> settled() {
        synchronized (settled) {
            List<EntryId> going = new ArrayList<>(settled);
            return going.subList(0, Math.min(going.size(), JdbcHooks.MAX_SETTLED));
        }
    }

    private void forget(List<EntryId> gone) {
        synchronized (settled) {
            gone.forEach(settled::remove);
        }
    }
}
