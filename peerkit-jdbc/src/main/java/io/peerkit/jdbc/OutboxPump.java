// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.ClosedException;
import io.peerkit.api.KeyedBlob;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.PeerkitNode;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Publishes the rows of an outbox, page by page, on a thread of its own. A page is published whole before the next one is
 * read, so that rows keep their order when the store fails in between.
 */
final class OutboxPump {
    /** How long to wait after a failure; doubled with each further one. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);

    /** The longest wait after a failure. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** How long closing waits for the thread. */
    private static final Duration END_WAIT = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger(OutboxPump.class.getName());

    private final ConnectionSource source;
    private final OutboxTable table;
    private final Duration interval;
    private final PeerkitNode node;
    private final Thread thread = new Thread(this::run, "peerkit-outbox");
    private final Object signal = new Object();

    /** Guarded by the signal. */
    private boolean woken;

    /** Guarded by the signal. */
    private boolean closed;

    OutboxPump(ConnectionSource source, OutboxTable table, Duration interval, PeerkitNode node) {
        this.source = source;
        this.table = table;
        this.interval = interval;
        this.node = node;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void wake() {
        synchronized (signal) {
            woken = true;
            signal.notifyAll();
        }
    }

    void close() {
        synchronized (signal) {
            closed = true;
            signal.notifyAll();
        }
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            // Not interrupted: that would break a statement under way, and with some drivers the connection.
            thread.join(END_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        int failures = 0;
        try {
            while (!isClosed()) {
                try {
                    boolean more = publishPage();
                    if (failures > 0) {
                        LOG.log(Level.INFO, "the outbox publishes again");
                    }
                    failures = 0;
                    if (!more) {
                        await(interval, true);
                    }
                } catch (SQLException | RuntimeException e) { // drivers and pools throw unchecked ones too
                    if (e instanceof ClosedException) {
                        return;
                    }
                    log(failures, e);
                    await(waitAfter(failures), false);
                    failures++;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Duration waitAfter(int failures) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failures, 20));
        return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }

    private static void log(int failures, Exception e) {
        Level level = failures == 0 ? Level.WARNING : Level.DEBUG;
        LOG.log(level, "the outbox cannot publish; it tries again, and logs at debug level until it can", e);
    }

    /** Returns whether there may be more. */
    private boolean publishPage() throws SQLException, InterruptedException {
        synchronized (signal) {
            // Before the look: what is committed from now on may be missed by it.
            woken = false;
        }
        List<OutboxTable.Row> page = table.page(source);
        if (page.isEmpty()) {
            return false;
        }
        finish(node.publishAllOnce(
                page.stream().map(row -> new KeyedBlob(row.id(), row.payload())).toList()));
        table.remove(source, page);
        // Only now: until the rows are gone for good a repetition may come.
        finish(node.forgetPublished(page.stream().map(OutboxTable.Row::id).toList()));
        return true;
    }

    /** Waits until the node answers; it fails all its futures when it is closed. */
    private static <T> void finish(CompletableFuture<T> answer) throws InterruptedException {
        try {
            answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PeerkitException known ? known : new IllegalStateException(e);
        }
    }

    private boolean isClosed() {
        synchronized (signal) {
            return closed;
        }
    }

    private void await(Duration time, boolean wakeable) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        synchronized (signal) {
            for (long left = time.toNanos();
                    left > 0 && !closed && !(wakeable && woken);
                    left = end - System.nanoTime()) {
                signal.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
    }
}
