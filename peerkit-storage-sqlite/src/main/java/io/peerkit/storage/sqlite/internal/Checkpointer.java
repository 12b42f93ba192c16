// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the log into the file while the writer goes on committing. Done by a commit, as SQLite does it by itself, a copy
 * stops all writes for 10 to 20 ms.
 *
 * <p>{@link #run} belongs to one thread, the rest is safe for use by any.
 */
final class Checkpointer implements Runnable, AutoCloseable {
    /** Pages of 4 KiB that are worth a copy: small, since the disk serves the copy's flush before a commit's. */
    static final int WORTH_PAGES = 1_000;

    /**
     * Copies in a row. Commits go on during one, and the log begins anew only when all of it is copied; each has only to
     * copy what came during the one before.
     */
    private static final int COPIES = 4;

    /**
     * Rest behind copies, in milliseconds. While entries come fast the log thus grows to its bound: an index page that
     * changed many times is then copied once.
     */
    private static final int REST_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final Path file;
    private final Statements statements;
    private final Object copying = new Object();
    private boolean wanted;
    private boolean closing;

    /** Takes the connection, which no other thread may use. */
    Checkpointer(Path file, Connection connection) throws SQLException {
        this.file = file;
        statements = new Statements(connection, Sql.CHECKPOINTS);
    }

    /** Wishes for a copy soon. */
    synchronized void wake() {
        wanted = true;
        notifyAll();
    }

    /** Copies at once on the writer's connection and thread: SQLite lets only one copy at a time, so this waits its turn. */
    void copyFor(StoreWriter writer) throws SQLException {
        synchronized (copying) {
            writer.copyLog();
        }
    }

    /** Lets the writer write the file anew, if anything was removed; the log holds it all then, so nothing is copied meanwhile. */
    void vacuumWith(StoreWriter writer) throws SQLException {
        synchronized (copying) {
            writer.vacuum();
        }
    }

    /** Copies all of the log on the writer's connection and thread and empties it; says whether that was possible. */
    boolean emptyLogFor(StoreWriter writer) throws SQLException {
        synchronized (copying) {
            return writer.emptyLog();
        }
    }

    /** Ends after {@link #stop}. */
    @Override
    public void run() {
        while (true) {
            try {
                if (!awaitWish()) {
                    return;
                }
                copy();
                rest();
            } catch (InterruptedException e) {
                LOG.warn("{}: interrupted, goes on", file);
            }
        }
    }

    private synchronized boolean awaitWish() throws InterruptedException {
        while (!wanted && !closing) {
            wait();
        }
        wanted = false;
        return !closing;
    }

    private synchronized void rest() throws InterruptedException {
        long end = System.nanoTime() + REST_MILLIS * 1_000_000L;
        for (long left = end - System.nanoTime(); left > 0 && !closing; left = end - System.nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
    }

    private void copy() {
        try {
            boolean done = false;
            for (int i = 0; i < COPIES && !done; i++) {
                synchronized (copying) {
                    done = LogState.after(statements.of(Sql.COPY_LOG)).toCopy() == 0;
                }
            }
        } catch (SQLException e) {
            // Nothing is lost: the log holds it all, and the next copy begins where this one failed.
            LOG.debug("{}: the log was not copied", file, e);
            forget();
        }
    }

    private void forget() {
        try {
            statements.forget();
        } catch (SQLException e) {
            LOG.debug("{}: a statement did not close", file, e);
        }
    }

    /** Lets {@link #run} end. */
    synchronized void stop() {
        closing = true;
        notifyAll();
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
