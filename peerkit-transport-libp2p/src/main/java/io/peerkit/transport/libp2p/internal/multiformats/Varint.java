// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;

/**
 * Unsigned LEB128 numbers of at most 63 bits, each in its shortest form only.
 *
 * @see <a href="https://github.com/multiformats/unsigned-varint">unsigned-varint</a>
 */
public final class Varint {
    /** The longest encoding in bytes; 9 groups of 7 bits hold what a {@code long} holds without its sign. */
    public static final int MAX_BYTES = 9;

    /** What {@link #tryRead} answers when the number's last byte has not arrived. */
    public static final long INCOMPLETE = -1;

    private Varint() {}

    /**
     * Counts the bytes of a number.
     *
     * @param value the number, not negative
     * @return the length of its encoding, 1 to 9 bytes
     */
    public static int length(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("varint " + value + ", must not be negative");
        }
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
    }

    /**
     * Encodes a number.
     *
     * @param value the number, not negative
     * @return its shortest encoding
     */
    public static byte[] encode(long value) {
        byte[] bytes = new byte[length(value)];
        write(ByteBuffer.wrap(bytes), value);
        return bytes;
    }

    /**
     * Writes a number.
     *
     * @param out receives 1 to 9 bytes
     * @param value the number, not negative
     */
    public static void write(ByteBuffer out, long value) {
        for (int left = length(value); left > 1; left--) {
            out.put((byte) (value | 0x80));
            value >>>= 7;
        }
        out.put((byte) value);
    }

    /**
     * Reads a number that must be there whole.
     *
     * @param in stands behind the number afterwards
     * @return the number
     * @throws InvalidBytesException when it is cut off, longer than 9 bytes or not in its shortest form
     */
    public static long read(ByteBuffer in) {
        long value = tryRead(in);
        if (value == INCOMPLETE) {
            throw new InvalidBytesException("varint is cut off after " + in.remaining() + " bytes");
        }
        return value;
    }

    /**
     * Reads a number of which bytes may still be missing.
     *
     * @param in stands behind the number afterwards, or where it stood when the number is not complete
     * @return the number or {@link #INCOMPLETE}
     * @throws InvalidBytesException when it is longer than 9 bytes or not in its shortest form
     */
    public static long tryRead(ByteBuffer in) {
        int start = in.position();
        int available = Math.min(in.remaining(), MAX_BYTES);
        long value = 0;
        for (int i = 0; i < available; i++) {
            byte next = in.get(start + i);
            value |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                if (next == 0 && i > 0) {
                    throw new InvalidBytesException("varint of " + (i + 1) + " bytes is not in its shortest form");
                }
                in.position(start + i + 1);
                return value;
            }
        }
        if (available == MAX_BYTES) {
            throw new InvalidBytesException("varint of more than " + MAX_BYTES + " bytes");
        }
        return INCOMPLETE;
    }
}
