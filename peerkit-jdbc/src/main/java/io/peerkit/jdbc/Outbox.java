// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Publishes what the application's transactions wrote, exactly once each: a table in the application's own database, to which a
 * transaction adds payloads together with its other writes, and a thread that publishes its rows and deletes them.
 *
 * <pre>{@code
 *   application's transaction        pump                          node's store
 *     INSERT task …
 *     outbox.add(connection, bytes)
 *     COMMIT ──────────────────────> reads row (id, payload)
 *                                    publishAllOnce(id, payload) ─> entry + record "id is published", one batch
 *                                    DELETE row, COMMIT
 *                                    forgetPublished(id) ─────────> removes the record
 * }</pre>
 *
 * <p>Wherever the process dies, the row is still there or its payload is published, and a row that is there again is answered
 * with its first publication. That holds for a killed process always, and for a machine that loses power as far as the database
 * and the store sync their commits.
 *
 * <p>Rows are published in the order of the calls of {@link #add}, as far as their transactions do not overlap. One node at a
 * time publishes a table; several processes may add to it.
 *
 * <p>The table, {@code peerkit_outbox} unless named otherwise, is created when it is missing (types of bytes as the database
 * calls them):
 *
 * <pre>{@code
 * CREATE TABLE peerkit_outbox (
 *   place BIGINT NOT NULL,
 *   id VARBINARY(16) NOT NULL,
 *   payload BLOB NOT NULL,
 *   PRIMARY KEY (place, id))
 * }</pre>
 *
 * <p>Safe for use by any thread.
 */
public final class Outbox implements AutoCloseable {
    /** The name of the table unless another is given. */
    public static final String DEFAULT_TABLE = "peerkit_outbox";

    /** The time between two looks at the table unless another is given. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

    private final ConnectionSource source;
    private final OutboxTable table;
    private final Duration interval;
    private Optional<OutboxPump> pump = Optional.empty();
    private boolean closed;

    private Outbox(ConnectionSource source, OutboxTable table, Duration interval) {
        this.source = source;
        this.table = table;
        this.interval = interval;
    }

    /**
     * Opens the outbox with the default table and interval.
     *
     * @param source gives connections to the application's database
     * @return the outbox; it publishes nothing until it is started
     * @throws SQLException when the table is missing and cannot be created
     */
    public static Outbox open(ConnectionSource source) throws SQLException {
        return open(source, DEFAULT_TABLE, DEFAULT_INTERVAL);
    }

    /**
     * Opens an outbox.
     *
     * @param source gives connections to the application's database
     * @param table a plain name, with its schema or without
     * @param interval how often to look at the table without being {@linkplain #wake woken}, 10 ms to 1 h
     * @return the outbox; it publishes nothing until it is started
     * @throws SQLException when the table is missing and cannot be created
     * @throws IllegalArgumentException when the name or the interval is not allowed
     */
    public static Outbox open(ConnectionSource source, String table, Duration interval) throws SQLException {
        if (interval.compareTo(Duration.ofMillis(10)) < 0 || interval.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("interval must be 10 ms to 1 h, not " + interval);
        }
        OutboxTable opened =
                OutboxTable.open(source, table, () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        return new Outbox(source, opened, interval);
    }

    /**
     * Adds a payload that is to be published if, and only if, the transaction commits. Call {@link #wake} after the commit, or
     * the payload waits for the next look at the table.
     *
     * @param connection the application's, in the transaction that writes what the payload tells of
     * @param payload at most {@link PeerkitNode#MAX_BLOB_BYTES} bytes
     * @throws SQLException when it cannot be written; the transaction should be rolled back
     * @throws LimitExceededException when it is too long
     */
    public void add(Connection connection, byte[] payload) throws SQLException {
        if (payload.length > PeerkitNode.MAX_BLOB_BYTES) {
            throw new LimitExceededException(
                    "payload of " + payload.length + " bytes, at most " + PeerkitNode.MAX_BLOB_BYTES);
        }
        table.add(connection, payload);
    }

    /**
     * Starts to publish, on a thread of its own, until the outbox or the node is closed. What fails (the database is away, the
     * store is full) is logged once, and tried again after 100 ms up to 30 s.
     *
     * @param node publishes
     * @throws IllegalStateException when it was started or closed before
     */
    public synchronized void start(PeerkitNode node) {
        if (closed || pump.isPresent()) {
            throw new IllegalStateException("the outbox was " + (closed ? "closed" : "started") + " before");
        }
        OutboxPump started = new OutboxPump(source, table, interval, node);
        pump = Optional.of(started);
        started.start();
    }

    /** A transaction that added something has committed: look at the table now. Never blocks; does nothing unless started. */
    public synchronized void wake() {
        pump.ifPresent(OutboxPump::wake);
    }

    /**
     * Counts the rows that wait to be published.
     *
     * @return how many are committed and not yet deleted
     * @throws SQLException when the table cannot be read
     */
    public long waiting() throws SQLException {
        return table.count(source);
    }

    /**
     * Ends the thread. What is not published stays in the table for the next start. Returns when the thread has ended, or after
     * 5 s. Close the outbox before the node. Repeating it does nothing.
     */
    @Override
    public void close() {
        Optional<OutboxPump> ending;
        synchronized (this) {
            closed = true;
            ending = pump;
        }
        ending.ifPresent(OutboxPump::close);
    }
}
