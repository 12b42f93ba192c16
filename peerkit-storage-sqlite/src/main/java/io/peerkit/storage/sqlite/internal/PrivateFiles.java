// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes files that nobody but their owner may read (mode 0600, folders 0700), where the file system knows modes. */
final class PrivateFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);

    private static final Set<PosixFilePermission> FILE =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final Set<PosixFilePermission> FOLDER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private PrivateFiles() {}

    /** For the making of a file. */
    static FileAttribute<?>[] attributes(Path file) {
        return attributes(file, FILE);
    }

    /** Makes an empty file, unless it is there; SQLite gives the log and its index the mode that the file has. */
    static void make(Path file) throws IOException {
        try {
            Files.createFile(file, attributes(file, FILE));
        } catch (FileAlreadyExistsException e) {
            LOG.trace("{}: is there", file);
        }
    }

    /** Makes a folder, unless it is there. */
    static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, attributes(folder, FOLDER));
        } catch (FileAlreadyExistsException e) {
            LOG.trace("{}: is there", folder);
        }
    }

    /** Warns when others than the owner may read or write a file: the application may want that, so it is not refused. */
    static void warnWhenOpen(Path file) throws IOException {
        if (knowsModes(file)) {
            Set<PosixFilePermission> more = EnumSet.noneOf(PosixFilePermission.class);
            more.addAll(Files.getPosixFilePermissions(file));
            more.removeAll(FOLDER);
            if (!more.isEmpty()) {
                LOG.warn("{}: others than its owner may use the store's file: {}", file, more);
            }
        }
    }

    /** Makes what was made, renamed or deleted in a folder durable, where folders can be flushed. */
    static void force(Path folder) throws IOException {
        if (knowsModes(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> mode) {
        return knowsModes(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
                : new FileAttribute<?>[0];
    }

    private static boolean knowsModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
