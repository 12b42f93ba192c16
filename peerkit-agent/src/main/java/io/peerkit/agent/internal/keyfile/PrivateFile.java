// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import io.peerkit.api.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A small file that only its owner may read and that is replaced whole or not at all. */
final class PrivateFile {
    /** How the names of files that are not finished end. */
    private static final String FRESH = ".new";

    /** Mode 0600. */
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private PrivateFile() {}

    /** Reads the file, or gives nothing when there is none; fails when it is open to others or too long. */
    static Optional<byte[]> read(Path file, int maxBytes) {
        byte[] content;
        try (InputStream input = Files.newInputStream(file)) {
            requirePrivate(file);
            content = input.readNBytes(maxBytes + 1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StorageException("key file " + file + " cannot be read: " + e, e);
        }
        if (content.length > maxBytes) {
            throw new StorageException(
                    "key file " + file + " is longer than " + maxBytes + " bytes; it is no key file");
        }
        return Optional.of(content);
    }

    private static void requirePrivate(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> permissions = view.readAttributes().permissions();
        if (!OWNER.containsAll(permissions)) {
            throw new StorageException("key file " + file + " has mode " + PosixFilePermissions.toString(permissions)
                    + ", must not be open to group or others: chmod 600 " + file
                    + ", and if others may have read it, start anew with another file");
        }
    }

    /**
     * Makes the file with this content, durably.
     *
     * @return false when there is one already, which is left as it is
     */
    static boolean create(Path file, byte[] content) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new StorageException("key file " + file + " cannot be made: there is no folder " + folder);
        }
        Path fresh = folder.resolve(freshName(file));
        try {
            try {
                write(fresh, content);
                return publish(fresh, file, content);
            } finally {
                Files.deleteIfExists(fresh);
                syncFolder(folder);
            }
        } catch (IOException e) {
            throw new StorageException("key file " + file + " cannot be made: " + e, e);
        }
    }

    /**
     * Puts new content in the place of the old by a rename, durably, and then overwrites the old where it lay. A process that dies
     * meanwhile leaves the one or the other whole.
     *
     * @throws StorageException when the file does not have the old content, or cannot be replaced
     */
    static void replace(Path file, byte[] old, byte[] content) {
        try {
            // A rename would put the file in the place of a link to it and leave the old one where it was.
            Path real = file.toRealPath();
            Path folder = Objects.requireNonNull(real.getParent(), "a file has a folder");
            if (!Arrays.equals(read(real, KeyFileFormat.MAX_BYTES).orElse(new byte[0]), old)) {
                throw new StorageException(
                        "key file " + file + " is not what it was when it was opened; it is left as it is");
            }
            Path fresh = folder.resolve(freshName(real));
            try (SeekableByteChannel before = openForOverwriting(real)) {
                try {
                    write(fresh, content);
                    Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(fresh);
                }
                syncFolder(folder);
                if (before != null) {
                    writeAll(before, new byte[old.length]);
                }
            }
            removeUnfinished(folder, real);
        } catch (IOException e) {
            throw new StorageException("key file " + file + " cannot be replaced: " + e, e);
        }
    }

    /** Nothing where the system knows no POSIX permissions: on Windows a file that is open cannot be replaced. */
    private static @Nullable SeekableByteChannel openForOverwriting(Path file) throws IOException {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class) == null
                ? null
                : Files.newByteChannel(file, StandardOpenOption.WRITE);
    }

    /** What processes that died while they made this file left behind may hold its secret. */
    private static void removeUnfinished(Path folder, Path file) throws IOException {
        String start = "." + file.getFileName() + ".";
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(
                folder,
                path -> path.getFileName().toString().startsWith(start)
                        && path.getFileName().toString().endsWith(FRESH))) {
            for (Path unfinished : siblings) {
                Files.deleteIfExists(unfinished);
            }
        }
    }

    private static String freshName(Path file) {
        return "." + file.getFileName() + "." + UUID.randomUUID() + FRESH;
    }

    /** A link, unlike a rename, never takes the place of a file that another process made in the meantime. */
    private static boolean publish(Path fresh, Path file, byte[] content) throws IOException {
        try {
            Files.createLink(file, fresh);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | IOException noLinks) {
            try {
                write(file, content);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (IOException e) {
                e.addSuppressed(noLinks);
                throw e;
            }
        }
    }

    /** Fails when the file is there; sets the mode with the very call that makes it. */
    private static void write(Path file, byte[] content) throws IOException {
        boolean posix = Files.getFileStore(file.toAbsolutePath().getParent())
                .supportsFileAttributeView(PosixFileAttributeView.class);
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (SeekableByteChannel channel = Files.newByteChannel(file, options, attributes)) {
            if (!posix) {
                restrictWithoutPosix(file);
            }
            writeAll(channel, content);
        }
    }

    private static void writeAll(SeekableByteChannel channel, byte[] content) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        if (channel instanceof FileChannel forceable) {
            forceable.force(true);
        }
    }

    /** The best that Java offers on such a file system; it may do nothing, as the documentation says. */
    private static void restrictWithoutPosix(Path path) {
        if (path.getFileSystem() == FileSystems.getDefault()) {
            File file = path.toFile();
            boolean ignored = file.setReadable(false, false)
                    && file.setReadable(true, true)
                    && file.setWritable(false, false)
                    && file.setWritable(true, true);
        }
    }

    /** Makes the file's name durable. Some systems cannot open a folder; there it is durable without. */
    private static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException | UnsupportedOperationException e) {
            // Windows, and file systems without folders: nothing more can be done.
        }
    }
}
