// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The databases that the tests have at hand. */
enum Database {
    SQLITE,
    SQLITE_WAL,
    H2;

    /** An application's database in a folder. No test here ends the machine, so SQLite need not wait for the disk. */
    ConnectionSource in(Path folder) {
        Path file = folder.resolve("application");
        String url = switch (this) {
            case SQLITE -> "jdbc:sqlite:" + file + ".db?busy_timeout=20000&synchronous=OFF";
            case SQLITE_WAL -> "jdbc:sqlite:" + file + ".db?busy_timeout=20000&synchronous=OFF&journal_mode=WAL";
            case H2 -> "jdbc:h2:mem:" + folder.getFileName() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000";
        };
        return () -> DriverManager.getConnection(url);
    }

    static void run(ConnectionSource source, String sql) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static void insert(Connection connection, String table, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table + " VALUES (?)")) {
            statement.setString(1, text);
            statement.executeUpdate();
        }
    }

    static List<String> texts(ConnectionSource source, String query) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }
}
