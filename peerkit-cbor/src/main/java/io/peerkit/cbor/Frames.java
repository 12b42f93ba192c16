// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.util.Arrays;

/**
 * Frames of a stream: the length as an unsigned varint, then that many bytes.
 *
 * <pre>{@code
 *   +--------------------+----------------------+
 *   | varint, 1-5 bytes  | that many bytes      |
 *   +--------------------+----------------------+
 * }</pre>
 *
 * <p>The varint has seven bits a byte, least significant first, the high bit set on all but the last, and no more
 * bytes than needed. May be called from any thread; {@link FrameReader} takes the frames apart.
 *
 * @see <a href="https://github.com/multiformats/unsigned-varint">multiformats unsigned-varint</a>
 */
public final class Frames {
    /** The longest prefix in bytes: a length is an {@code int}. */
    public static final int MAX_PREFIX_BYTES = 5;

    private Frames() {}

    /**
     * Puts the length in front of a payload.
     *
     * @param payload the payload; not changed
     * @return prefix and payload in one new array
     */
    public static byte[] write(byte[] payload) {
        int prefix = prefixBytes(payload.length);
        byte[] frame = new byte[Math.addExact(prefix, payload.length)];
        putLength(payload.length, frame);
        System.arraycopy(payload, 0, frame, prefix, payload.length);
        return frame;
    }

    /**
     * The prefix alone, for a writer that sends prefix and payload one after the other and so saves a copy.
     *
     * @param payloadBytes the length of the payload in bytes
     * @return the prefix
     * @throws IllegalArgumentException when the length is negative
     */
    public static byte[] prefix(int payloadBytes) {
        if (payloadBytes < 0) {
            throw new IllegalArgumentException("payload of " + payloadBytes + " bytes, at least 0");
        }
        byte[] prefix = new byte[MAX_PREFIX_BYTES];
        return Arrays.copyOf(prefix, putLength(payloadBytes, prefix));
    }

    private static int prefixBytes(int length) {
        // Seven bits for each byte, and a byte for zero.
        return Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 6) / 7);
    }

    private static int putLength(int length, byte[] target) {
        int at = 0;
        int rest = length;
        while (rest > 0x7f) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }
}
