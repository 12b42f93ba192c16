// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes one store the only user of its file: among processes by a lock on a file beside it, which the operating system
 * releases when the process dies, and within this process by a set.
 *
 * <p>The set comes first for a reason: POSIX drops all of a process's locks on a file when the process closes <em>any</em>
 * descriptor of it, so a second attempt here must not even open the lock file.
 */
final class StoreLock implements AutoCloseable {
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private StoreLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param file the store's file with links resolved, as {@link #resolve} does
     */
    static StoreLock take(Path file) {
        if (!HELD.add(file)) {
            throw new StorageException(file + ": the store is open in this process already");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    lockFile(file),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PrivateFiles.attributes(lockFile(file)));
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new StoreLock(file, channel);
            }
        } catch (IOException e) {
            abandon(file, channel);
            throw new StorageException(file + ": cannot lock " + lockFile(file) + " (" + e + ")", e);
        }
        abandon(file, channel);
        throw new StorageException(file + ": the store is locked: another process has it open");
    }

    /** Follows links, so that two names of one file cannot be opened at once. */
    static Path resolve(Path file) {
        try {
            if (Files.exists(file)) {
                return file.toRealPath();
            }
            Path folder = file.toAbsolutePath().normalize().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new StorageException(file + ": its folder does not exist");
            }
            return folder.toRealPath().resolve(file.getFileName());
        } catch (IOException e) {
            throw new StorageException(file + ": cannot be opened (" + e + ")", e);
        }
    }

    private static Path lockFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".lock");
    }

    private static void abandon(Path file, @Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new StorageException(file + ": cannot close its lock file", e);
        } finally {
            HELD.remove(file);
        }
    }

    @Override
    public void close() {
        abandon(file, channel);
    }
}
