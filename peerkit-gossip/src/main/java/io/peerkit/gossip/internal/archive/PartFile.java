// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is written beside its place and put there when it is complete: {@code FILE.part}. Only its owner may read it
 * (mode 0600), from its first byte on, where the file system knows such a thing.
 */
final class PartFile implements AutoCloseable {
    private static final Set<OpenOption> OPEN = Set.of(
            StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final Logger LOG = LoggerFactory.getLogger(PartFile.class);

    private final Path file;
    private final Path part;
    private final FileChannel channel;

    private PartFile(Path file, Path part, FileChannel channel) {
        this.file = file;
        this.part = part;
        this.channel = channel;
    }

    /**
     * Opens what is there of the file, or begins it.
     *
     * @throws StorageException when the file is there already, or another process writes it
     */
    static PartFile open(Path file) throws IOException {
        Path place = file.toAbsolutePath();
        if (Files.exists(place)) {
            throw new StorageException(file + " exists; an export never replaces a file");
        }
        Path folder = place.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new StorageException(file + " cannot be made: there is no folder " + folder);
        }
        Path part = place.resolveSibling(place.getFileName() + ".part");
        FileChannel channel = FileChannel.open(part, OPEN, ownerOnly(folder));
        try {
            lock(part, channel);
            if (isPosix(folder)) {
                // One that was there may have been copied here with another mode.
                Files.setPosixFilePermissions(part, OWNER_ONLY);
            }
            return new PartFile(place, part, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The lock goes with the channel. */
    private static void lock(Path part, FileChannel channel) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // By this process: said below.
        }
        throw new StorageException(part + " is being written by another export");
    }

    private static FileAttribute<?>[] ownerOnly(Path folder) throws IOException {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path folder) throws IOException {
        return Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class);
    }

    FileChannel channel() {
        return channel;
    }

    /** Puts the file, complete and durable, in its place. */
    void complete() throws IOException {
        channel.force(true);
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        syncFolder();
    }

    /** Makes the new name durable, where the system lets a folder be opened. */
    private void syncFolder() {
        try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            LOG.debug("the folder of {} cannot be flushed", file, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
