// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Keys of entries packed for the wire: 8 bytes of time, most significant first, then the 32 bytes of the id. */
public final class EntryKeys {
    /** The length of one key in bytes. */
    public static final int KEY_BYTES = 40;

    /** Where the id begins in a key. */
    public static final int ID_OFFSET = 8;

    /** The length of one id in bytes. */
    public static final int ID_BYTES = 32;

    private EntryKeys() {}

    /** Writes a time. */
    public static void putTime(byte[] target, int offset, long time) {
        ByteBuffer.wrap(target).putLong(offset, time);
    }

    /** Reads a time. */
    public static long time(byte[] packed, int offset) {
        return ByteBuffer.wrap(packed).getLong(offset);
    }

    /** Reads one key. */
    public static EntryKey key(byte[] packed, int offset) {
        return new EntryKey(time(packed, offset), id(packed, offset + ID_OFFSET));
    }

    /** Reads one id. */
    public static EntryId id(byte[] packed, int offset) {
        return EntryId.of(Arrays.copyOfRange(packed, offset, offset + ID_BYTES));
    }

    /** Packs keys. */
    public static byte[] pack(List<EntryKey> keys) {
        byte[] packed = new byte[keys.size() * KEY_BYTES];
        for (int i = 0; i < keys.size(); i++) {
            putTime(packed, i * KEY_BYTES, keys.get(i).time());
            keys.get(i).id().copyTo(packed, i * KEY_BYTES + ID_OFFSET);
        }
        return packed;
    }

    /** Packs ids. */
    public static byte[] packIds(List<EntryId> ids) {
        byte[] packed = new byte[ids.size() * ID_BYTES];
        for (int i = 0; i < ids.size(); i++) {
            ids.get(i).copyTo(packed, i * ID_BYTES);
        }
        return packed;
    }

    /**
     * Checks that packed items are whole and few enough.
     *
     * @throws InvalidBytesException when they are not
     */
    public static byte[] requireWhole(String field, byte[] packed, int itemBytes, int maxItems) {
        if (packed.length % itemBytes != 0 || packed.length > (long) itemBytes * maxItems) {
            throw new InvalidBytesException(field + " of " + packed.length + " bytes, must be a multiple of "
                    + itemBytes + ", at most " + (long) itemBytes * maxItems);
        }
        return packed;
    }
}
