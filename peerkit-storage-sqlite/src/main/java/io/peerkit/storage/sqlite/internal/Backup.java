// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.ClosedException;
import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Copies a store while it is written to: the state of one moment, in a new file, with the chunks in a folder beside it.
 *
 * <p>{@code VACUUM INTO} reads one snapshot and leaves out what was removed. It holds up nobody, but the log cannot begin anew
 * until it is done, so that it grows by what is written meanwhile. Chunk files only grow, and none is deleted
 * while this runs, so the chunks of the snapshot can be copied behind it.
 *
 * <p>All of it is made under other names, flushed, checked and then renamed, the file last: where the file is, the backup is whole.
 */
final class Backup {
    private static final String CHUNKS = "SELECT file, position, length, crc FROM chunk ORDER BY file, position";

    private final Path file;
    private final Path target;
    private volatile boolean cancelled;
    private volatile @Nullable Statement copying;

    Backup(Path file, Path target) {
        this.file = file;
        this.target = target.toAbsolutePath();
    }

    /** Copies. No file is deleted from the beginning to the end of this. */
    void run() throws SQLException, IOException {
        Path chunks = ChunkFiles.folderOf(target);
        refuseIfThere(target);
        refuseIfThere(chunks);
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Path chunksPart = ChunkFiles.folderOf(part);
        delete(part, chunksPart);
        try {
            copyFile(part);
            copyChunks(part);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            refuseIfThere(target);
            refuseIfThere(chunks);
            if (Files.exists(chunksPart)) {
                Files.move(chunksPart, chunks, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            PrivateFiles.force(target.resolveSibling("."));
        } finally {
            delete(part, chunksPart);
        }
    }

    /** Ends the work soon, with a failure. Safe for use by any thread. */
    void cancel() {
        cancelled = true;
        Statement statement = copying;
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException e) {
                throw new StorageException(file + ": the backup cannot be cancelled", e);
            }
        }
    }

    private void copyFile(Path part) throws SQLException, IOException {
        PrivateFiles.make(part);
        try (Connection connection = StoreConnections.copier(file);
                PreparedStatement copy = connection.prepareStatement(Sql.COPY_INTO)) {
            copying = copy;
            checkCancelled();
            copy.setString(1, part.toString());
            copy.executeUpdate();
        } catch (SQLException e) {
            checkCancelled();
            throw e;
        } finally {
            copying = null;
        }
    }

    private void copyChunks(Path part) throws SQLException, IOException {
        try (Connection connection = StoreConnections.copier(part);
                ChunkInput input = new ChunkInput(new ChunkFiles(file));
                ChunkOutput output = new ChunkOutput(new ChunkFiles(part))) {
            IntegrityCheck.structure(part, connection, Sql.QUICK_CHECK);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(CHUNKS)) {
                while (row.next()) {
                    checkCancelled();
                    ChunkPlace place = ChunkPlace.of(row);
                    output.write(place, input.read(place));
                }
            }
            output.force();
        }
    }

    /** Writes chunks where they lie in the store: the rows then hold for the copy. Gaps between them take no room. */
    private static final class ChunkOutput implements AutoCloseable {
        private final ChunkFiles files;
        private final ByteBuffer buffer = ChunkFiles.buffer(ChunkFiles.TRANSFER_BYTES);
        private @Nullable FileChannel channel;
        private long number;

        ChunkOutput(ChunkFiles files) {
            this.files = files;
        }

        void write(ChunkPlace place, byte[] bytes) throws IOException {
            FileChannel open = channel;
            if (open == null || number != place.file()) {
                force();
                close();
                number = place.file();
                open = files.make(number);
                channel = open;
            }
            buffer.clear().put(bytes).put(new byte[ChunkPlace.room(bytes.length) - bytes.length]);
            long position = place.position();
            for (buffer.flip(); buffer.hasRemaining(); ) {
                position += open.write(buffer, position);
            }
        }

        void force() throws IOException {
            if (channel != null) {
                channel.force(true);
            }
        }

        @Override
        public void close() throws IOException {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private void checkCancelled() {
        if (cancelled) {
            throw new ClosedException("the store is closed");
        }
    }

    private static void refuseIfThere(Path path) {
        if (Files.exists(path)) {
            throw new StorageException(path + ": is there already; a backup overwrites nothing");
        }
    }

    private static void delete(Path part, Path chunks) throws IOException {
        Files.deleteIfExists(part);
        if (Files.exists(chunks)) {
            try (var files = Files.newDirectoryStream(chunks)) {
                for (Path chunk : files) {
                    Files.deleteIfExists(chunk);
                }
            } catch (NoSuchFileException e) {
                throw new StorageException(chunks + ": somebody else deletes it", e);
            }
            Files.deleteIfExists(chunks);
        }
    }
}
