// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/**
 * Unsigned integers in base 128 as Negentropy writes them: the most significant digit first, as few digits as
 * possible, the high bit set on all but the last. (Not the order of LEB128.)
 */
final class Varint {
    /** The longest encoding, that of 2^64 - 1. */
    static final int MAX_BYTES = 10;

    static final int DIGIT_BITS = 7;
    static final int MORE = 0x80;
    static final int DIGIT = 0x7f;

    private Varint() {}

    /** The length of {@code value}'s encoding in bytes. */
    static int length(long value) {
        return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + DIGIT_BITS - 1) / DIGIT_BITS);
    }

    /** Writes {@code value}, for which there must be room, and returns the index behind it. */
    static int write(long value, byte[] target, int offset) {
        int length = length(value);
        long rest = value;
        for (int i = offset + length - 1; i >= offset; i--) {
            target[i] = (byte) ((rest & DIGIT) | (i == offset + length - 1 ? 0 : MORE));
            rest >>>= DIGIT_BITS;
        }
        return offset + length;
    }
}
