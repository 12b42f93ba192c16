// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sqlite.internal.SqliteStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A store in one SQLite file (write-ahead log, {@code synchronous=FULL}): what is acknowledged survives the death of the
 * process and of the machine.
 *
 * <p>An open store has three daemon threads: {@code peerkit-store-writer} and {@code peerkit-store-reader}, on which its
 * futures complete, and {@code peerkit-store-checkpointer}. Reads see a snapshot and never wait for a commit.
 *
 * <p>All writes that wait are committed together. When more than 64 MiB or 100,000 items would wait, a write fails at once with
 * {@link io.peerkit.api.LimitExceededException}; the same write works later. Reads do so when 16,384 wait.
 *
 * <p>When the disk is full, a write fails with {@link io.peerkit.api.StorageException} and leaves nothing behind; writes
 * work again when there is room. Damage that opening does not notice fails the calls that come upon it, and only those.
 */
public final class SqliteStorage implements StorageFactory {
    private final Path file;

    private SqliteStorage(Path file) {
        this.file = file;
    }

    /**
     * Keeps a store in a file.
     *
     * @param file made when it is not there; its folder must be there
     * @return the store, ready to be opened; nothing is touched yet
     */
    public static SqliteStorage at(Path file) {
        return new SqliteStorage(file.toAbsolutePath());
    }

    /**
     * {@inheritDoc}
     *
     * <p>A store that is open already, in this process or another, is refused.
     */
    @Override
    public Storage open() {
        return SqliteStore.open(file);
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
