// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import io.peerkit.api.InvalidBytesException;

/** Reads one message; every length is held against the bytes that are left before it is used. */
final class NegentropyReader {
    final byte[] message;
    private int position;
    private Bound last = Bound.ZERO;

    NegentropyReader(byte[] message) {
        this.message = message;
    }

    boolean hasMore() {
        return position < message.length;
    }

    /** The version byte; anything that cannot be a version of this protocol is refused. */
    int version() {
        int version = message[take("version", 1)] & 0xff;
        if (version < Negentropy.FIRST_VERSION || version > Negentropy.LAST_VERSION) {
            throw new InvalidBytesException("negentropy version " + version + ", must be " + Negentropy.FIRST_VERSION
                    + " to " + Negentropy.LAST_VERSION);
        }
        return version;
    }

    /** A bound that is not below the one before it. */
    Bound bound() {
        long encoded = varint("time");
        long time = encoded == 0 ? Bound.INFINITY.time : last.time + (encoded - 1);
        if (encoded != 0 && (Long.compareUnsigned(time, last.time) < 0 || time == Bound.INFINITY.time)) {
            throw new InvalidBytesException("negentropy time offset " + Long.toUnsignedString(encoded - 1)
                    + " leads beyond 2^64 - 2 from " + Long.toUnsignedString(last.time));
        }
        long prefix = varint("prefix length");
        long longest = encoded == 0 ? 0 : ID_BYTES;
        if (Long.compareUnsigned(prefix, longest) > 0) {
            throw new InvalidBytesException(
                    "negentropy prefix of " + Long.toUnsignedString(prefix) + " bytes, at most " + longest);
        }
        Bound bound = Bound.of(time, message, take("prefix", (int) prefix), (int) prefix);
        if (bound.isBelow(last)) {
            throw new InvalidBytesException("negentropy bound " + bound + " lies below the one before it, " + last);
        }
        last = bound;
        return bound;
    }

    int mode() {
        long mode = varint("mode");
        if (Long.compareUnsigned(mode, Negentropy.ID_LIST) > 0) {
            throw new InvalidBytesException(
                    "negentropy mode " + Long.toUnsignedString(mode) + ", at most " + Negentropy.ID_LIST);
        }
        return (int) mode;
    }

    /** The index of a fingerprint's first byte in the message. */
    int fingerprint() {
        return take("fingerprint", Fingerprint.LENGTH_BYTES);
    }

    /** The length of a list, which the message is long enough to hold. */
    int listSize() {
        long size = varint("list size");
        int longest = (message.length - position) / ID_BYTES;
        if (Long.compareUnsigned(size, longest) > 0) {
            throw new InvalidBytesException("negentropy list of " + Long.toUnsignedString(size) + " ids, at most "
                    + longest + " fit into the rest of the message");
        }
        return (int) size;
    }

    /** The index of a list's first byte in the message. */
    int ids(int size) {
        return take("list", size * ID_BYTES);
    }

    private long varint(String field) {
        long value = 0;
        for (int i = 0; i < Varint.MAX_BYTES; i++) {
            int digit = message[take(field, 1)] & 0xff;
            if (i == 0 && digit == Varint.MORE) {
                throw new InvalidBytesException("negentropy " + field + " starts with a zero digit");
            }
            if (value >>> (Long.SIZE - Varint.DIGIT_BITS) != 0) {
                break;
            }
            value = (value << Varint.DIGIT_BITS) | (digit & Varint.DIGIT);
            if ((digit & Varint.MORE) == 0) {
                return value;
            }
        }
        throw new InvalidBytesException("negentropy " + field + " exceeds 64 bits");
    }

    private int take(String field, int length) {
        if (length > message.length - position) {
            throw new InvalidBytesException("negentropy " + field + " needs " + length + " bytes at " + position
                    + ", the message has " + message.length);
        }
        int start = position;
        position += length;
        return start;
    }
}
