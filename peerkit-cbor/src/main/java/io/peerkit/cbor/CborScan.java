// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;

/**
 * Walks the heads of an input once, allocating nothing, and refuses whatever the encoder would not have written.
 *
 * <p>Where it passes, the input is one data item within the limits, and the reader behind it needs no checks of its
 * own. The rules are those of RFC 8949 section 4.2.1, narrowed to text keys and to no floats and no tags.
 */
final class CborScan {
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int TAG = 6;

    private static final int INDEFINITE = 31;
    private static final int SIMPLE_FALSE = 20;
    private static final int SIMPLE_NULL = 22;

    private final byte[] input;
    private final CborLimits limits;
    private int position;
    private int items;

    private CborScan(byte[] input, CborLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    /** Passes or throws {@link InvalidBytesException}. */
    static void check(byte[] input, CborLimits limits) {
        if (input.length > limits.maxBytes()) {
            throw new InvalidBytesException("CBOR of " + input.length + " bytes, at most " + limits.maxBytes());
        }
        CborScan scan = new CborScan(input, limits);
        scan.item(0);
        if (scan.position != input.length) {
            throw new InvalidBytesException("CBOR item of " + scan.position + " bytes, but " + input.length + " given");
        }
    }

    private void item(int depth) {
        int start = position;
        countItem();
        int initial = nextByte();
        int major = initial >> 5;
        int info = initial & 0x1f;
        switch (major) {
            case UNSIGNED -> argument(info);
            case NEGATIVE -> negative(start, info);
            case BYTES -> bytes(info);
            case TEXT -> text(info);
            case ARRAY -> array(info, depth);
            case MAP -> map(info, depth);
            case TAG -> throw at(start, "is a tag, none is allowed");
            default -> simple(start, info);
        }
    }

    private void countItem() {
        if (++items > limits.maxItems()) {
            throw new InvalidBytesException("CBOR of more than " + limits.maxItems() + " items");
        }
    }

    private void negative(int start, int info) {
        if (argument(info) < 0) {
            throw at(start, "is an integer below -2^63");
        }
    }

    private void simple(int start, int info) {
        if (info < SIMPLE_FALSE || info > SIMPLE_NULL) {
            throw at(start, "is a float or a simple value other than false, true and null");
        }
    }

    private void bytes(int info) {
        // Not +=, which would read the position before the head's argument has moved it.
        int length = length(info, 1);
        position += length;
    }

    private void text(int info) {
        int length = length(info, 1);
        int end = position + length;
        int malformed = Utf8.firstMalformed(input, position, end);
        if (malformed != end) {
            throw at(malformed, "is malformed UTF-8");
        }
        position = end;
    }

    private void array(int info, int depth) {
        checkDepth(depth);
        int count = length(info, 1);
        for (int i = 0; i < count; i++) {
            item(depth + 1);
        }
    }

    private void map(int info, int depth) {
        checkDepth(depth);
        int count = length(info, 2);
        int previous = position;
        int previousEnd = position;
        for (int i = 0; i < count; i++) {
            int start = position;
            key();
            if (i > 0 && Arrays.compareUnsigned(input, previous, previousEnd, input, start, position) >= 0) {
                throw at(start, "is a map key equal to or ordered before the one in front of it");
            }
            previous = start;
            previousEnd = position;
            item(depth + 1);
        }
    }

    private void key() {
        int start = position;
        countItem();
        int initial = nextByte();
        if (initial >> 5 != TEXT) {
            throw at(start, "is a map key that is no text");
        }
        text(initial & 0x1f);
    }

    private void checkDepth(int depth) {
        if (depth >= limits.maxDepth()) {
            throw new InvalidBytesException("CBOR nests deeper than " + limits.maxDepth() + " at byte " + position);
        }
    }

    /** Reads a length or count and compares it with the bytes that are left, each unit taking {@code unitBytes} at least. */
    private int length(int info, int unitBytes) {
        int start = position - 1;
        long length = argument(info);
        int left = input.length - position;
        if (length < 0 || length > left / unitBytes) {
            throw at(start, "claims a length of " + Long.toUnsignedString(length) + " with " + left + " bytes left");
        }
        return (int) length;
    }

    /** Reads the argument of a head as 64 unsigned bits; RFC 8949 section 3. */
    private long argument(int info) {
        if (info < 24) {
            return info;
        }
        int start = position - 1;
        if (info == INDEFINITE) {
            throw at(start, "is of indefinite length");
        }
        if (info > 27) {
            throw at(start, "has the reserved additional information " + info);
        }
        int bytes = 1 << (info - 24);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | nextByte();
        }
        if (!isShortest(value, bytes)) {
            throw at(start, "has the argument " + Long.toUnsignedString(value) + " not in its shortest form");
        }
        return value;
    }

    private static boolean isShortest(long value, int bytes) {
        return switch (bytes) {
            case 1 -> value >= 24;
            case 2 -> value > 0xff;
            case 4 -> value > 0xffff;
            default -> value >>> 32 != 0;
        };
    }

    private int nextByte() {
        if (position == input.length) {
            throw new InvalidBytesException("CBOR ends after " + input.length + " bytes inside an item");
        }
        return input[position++] & 0xff;
    }

    private static InvalidBytesException at(int position, String what) {
        return new InvalidBytesException("CBOR at byte " + position + " " + what);
    }
}
