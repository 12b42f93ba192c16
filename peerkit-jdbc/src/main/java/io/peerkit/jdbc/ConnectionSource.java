// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Gives connections to the application's database, such as {@code dataSource::getConnection}. Called on several threads. */
@FunctionalInterface
public interface ConnectionSource {
    /**
     * Opens a connection, or takes one from a pool.
     *
     * @return a connection that nobody else uses until it is closed; it is given back with auto-commit as it was
     * @throws SQLException when there is none
     */
    Connection open() throws SQLException;
}
