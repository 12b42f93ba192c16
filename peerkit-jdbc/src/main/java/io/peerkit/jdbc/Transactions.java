// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Runs work in a transaction of its own: committed when it returns, rolled back when it throws. */
final class Transactions {
    private Transactions() {}

    static <T> T run(ConnectionSource source, SqlWork<T> work) throws SQLException {
        try (Connection connection = source.open()) {
            return run(connection, work);
        }
    }

    /**
     * Runs work that sees one moment of the database, and that fails when it writes what has changed since. The strictest level is
     * the only one that means this everywhere: H2 takes the moment of each table apart below it.
     */
    static <T> T runOnSnapshot(ConnectionSource source, SqlWork<T> work) throws SQLException {
        try (Connection connection = source.open()) {
            int isolation = connection.getTransactionIsolation();
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            try {
                return run(connection, work);
            } finally {
                // A pool may give the connection to somebody else.
                connection.setTransactionIsolation(isolation);
            }
        }
    }

    private static <T> T run(Connection connection, SqlWork<T> work) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        T result;
        try {
            result = work.with(connection);
            connection.commit();
        } catch (Throwable e) { // the application's work may throw anything, and none of it may stay
            rollBack(connection, autoCommit, e);
            throw e;
        }
        connection.setAutoCommit(autoCommit);
        return result;
    }

    private static void rollBack(Connection connection, boolean autoCommit, Throwable reason) {
        try {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }
}
