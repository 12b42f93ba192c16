// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.zip.CRC32C;

/**
 * Where a chunk lies.
 *
 * @param file the number of the file
 * @param position of its first byte, a multiple of {@link ChunkFiles#BLOCK_BYTES}
 * @param length in bytes
 * @param crc the CRC-32C of its bytes: tells damage of the disk where SHA-256 would cost ten times the reading
 */
record ChunkPlace(long file, long position, int length, long crc) {
    /** Reads the columns file, position, length and crc, the first ones of a row. */
    static ChunkPlace of(ResultSet row) throws SQLException {
        ChunkPlace place = new ChunkPlace(row.getLong(1), row.getLong(2), row.getInt(3), row.getLong(4));
        if (place.file < 0
                || place.position < 0
                || place.position % ChunkFiles.BLOCK_BYTES != 0
                || place.position > ChunkFiles.MAX_FILE_BYTES
                || place.length < 0
                || place.length > StoredChunk.MAX_BYTES + Storage.SEALING_BYTES) {
            throw new SQLException("no place of a chunk: " + place);
        }
        return place;
    }

    /** How much room a chunk takes: whole blocks. */
    static int room(int length) {
        return (length + ChunkFiles.BLOCK_BYTES - 1) / ChunkFiles.BLOCK_BYTES * ChunkFiles.BLOCK_BYTES;
    }

    /** Where the chunk's room ends. */
    long end() {
        return position + room(length);
    }

    boolean isFollowedBy(ChunkPlace next) {
        return next.file == file && next.position == end();
    }

    static long crcOf(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }

    void check(Path path, byte[] bytes) {
        long found = crcOf(bytes);
        if (found != crc) {
            throw new StorageException(path + ": the chunk at " + position + " is damaged: CRC-32C "
                    + Long.toHexString(found) + ", must be " + Long.toHexString(crc));
        }
    }
}
