// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.StoredChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads chunks, and deletes files that have none any more. Belongs to one thread, which is why a file that a row was found for is
 * still there when it is read.
 */
final class ChunkReader implements AutoCloseable {
    private final ChunkFiles files;
    private final ChunkInput input;
    private final Statements statements;

    ChunkReader(ChunkFiles files, Connection connection) throws SQLException {
        this.files = files;
        input = new ChunkInput(files);
        statements = new Statements(connection, Sql.CHUNK_READS);
    }

    /** Makes the reader fit for use again after one of its methods threw. */
    void recover() throws SQLException {
        statements.forget();
    }

    private record Found(BlobHash hash, ChunkPlace place) {}

    List<StoredChunk> chunks(List<BlobHash> hashes, int maxBytes) throws SQLException, IOException {
        List<Found> found = find(hashes, maxBytes);
        List<StoredChunk> chunks = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); ) {
            int end = i + 1;
            while (end < found.size() && isOneTransfer(found, i, end)) {
                end++;
            }
            ByteBuffer run =
                    input.transfer(found.get(i).place(), found.get(end - 1).place());
            for (; i < end; i++) {
                chunks.add(new StoredChunk(
                        found.get(i).hash(), input.take(found.get(i).place(), run)));
            }
        }
        return chunks;
    }

    private List<Found> find(List<BlobHash> hashes, int maxBytes) throws SQLException {
        PreparedStatement chunk = statements.of(Sql.CHUNK);
        List<Found> found = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < hashes.size() && (found.isEmpty() || bytes <= maxBytes); i++) {
            chunk.setBytes(1, hashes.get(i).toBytes());
            try (ResultSet rows = chunk.executeQuery()) {
                if (rows.next()) {
                    ChunkPlace place = ChunkPlace.of(rows);
                    found.add(new Found(hashes.get(i), place));
                    bytes += place.length();
                }
            }
        }
        return found;
    }

    private static boolean isOneTransfer(List<Found> found, int first, int next) {
        ChunkPlace place = found.get(next).place();
        return found.get(next - 1).place().isFollowedBy(place)
                && place.end() - found.get(first).place().position() <= ChunkFiles.TRANSFER_BYTES;
    }

    /** Deletes files; a snapshot from now on finds no row for them. */
    void delete(List<Long> numbers) throws IOException {
        for (long number : numbers) {
            input.forget(number);
            files.delete(number);
        }
    }

    @Override
    public void close() throws SQLException {
        try (input) {
            statements.close();
        } catch (IOException e) {
            throw new SQLException("a chunk file did not close", e);
        }
    }
}
