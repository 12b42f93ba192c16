// SPDX-License-Identifier: Apache-2.0
/**
 * Ties an application's own relational database to a node, so that the application's transactions and what is shared cannot come
 * apart: {@link io.peerkit.jdbc.Outbox} publishes what a transaction wrote, {@link io.peerkit.jdbc.JdbcHooks} writes what
 * peers published in a transaction, {@link io.peerkit.jdbc.Rescan} publishes what was written while nothing of this ran.
 *
 * <p>Each keeps a small table of its own beside the application's, in SQL that SQLite, PostgreSQL, MySQL, MariaDB and H2
 * understand.
 */
package io.peerkit.jdbc;
