// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.StoredChunk;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Adds, moves and removes chunks within a transaction. Belongs to the writer's thread. */
final class ChunkWriter implements AutoCloseable {
    private final ChunkFiles files;
    private final ChunkAppender appender;
    private final ChunkInput input;

    /** Files that lost a chunk and may have none any more. */
    private final TreeSet<Long> lessened = new TreeSet<>();

    private ChunkWriter(ChunkFiles files, long lastNumber) {
        this.files = files;
        appender = new ChunkAppender(files, lastNumber);
        input = new ChunkInput(files);
    }

    /** Deletes what the table does not refer to. */
    static ChunkWriter open(ChunkFiles files, Connection connection) throws SQLException, IOException {
        Map<Long, Long> ends = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            lives(statement).forEach((file, live) -> ends.put(file, live.end));
        }
        return new ChunkWriter(files, files.clean(ends));
    }

    /**
     * What of a file is in use.
     *
     * @param end where its last chunk's room ends
     * @param bytes of room that its chunks take
     */
    private record Live(long end, long bytes) {}

    private static Map<Long, Live> lives(Statement statement) throws SQLException {
        Map<Long, Live> lives = new TreeMap<>();
        try (ResultSet row = statement.executeQuery(Sql.CHUNK_FILES)) {
            while (row.next()) {
                long end =
                        (row.getLong(2) + ChunkFiles.BLOCK_BYTES - 1) / ChunkFiles.BLOCK_BYTES * ChunkFiles.BLOCK_BYTES;
                lives.put(row.getLong(1), new Live(end, row.getLong(3)));
            }
        }
        return lives;
    }

    void add(Statements statements, List<StoredChunk> chunks) throws SQLException, IOException {
        for (StoredChunk chunk : chunks) {
            byte[] hash = chunk.hash().toBytes();
            if (place(statements, hash).isEmpty()) {
                ChunkPlace place = appender.add(chunk.bytes());
                PreparedStatement add = statements.of(Sql.ADD_CHUNK);
                add.setBytes(1, hash);
                add.setLong(2, place.file());
                add.setLong(3, place.position());
                add.setInt(4, place.length());
                add.setLong(5, place.crc());
                add.executeUpdate();
            }
        }
    }

    void remove(Statements statements, List<BlobHash> hashes) throws SQLException {
        for (BlobHash chunk : hashes) {
            byte[] hash = chunk.toBytes();
            Optional<ChunkPlace> place = place(statements, hash);
            if (place.isPresent()) {
                PreparedStatement remove = statements.of(Sql.REMOVE_CHUNK);
                remove.setBytes(1, hash);
                remove.executeUpdate();
                lessened.add(place.get().file());
            }
        }
    }

    private static Optional<ChunkPlace> place(Statements statements, byte[] hash) throws SQLException {
        PreparedStatement chunk = statements.of(Sql.CHUNK);
        chunk.setBytes(1, hash);
        try (ResultSet found = chunk.executeQuery()) {
            return found.next() ? Optional.of(ChunkPlace.of(found)) : Optional.empty();
        }
    }

    /**
     * Files to be written anew: those with room that no chunk takes, and small ones if that leaves fewer. Each opening begins a
     * file, so there may be many small ones; afterwards all but one are at least half full. The one being written ends first if it is
     * among them.
     */
    List<Long> filesToCompact(Statement statement) throws SQLException, IOException {
        List<Long> found = new ArrayList<>();
        List<Long> small = new ArrayList<>();
        for (Map.Entry<Long, Live> file : lives(statement).entrySet()) {
            if (files.size(file.getKey()).orElse(0) > file.getValue().bytes) {
                found.add(file.getKey());
            } else if (file.getValue().bytes < ChunkFiles.MAX_FILE_BYTES / 2) {
                small.add(file.getKey());
            }
        }
        if (small.size() > 1 || !found.isEmpty()) {
            found.addAll(small);
        }
        lessened.addAll(found);
        if (found.contains(appender.number()) || lessened.contains(appender.number())) {
            appender.seal();
        }
        return found;
    }

    /** Moves chunks of a file behind the others, up to about so many bytes; says whether it has none left. */
    boolean moveOut(Statements statements, long file, long bytes) throws SQLException, IOException {
        List<ChunkPlace> places = new ArrayList<>();
        List<byte[]> hashes = new ArrayList<>();
        PreparedStatement of = statements.of(Sql.CHUNKS_OF_FILE);
        of.setLong(1, file);
        boolean all;
        try (ResultSet rows = of.executeQuery()) {
            long found = 0;
            all = !rows.next();
            while (!all && found < bytes) {
                places.add(ChunkPlace.of(rows));
                hashes.add(rows.getBytes(5));
                found += places.get(places.size() - 1).length();
                all = !rows.next();
            }
        }
        for (int i = 0; i < places.size(); i++) {
            ChunkPlace place = appender.add(input.read(places.get(i)));
            PreparedStatement move = statements.of(Sql.MOVE_CHUNK);
            move.setBytes(1, hashes.get(i));
            move.setLong(2, place.file());
            move.setLong(3, place.position());
            move.executeUpdate();
        }
        return all;
    }

    /** To be called before the rows are committed. */
    void force() throws IOException {
        appender.force();
    }

    void committed() {
        appender.committed();
    }

    void rolledBack() {
        appender.rolledBack();
    }

    /** Files that have no chunk any more and never will; to be deleted once nobody reads them. */
    List<Long> takeEmptied(Statements statements) throws SQLException, IOException {
        if (lessened.isEmpty()) {
            return List.of();
        }
        List<Long> emptied = new ArrayList<>();
        for (long file : lessened) {
            PreparedStatement inUse = statements.of(Sql.FILE_IN_USE);
            inUse.setLong(1, file);
            try (ResultSet found = inUse.executeQuery()) {
                if (!found.next()) {
                    emptied.add(file);
                }
            }
        }
        lessened.clear();
        for (long file : emptied) {
            if (file == appender.number()) {
                appender.seal();
            }
            input.forget(file);
        }
        return emptied;
    }

    @Override
    public void close() throws IOException {
        try (appender) {
            input.close();
        }
    }
}
