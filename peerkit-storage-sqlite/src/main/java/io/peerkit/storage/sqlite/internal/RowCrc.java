// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * The CRC-32C of a row's content: SQLite does not notice when a disk changes bytes within a row, and would give them out. Costs some 100
 * ns for a small row. Of an absent blob and of lengths it takes enough to tell apart what has the same bytes.
 *
 * <p>{@link #parts} is also what an upgrade calls from SQL, so what it makes of its values must never change.
 */
final class RowCrc {
    private RowCrc() {}

    static long entry(long storedTime, byte[] id, byte[] blobHash, byte[] envelope, byte @Nullable [] blob) {
        return parts(number(storedTime), id, blobHash, envelope, blob);
    }

    static long metadata(String name, byte[] value) {
        return parts(text(name), value);
    }

    static long agent(byte[] id, long issuedAt, byte[] card) {
        return parts(id, number(issuedAt), card);
    }

    static long record(String collection, byte[] key, byte[] value) {
        return parts(text(collection), key, value);
    }

    /** Of the length of each part, -1 for none, and its bytes. */
    static long parts(byte[] @Nullable ... parts) {
        CRC32C crc = new CRC32C();
        for (byte[] part : parts) {
            int length = part == null ? -1 : part.length;
            crc.update(length);
            crc.update(length >> 8);
            crc.update(length >> 16);
            if (part != null) {
                crc.update(part, 0, part.length);
            }
        }
        return crc.getValue();
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Fails as SQLite does with damage that it notices. */
    static void check(String row, long found, long expected) throws SQLException {
        if (found != expected) {
            throw new SQLException(
                    "a row of " + row + " has CRC-32C " + Long.toHexString(found) + ", must be "
                            + Long.toHexString(expected),
                    null,
                    SQLiteErrorCode.SQLITE_CORRUPT.code);
        }
    }
}
