// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The directory of a local server, held by one opener at a time. */
final class ServerDirectory implements AutoCloseable {
    private static final int PASSWORD_BYTES = 24;
    private static final long MAX_FILE_BYTES = 1_024;
    private static final long END_SECONDS = 10;

    private final Path path;
    private final FileChannel channel;

    private ServerDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Takes a directory.
     *
     * @throws StorageException when somebody has it, or it cannot be written
     */
    static ServerDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw new StorageException(path + ": is open already, in this process or another");
            }
            return new ServerDirectory(path, channel);
        } catch (IOException e) {
            throw new StorageException(path + ": cannot be used for a server (" + e.getMessage() + ")", e);
        }
    }

    private static @org.jspecify.annotations.Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    Path data() {
        return path.resolve("data");
    }

    /** The root user's password: the server keeps the one that it was first started with, so it is kept here too. */
    String password() throws IOException {
        Path file = path.resolve("credentials");
        byte[] fresh = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(fresh);
        try {
            Files.createFile(file, ownerOnly(file));
            Files.writeString(file, HexFormat.of().formatHex(fresh), StandardCharsets.US_ASCII);
        } catch (FileAlreadyExistsException e) {
            // Made by an earlier opening.
        }
        String kept = small(file).strip();
        if (kept.length() != 2 * PASSWORD_BYTES) {
            throw new StorageException(
                    file + ": has " + kept.length() + " characters, must have " + 2 * PASSWORD_BYTES);
        }
        return kept;
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Ends a server that outlived the process which started it: it would hold the data. */
    void endOrphan() throws IOException {
        Path file = path.resolve("process");
        if (!Files.exists(file)) {
            return;
        }
        List<String> parts = List.of(small(file).strip().split(" ", 2));
        try {
            long pid = Long.parseLong(parts.get(0));
            ProcessHandle.of(pid)
                    .filter(process -> parts.size() == 2 && identity(process).equals(parts.get(1)))
                    .ifPresent(ServerDirectory::end);
        } catch (NumberFormatException e) {
            throw new StorageException(file + ": does not begin with the number of a process", e);
        }
    }

    void note(ProcessHandle server) throws IOException {
        Files.writeString(path.resolve("process"), server.pid() + " " + identity(server), StandardCharsets.US_ASCII);
    }

    void forgetServer() throws IOException {
        Files.deleteIfExists(path.resolve("process"));
    }

    /** Numbers of processes are used again; together with the time of the start they are not. */
    private static String identity(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(start -> String.valueOf(start.toEpochMilli()))
                .orElse("unknown");
    }

    /** Asks a process to end, and makes it end. */
    static void end(ProcessHandle process) {
        process.destroy();
        try {
            var unused = process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
            process.onExit().join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String small(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new StorageException(file + ": " + Files.size(file) + " bytes, at most " + MAX_FILE_BYTES);
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    /** Lets the directory go. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException(path + ": the lock was not released", e);
        }
    }
}
