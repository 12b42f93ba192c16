// SPDX-License-Identifier: Apache-2.0
package io.peerkit.jdbc;

import io.peerkit.api.BlobHash;
import io.peerkit.api.Change;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageException;
import io.peerkit.api.StorageHooks;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hooks that write each entry of a peer into the application's tables exactly once, in one transaction with a note that it came.
 * Entries that arrive while a transaction runs go into the next one together, up to {@value #MAX_BATCH}.
 *
 * <p>The node's store is committed after that transaction. When the process dies between the two the entries come again, are
 * recognised by their notes and not applied again. When the application throws, the whole transaction is rolled back and its entries are
 * applied again in smaller ones, in the end alone; the one on which it throws alone comes again in a later round, and the others
 * are not harmed.
 *
 * <p>One transaction runs at a time, since many databases have one writer, and the entries are applied in the order of arrival. One
 * that does not end before the node's deadline is left to itself: its entries are tried again, and its note or its rollback decides.
 *
 * <p>The notes are rows of a table, {@code peerkit_inbox} unless named otherwise, which is created when it is missing:
 *
 * <pre>{@code
 * CREATE TABLE peerkit_inbox (
 *   entry VARBINARY(32) NOT NULL PRIMARY KEY,
 *   verdict INTEGER NOT NULL,
 *   arrivals INTEGER NOT NULL)
 * }</pre>
 *
 * <p>A note may go when the node's store has the entry; then it cannot come again. The hooks delete such notes by themselves, up to
 * {@value #MAX_SETTLED} at a time with a later entry or when they are closed. Notes that stay are those of the moment at which a
 * process died: a few hundred at most each time, of some 50 bytes. Do not delete those by their age: an entry that the store lacks
 * may come from a peer that was away for a year.
 *
 * <p>Safe for use by any thread.
 */
public final class JdbcHooks implements StorageHooks, AutoCloseable {
    /** The name of the table unless another is given. */
    public static final String DEFAULT_TABLE = "peerkit_inbox";

    /** The most entries in a transaction. */
    public static final int MAX_BATCH = 256;

    /** With so many notes that may go, they are deleted. */
    public static final int MAX_SETTLED = 256;

    private static final System.Logger LOG = System.getLogger(JdbcHooks.class.getName());

    /** Takes an entry over into the application's tables. */
    @FunctionalInterface
    public interface Apply {
        /**
         * Writes what an entry tells. Called on the node's user executor, one entry at a time, again for the same entry when the
         * transaction did not commit: have no effect but by the connection.
         *
         * @param connection in a transaction, which is committed with this entry or with several; do not commit, roll back or close
         * @param incoming the entry, checked; what stands in its blob may be anything that a member of the network wrote
         * @return {@link IntegrationVerdict#ACCEPTED} when the node's store is to keep the payload,
         *     {@link IntegrationVerdict#KEPT} when the application does and gives it back by its {@link Blobs},
         *     {@link IntegrationVerdict#REJECTED} when nobody does: then everything written here is rolled back
         * @throws SQLException when it cannot be written now; the entry comes again. The same for unchecked exceptions
         */
        IntegrationVerdict apply(Connection connection, Incoming incoming) throws SQLException;
    }

    /** Gives back payloads from the application's tables. */
    @FunctionalInterface
    public interface Blobs {
        /**
         * Reads a payload. Called on the node's user executor, up to two calls at a time.
         *
         * @param connection in a transaction that ends on return
         * @param hash names the payload
         * @return exactly the bytes that were published or received, or nothing when the application does not have them
         * @throws SQLException when it cannot be read now; counts as nothing
         */
        Optional<byte[]> blob(Connection connection, BlobHash hash) throws SQLException;
    }

    /** Removes from the application's tables what a deleted entry brought. */
    @FunctionalInterface
    public interface Remove {
        /**
         * Removes an entry's payload and all that was derived from it. Called on the node's user executor, one entry at a time, again until
         * it returns; the entry may be one that this application never took over.
         *
         * @param connection in a transaction that is committed on return; do not commit, roll back or close
         * @param removed the entry
         * @throws SQLException when it cannot be removed now; called again some seconds later. The same for unchecked exceptions
         */
        void remove(Connection connection, Removed removed) throws SQLException;
    }

    private final ConnectionSource source;
    private final InboxTable table;
    private final Apply apply;
    private final Optional<Blobs> blobs;
    private final Optional<Remove> remove;
    private final AtomicInteger integrating = new AtomicInteger();

    private JdbcHooks(
            ConnectionSource source, InboxTable table, Apply apply, Optional<Blobs> blobs, Optional<Remove> remove) {
        this.source = source;
        this.table = table;
        this.apply = apply;
        this.blobs = blobs;
        this.remove = remove;
    }

    /**
     * The same hooks, for an application from whose tables deleted entries go too. Without this what it took over from them stays.
     *
     * @param removal removes what an entry brought
     * @return the hooks to use instead of these
     */
    public JdbcHooks removing(Remove removal) {
        return new JdbcHooks(source, table, apply, blobs, Optional.of(removal));
    }

    /**
     * Hooks for an application that takes entries over into its tables, while the node's store keeps the payloads too, to serve them
     * to peers.
     *
     * @param source gives connections to the application's database
     * @param apply takes an entry over; does not answer {@code KEPT}
     * @return the hooks, for {@code Peerkit.node().hooks(…)}
     * @throws SQLException when the table is missing and cannot be created
     */
    public static JdbcHooks open(ConnectionSource source, Apply apply) throws SQLException {
        return open(source, DEFAULT_TABLE, apply, Optional.empty());
    }

    /**
     * Hooks of an application that may also keep the payloads in the node's place.
     *
     * @param source gives connections to the application's database
     * @param table a plain name, with its schema or without
     * @param apply takes an entry over
     * @param blobs gives back what {@code apply} kept, and all that this node publishes, from the moment at which it publishes
     *     it; without it the node's store keeps what this node publishes, and {@code apply} does not answer {@code KEPT}
     * @return the hooks
     * @throws SQLException when the table is missing and cannot be created
     * @throws IllegalArgumentException when the name is not allowed
     */
    public static JdbcHooks open(ConnectionSource source, String table, Apply apply, Optional<Blobs> blobs)
            throws SQLException {
        return new JdbcHooks(source, InboxTable.open(source, table), apply, blobs, Optional.empty());
    }

    @Override
    public int maxBatch() {
        return MAX_BATCH;
    }

    @Override
    public int maxConcurrency() {
        return 1;
    }

    @Override
    public IntegrationVerdict onIntegrate(Incoming incoming) {
        return onIntegrateAll(List.of(incoming)).get(0);
    }

    @Override
    public List<IntegrationVerdict> onIntegrateAll(List<Incoming> batch) {
        integrating.incrementAndGet();
        try {
            return table.once(source, batch, (connection, incoming) -> {
                IntegrationVerdict verdict = apply.apply(connection, incoming);
                if (verdict == IntegrationVerdict.KEPT && blobs.isEmpty()) {
                    throw new IllegalStateException("an entry was KEPT by an application that gives no blobs back");
                }
                return verdict;
            });
        } catch (SQLException e) {
            throw new StorageException("the application's tables failed: " + e.getMessage(), e);
        } finally {
            integrating.decrementAndGet();
        }
    }

    @Override
    public Optional<byte[]> blob(BlobHash hash) {
        if (blobs.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Transactions.run(source, connection -> blobs.get().blob(connection, hash));
        } catch (SQLException e) {
            throw new StorageException("the application's tables failed: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean keepsBlobs() {
        return blobs.isPresent();
    }

    @Override
    public void onRemove(Removed removed) {
        if (remove.isEmpty()) {
            return;
        }
        try {
            Transactions.run(source, connection -> {
                remove.get().remove(connection, removed);
                return removed;
            });
        } catch (SQLException e) {
            throw new StorageException("the application's tables failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void changed(Change change) {
        // While entries come, their transactions delete the notes; one beside them would only make a writer wait.
        if (change instanceof Change.Integrated integrated
                && table.settle(integrated.entry()) >= MAX_SETTLED
                && integrating.get() == 0) {
            deleteSettled();
        }
    }

    private void deleteSettled() {
        try {
            table.deleteSettled(source);
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "notes that may go could not be deleted; they go later", e);
        }
    }

    /** Deletes the notes that may go. Close the node first. Repeating it does no harm. */
    @Override
    public void close() {
        deleteSettled();
    }
}
