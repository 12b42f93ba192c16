// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.nio.ByteBuffer;

/**
 * Where a record stands in its order: all three unsigned.
 *
 * @param first the first eight bytes of the hash that is looked up
 * @param time of the entry
 * @param second the first eight bytes of the other hash
 */
public record IndexPlace(long first, long time, long second) implements Comparable<IndexPlace> {
    /** The length in bytes. */
    public static final int BYTES = 3 * Long.BYTES;

    /** Behind all others. */
    public static final IndexPlace LAST = new IndexPlace(-1, -1, -1);

    /**
     * The first place of a hash.
     *
     * @param first the beginning of the hash
     * @return no record of that hash comes before it
     */
    public static IndexPlace firstOf(long first) {
        return new IndexPlace(first, 0, 0);
    }

    /**
     * The last place of a hash.
     *
     * @param first the beginning of the hash
     * @return no record of that hash comes behind it
     */
    public static IndexPlace lastOf(long first) {
        return new IndexPlace(first, -1, -1);
    }

    /**
     * Reads a place.
     *
     * @param in at least {@value #BYTES} bytes, big-endian
     * @return the place
     */
    static IndexPlace read(ByteBuffer in) {
        return new IndexPlace(in.getLong(), in.getLong(), in.getLong());
    }

    /**
     * Reads a place from a key.
     *
     * @param bytes as {@link #toBytes} gave them
     * @return the place
     * @throws io.peerkit.api.StorageException when they are not {@value #BYTES}
     */
    public static IndexPlace of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new io.peerkit.api.StorageException(
                    "place in an index of " + bytes.length + " bytes, must be " + BYTES);
        }
        return read(ByteBuffer.wrap(bytes));
    }

    void write(ByteBuffer out) {
        out.putLong(first).putLong(time).putLong(second);
    }

    /**
     * The bytes, which are ordered as the places are.
     *
     * @return {@value #BYTES} bytes, big-endian
     */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        write(out);
        return out.array();
    }

    @Override
    public int compareTo(IndexPlace other) {
        int byFirst = Long.compareUnsigned(first, other.first);
        if (byFirst != 0) {
            return byFirst;
        }
        int byTime = Long.compareUnsigned(time, other.time);
        return byTime != 0 ? byTime : Long.compareUnsigned(second, other.second);
    }
}
