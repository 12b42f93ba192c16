// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.before;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The application's file. */
final class TodoDatabase {
    private static final List<String> TABLES = List.of(
            "CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE IF NOT EXISTS project (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
            "CREATE TABLE IF NOT EXISTS task (id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project,"
                    + " assignee INTEGER REFERENCES person, title TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0)",
            "CREATE TABLE IF NOT EXISTS tag (task INTEGER NOT NULL REFERENCES task, name TEXT NOT NULL,"
                    + " PRIMARY KEY (task, name))",
            "CREATE TABLE IF NOT EXISTS shopping (id TEXT PRIMARY KEY, what TEXT NOT NULL,"
                    + " bought INTEGER NOT NULL, changed INTEGER NOT NULL)");

    /** A piece of work in a transaction. */
    interface Work {
        void with(Connection connection) throws SQLException;
    }

    private final String url;

    TodoDatabase(Path file) throws SQLException {
        url = "jdbc:sqlite:" + file + "?busy_timeout=20000";
        transaction(connection -> {
            try (Statement statement = connection.createStatement()) {
                for (String table : TABLES) {
                    statement.executeUpdate(table);
                }
            }
        });
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    void transaction(Work work) throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            work.with(connection);
            connection.commit();
        }
    }

    static void update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** The first column of a query. */
    List<String> texts(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
