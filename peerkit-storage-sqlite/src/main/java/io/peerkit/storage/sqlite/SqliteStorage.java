// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.internal.SqliteStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A store in one SQLite file (write-ahead log, {@code synchronous=FULL}): what is acknowledged survives the death of the
 * process and of the machine.
 *
 * <p>An open store has four daemon threads: {@code peerkit-store-writer}, {@code peerkit-store-reader} and {@code
 * peerkit-store-chunks}, on which its futures complete, and {@code peerkit-store-checkpointer}; a backup has its own. Reads see a
 * snapshot and never wait for a commit.
 *
 * <p>All writes that wait are committed together. When more than 64 MiB or 100,000 items would wait, a write fails at once with
 * {@link io.peerkit.api.LimitExceededException}; the same write works later. Reads do so when 16,384 wait.
 *
 * <p>When the disk is full, a write fails with {@link io.peerkit.api.StorageException} and leaves nothing behind; writes
 * work again when there is room. Damage that opening does not notice fails the calls that come upon it, and only those.
 */
public final class SqliteStorage implements StorageFactory {
    private final Path file;
    private final boolean checked;

    private SqliteStorage(Path file, boolean checked) {
        this.file = file;
        this.checked = checked;
    }

    /**
     * Keeps a store in a file.
     *
     * @param file made when it is not there, for its owner alone; its folder must be there
     * @return the store, ready to be opened; nothing is touched yet
     */
    public static SqliteStorage at(Path file) {
        return new SqliteStorage(file.toAbsolutePath(), false);
    }

    /**
     * Looks through all of the store for damage when it is opened, which takes the time of reading it. Damage found fails the
     * opening, with the first finding in the message.
     *
     * @return the store so checked, ready to be opened
     */
    public SqliteStorage checkIntegrity() {
        return new SqliteStorage(file, true);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A store that is open already, in this process or another, is refused. One that an earlier release wrote is brought to
     * today's form first, which needs room for a second copy.
     */
    @Override
    public Storage open() {
        return SqliteStore.open(file, checked);
    }

    /**
     * Copies the store while it is open and in use: its state at one moment, without what was removed. The copy is a store itself; to
     * restore it, put it in the place of the old one. The keys ({@link #keyFile}) are not in it.
     *
     * <p>Reads and writes go on meanwhile. The log grows by what is written, compaction waits, and closing the store ends it.
     *
     * @param target the new file, with chunks beside it as {@code target.chunks}; nothing of these may be there. Readable for the
     *     owner alone
     * @return a future that completes when the copy is checked and on the disk, or fails with {@link
     *     io.peerkit.api.StorageException} (something is there already, no room, another backup under way) or {@link
     *     io.peerkit.api.ClosedException} (the store is not open in this process, or was closed); nothing is left behind then
     */
    public CompletableFuture<Void> backup(Path target) {
        return SqliteStore.backup(file, target.toAbsolutePath());
    }

    /**
     * {@inheritDoc}
     *
     * <p>For {@code notes.db} it is {@code notes.db.keys}.
     */
    @Override
    public Optional<Path> keyFile() {
        return Optional.of(file.resolveSibling(file.getFileName() + ".keys"));
    }
}
