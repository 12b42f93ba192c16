// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reads the rows that an application shares, page by page. */
@FunctionalInterface
public interface SharedRows {
    /**
     * Reads a page.
     *
     * @param connection in a transaction
     * @param after the key of the last row of the page before, or nothing for the first page
     * @param limit the most rows to give
     * @return the next rows in an order of the application's choice that does not change; none when there are no more
     * @throws SQLException when they cannot be read
     */
    List<SharedRow> page(Connection connection, Optional<byte[]> after, int limit) throws SQLException;
}
