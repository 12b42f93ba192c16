// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The CRC-32C that stands behind each value: a server gives out bytes that changed on its disk as if they were right. It is taken of table,
 * key and value, so that a value in the place of another is noticed too; of the key without the space, which may be copied under another
 * name. In the value and not in a field of its own, since a field costs the engine 5 µs a row.
 */
final class Checksum {
    /** What a value is longer by. */
    static final int BYTES = Integer.BYTES;

    private Checksum() {}

    /**
     * Puts a checksum behind a value.
     *
     * @param row where it will lie
     * @param value the bytes
     * @param more what else the row gives out
     * @return the bytes to store
     */
    static byte[] seal(RecordId row, byte[] value, long... more) {
        byte[] sealed = Arrays.copyOf(value, value.length + BYTES);
        ByteBuffer.wrap(sealed).putInt(value.length, crc(row, value, value.length, more));
        return sealed;
    }

    /**
     * Checks a value.
     *
     * @param row where it lay
     * @param sealed as stored
     * @param more as for {@link #seal}
     * @return the bytes without their checksum
     * @throws StorageException when they are not what was stored there
     */
    static byte[] open(RecordId row, byte[] sealed, long... more) {
        int length = sealed.length - BYTES;
        if (length < 0 || ByteBuffer.wrap(sealed).getInt(length) != crc(row, sealed, length, more)) {
            throw new StorageException("a row of " + row.table() + " is damaged: its " + sealed.length
                    + " bytes do not fit their checksum");
        }
        return Arrays.copyOf(sealed, length);
    }

    /** {@link #open}, where there may be none. */
    static byte @Nullable [] openOrNone(RecordId row, byte @Nullable [] sealed) {
        return sealed == null ? null : open(row, sealed);
    }

    private static int crc(RecordId row, byte[] value, int length, long[] more) {
        CRC32C crc = new CRC32C();
        update(crc, row.table().getBytes(StandardCharsets.US_ASCII));
        List<?> key = StoreReader.list(row.key());
        for (Object part : key.subList(1, key.size())) {
            if (part instanceof byte[] bytes) {
                update(crc, bytes);
            } else if (part instanceof Number number) {
                update(crc, number.longValue());
            } else {
                update(crc, part.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        for (long number : more) {
            update(crc, number);
        }
        crc.update(value, 0, length);
        return (int) crc.getValue();
    }

    private static void update(CRC32C crc, long number) {
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
    }

    /** With the length, so that no part can be taken for another. */
    private static void update(CRC32C crc, byte[] part) {
        update(crc, part.length);
        crc.update(part);
    }
}
