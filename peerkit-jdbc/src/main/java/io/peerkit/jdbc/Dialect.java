// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.regex.Pattern;

/** What databases call their types of bytes; all else in this package is SQL that they share. */
enum Dialect {
    /** Knows no lengths; a column may hold anything. */
    SQLITE("BLOB", "BLOB"),
    /** Knows no lengths either. */
    POSTGRESQL("BYTEA", "BYTEA"),
    /** MariaDB too. A BLOB without a prefix ends at 64 KiB. */
    MYSQL("VARBINARY(%d)", "MEDIUMBLOB"),
    /** H2, and whoever keeps to SQL:2003. */
    STANDARD("VARBINARY(%d)", "BLOB");

    /** A table's name, with its schema or without. Nothing that would have to be quoted. */
    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,59}\\.)?[A-Za-z_][A-Za-z0-9_]{0,59}");

    private final String shortBytes;
    private final String longBytes;

    Dialect(String shortBytes, String longBytes) {
        this.shortBytes = shortBytes;
        this.longBytes = longBytes;
    }

    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        if (product.contains("sqlite")) {
            return SQLITE;
        }
        if (product.contains("postgresql")) {
            return POSTGRESQL;
        }
        return product.contains("mysql") || product.contains("mariadb") ? MYSQL : STANDARD;
    }

    /** The type for up to so many bytes, at most 255, that can be a key. */
    String shortBytes(int length) {
        return String.format(Locale.ROOT, shortBytes, length);
    }

    /** The type for up to a blob's bytes. */
    String longBytes() {
        return longBytes;
    }

    /**
     * Checks the name of a table before it becomes part of a statement.
     *
     * @throws IllegalArgumentException when it is anything else than a plain name
     */
    static String checkName(String table) {
        if (!NAME.matcher(table).matches()) {
            throw new IllegalArgumentException("table must be a name of up to 60 letters, digits and underscores,"
                    + " with a schema before it or without, not " + table);
        }
        return table;
    }

    /** Creates a table unless it is there: an application may lack the right to create one that somebody created for it. */
    static void create(ConnectionSource source, String table, SqlText columns) throws SQLException {
        if (isThere(source, table)) {
            return;
        }
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS " + table + " (" + columns.in(of(connection)) + ")");
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    private static boolean isThere(ConnectionSource source, String table) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            try (ResultSet none = statement.executeQuery("SELECT 1 FROM " + table + " WHERE 1 = 0")) {
                return !none.next();
            } catch (SQLException e) { // each database has its own code for a missing table
                return false;
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
            }
        }
    }

    /** Text of a statement that differs by dialect. */
    @FunctionalInterface
    interface SqlText {
        String in(Dialect dialect);
    }
}
