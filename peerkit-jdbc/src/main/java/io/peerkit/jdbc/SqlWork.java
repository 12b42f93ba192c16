// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** A piece of work with a connection. */
@FunctionalInterface
interface SqlWork<T> {
    T with(Connection connection) throws SQLException;
}
