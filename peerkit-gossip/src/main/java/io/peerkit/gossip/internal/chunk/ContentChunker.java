// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.chunk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Finds where chunks of a content end, by the content itself, so that equal stretches of different contents become equal
 * chunks wherever they stand: FastCDC with normalized chunking of level 2.
 *
 * <pre>{@code
 *   fp = 0 at the byte behind MIN_BYTES; for each byte b:   fp = (fp << 1) + GEAR[b]      (64 bits, overflow dropped)
 *   the chunk ends with the byte at which           fp >>> 44 == 0   among the first AVERAGE_BYTES,
 *                                                   fp >>> 48 == 0   behind them,
 *   with the byte at MAX_BYTES, or with the content
 * }</pre>
 *
 * <p>The fingerprint's upper 20 (or 16) bits are tested, as each of them depends on 45 to 64 bytes back; the paper spreads
 * its bits for the same end. {@code GEAR[i]} is the first 8 bytes, most significant first, of SHA-256 over the ASCII text
 * {@value #GEAR_LABEL} and the one byte {@code i}. Another implementation that cuts elsewhere still works with this one;
 * it only shares fewer chunks.
 *
 * @see <a href="https://doi.org/10.1109/TPDS.2020.2984632">Xia et al., The Design of Fast Content-Defined Chunking for Data
 *     Deduplication Based Storage Systems, IEEE TPDS 31(9), 2020</a>
 */
public final class ContentChunker {
    /** The shortest chunk in bytes, except the last of a content. */
    public static final int MIN_BYTES = 64 * 1024;

    /** Where the condition becomes the easier one, in bytes from the chunk's beginning; near the mean length. */
    public static final int AVERAGE_BYTES = 256 * 1024;

    /** The longest chunk in bytes. */
    public static final int MAX_BYTES = 1024 * 1024;

    static final String GEAR_LABEL = "peerkit-gear-1";

    private static final int STRICT_SHIFT = Long.SIZE - 20;
    private static final int EASY_SHIFT = Long.SIZE - 16;
    private static final long[] GEAR = gear();

    private ContentChunker() {}

    /**
     * Measures the first chunk of a content.
     *
     * @param bytes holds the content
     * @param from where the chunk begins
     * @param to where the bytes at hand end: {@link #MAX_BYTES} behind {@code from} or more, or the content's end
     * @return the chunk's length, 1 or more if there is a byte
     */
    public static int cut(byte[] bytes, int from, int to) {
        int length = Math.min(to - from, MAX_BYTES);
        if (length <= MIN_BYTES) {
            return length;
        }
        int at = from + MIN_BYTES;
        int normal = from + Math.min(length, AVERAGE_BYTES);
        int end = from + length;
        long[] gear = GEAR;
        long fp = 0;
        while (at < normal) {
            fp = (fp << 1) + gear[bytes[at++] & 0xff];
            if (fp >>> STRICT_SHIFT == 0) {
                return at - from;
            }
        }
        while (at < end) {
            fp = (fp << 1) + gear[bytes[at++] & 0xff];
            if (fp >>> EASY_SHIFT == 0) {
                return at - from;
            }
        }
        return length;
    }

    static long[] gear() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            long[] gear = new long[256];
            for (int i = 0; i < gear.length; i++) {
                sha.update(GEAR_LABEL.getBytes(StandardCharsets.US_ASCII));
                sha.update((byte) i);
                gear[i] = ByteBuffer.wrap(sha.digest()).getLong();
            }
            return gear;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
