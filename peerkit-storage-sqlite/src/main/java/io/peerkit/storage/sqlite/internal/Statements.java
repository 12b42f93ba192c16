// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The statements of a connection, each compiled once and used again and again. Belongs to one thread.
 *
 * <p>The driver ends a statement when the disk is full, damaged or fails, so after a failure they are compiled anew.
 */
final class Statements implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** Compiles statements, which also proves that the file has the tables they need. */
    Statements(Connection connection, List<String> sql) throws SQLException {
        this.connection = connection;
        for (String text : sql) {
            of(text);
        }
    }

    Connection connection() {
        return connection;
    }

    PreparedStatement of(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    /** To be called after any failure. */
    void forget() throws SQLException {
        SQLException failure = null;
        for (PreparedStatement statement : prepared.values()) {
            try {
                statement.close();
            } catch (SQLException e) {
                failure = e;
            }
        }
        prepared.clear();
        if (failure != null) {
            throw failure;
        }
    }

    /** Closes the connection with its statements. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
