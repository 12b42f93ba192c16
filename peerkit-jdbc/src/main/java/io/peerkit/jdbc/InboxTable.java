// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.EntryId;
import io.peerkit.api.IntegrationVerdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    /** Runs work unless the entry has a note; notes it in the same transaction unless the work rejects it. */
    IntegrationVerdict once(ConnectionSource source, EntryId entry, SqlWork<IntegrationVerdict> work)
            throws SQLException {
        List<EntryId> going = settled();
        boolean[] gone = new boolean[1];
        IntegrationVerdict verdict = Transactions.run(source, connection -> {
            // The first statement is a write, so that SQLite waits for others here and does not fail at the next write.
            if (countArrival(connection, entry)) {
                return noted(connection, entry);
            }
            IntegrationVerdict given = Objects.requireNonNull(work.with(connection), "verdict");
            if (given == IntegrationVerdict.REJECTED) {
                connection.rollback();
                return given;
            }
            note(connection, entry, given);
            delete(connection, going);
            gone[0] = true;
            return given;
        });
        if (gone[0]) {
            forget(going);
        }
        return verdict;
    }

    private boolean countArrival(Connection connection, EntryId entry) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + name + " SET arrivals = arrivals + 1 WHERE entry = ?")) {
            statement.setBytes(1, entry.toBytes());
            return statement.executeUpdate() > 0;
        }
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

    private void note(Connection connection, EntryId entry, IntegrationVerdict verdict) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO " + name + " (entry, verdict, arrivals) VALUES (?, ?, 1)")) {
            statement.setBytes(1, entry.toBytes());
            statement.setInt(2, verdict == IntegrationVerdict.KEPT ? 1 : 0);
            statement.executeUpdate();
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
