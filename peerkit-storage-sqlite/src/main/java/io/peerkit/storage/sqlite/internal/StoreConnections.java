// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.sqlite.JDBC;

/** Opens connections to a store's file, after making or checking what is in it. */
final class StoreConnections {
    /** More pages than any file system holds: no bound but the disk's. */
    static final long UNBOUNDED_PAGES = 4_294_967_294L;

    private StoreConnections() {}

    /**
     * Opens the connection that writes. Checks whose file it is and its version before it changes anything.
     *
     * @param maxPages where the file stops growing; a test's way to a full disk
     */
    static Connection writer(Path file, long maxPages) throws SQLException, IOException {
        checkName(file);
        PrivateFiles.make(file);
        if (!Files.isWritable(file)) {
            // SQLite would open it, and fail at the first write.
            throw new StorageException(file + ": the file cannot be opened for writing");
        }
        PrivateFiles.warnWhenOpen(file);
        Upgrade.clean(file);
        long version = version(file);
        if (version != 0 && version != Sql.SCHEMA_VERSION) {
            Upgrade.run(file, version);
        }
        Connection connection = connect(file);
        try (Statement statement = connection.createStatement()) {
            statement.execute(Sql.PAGE_SIZE);
            useLog(file, statement);
            for (String setting : Sql.WRITER_SETTINGS) {
                statement.execute(setting);
            }
            if (version == 0) {
                create(statement);
            }
            statement.execute(Sql.MAX_PAGES + maxPages);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static long version(Path file) throws SQLException {
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            return check(file, statement);
        }
    }

    /** Opens a connection that reads everything once and keeps nothing; to a store or to a copy of one. */
    static Connection copier(Path file) throws SQLException {
        return beside(file, Sql.COPIER_SETTINGS);
    }

    /** Opens the connection that reads; the writer's must have been opened before. */
    static Connection reader(Path file) throws SQLException {
        return beside(file, Sql.READER_SETTINGS);
    }

    /** Opens the connection that copies the log; the writer's must have been opened before. */
    static Connection checkpointer(Path file) throws SQLException {
        return beside(file, Sql.CHECKPOINTER_SETTINGS);
    }

    private static Connection beside(Path file, List<String> settings) throws SQLException {
        Connection connection = connect(file);
        try (Statement statement = connection.createStatement()) {
            for (String setting : settings) {
                statement.execute(setting);
            }
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Opens a connection with SQLite's own settings. */
    static Connection connect(Path file) throws SQLException {
        checkName(file);
        Properties settings = new Properties();
        // Else the driver prepares and runs a query for the number of the last row after each insert.
        settings.setProperty("jdbc.get_generated_keys", "false");
        Connection connection = JDBC.createConnection(JDBC.PREFIX + file, settings);
        try (Statement statement = connection.createStatement()) {
            statement.execute(Sql.BUSY_TIMEOUT);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static void checkName(Path file) {
        if (file.toString().indexOf('?') >= 0) {
            // The driver takes what stands behind it for settings and would open another file.
            throw new StorageException(file + ": the path has a question mark in it");
        }
    }

    /** Returns the version of what is in the file; 0 when it is empty. */
    private static long check(Path file, Statement statement) throws SQLException {
        long tables = number(statement, Sql.COUNT_TABLES);
        long application = number(statement, Sql.READ_APPLICATION_ID);
        long version = number(statement, Sql.READ_USER_VERSION);
        if (tables == 0 && application == 0 && version == 0) {
            return 0;
        }
        if (application != Sql.APPLICATION_ID) {
            throw new StorageException(file + ": this SQLite file is no store of Peerkit, application_id is "
                    + application + ", must be " + Sql.APPLICATION_ID);
        }
        if (version != Sql.SCHEMA_VERSION && !Upgrade.isKnown(version)) {
            throw new StorageException(file + ": the store has version " + version + ", this release knows up to "
                    + Sql.SCHEMA_VERSION + "; a newer release may open it");
        }
        return version;
    }

    private static void useLog(Path file, Statement statement) throws SQLException {
        try (ResultSet mode = statement.executeQuery(Sql.USE_LOG)) {
            if (!mode.next() || !"wal".equals(mode.getString(1))) {
                throw new StorageException(file + ": its file system cannot carry a write-ahead log");
            }
        }
    }

    /** One transaction: a crash leaves either an empty file or a complete store. */
    private static void create(Statement statement) throws SQLException {
        statement.execute(Sql.BEGIN);
        for (String sql : Sql.CREATE) {
            statement.execute(sql);
        }
        statement.execute(Sql.COMMIT);
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            if (!result.next()) {
                throw new SQLException("no answer to " + sql);
            }
            return result.getLong(1);
        }
    }
}
