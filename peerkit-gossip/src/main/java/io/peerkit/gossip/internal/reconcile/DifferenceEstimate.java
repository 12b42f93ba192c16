// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Guesses how far two sets are apart, from {@value #LENGTH_BYTES} bytes of each.
 *
 * <p>Each byte counts, modulo 256, the entries for which one bit of a keyed hash is set. With signs in the place of bits, the
 * squared difference of two such counts has the number of differences as its mean; the mean over all bytes wanders by
 * sqrt(2 / {@value #LENGTH_BYTES}), 18 %. Above some 7,000 differences the bytes wrap around, and the guess stays in the
 * tens of thousands.
 *
 * <p>For one thread.
 *
 * @see <a href="https://doi.org/10.1006/jcss.1997.1545">Alon, Matias, Szegedy: The Space Complexity of Approximating the
 *     Frequency Moments, 1999</a>
 */
final class DifferenceEstimate {
    /** The length of one side's counters in bytes. */
    static final int LENGTH_BYTES = 64;

    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final long BIT_OF_BYTE = 0x8040201008040201L;

    /** The range of twice a counter's difference: what is above half of it is negative. */
    private static final int RANGE = 512;

    private final long[] counters = new long[LENGTH_BYTES / Long.BYTES];

    /** Counts an entry whose hash has these bits. */
    void add(long bits) {
        for (int i = 0; i < counters.length; i++) {
            counters[i] = addBytes(counters[i], spread(bits >>> (Byte.SIZE * i)));
        }
    }

    /** No longer counts an entry. */
    void remove(long bits) {
        for (int i = 0; i < counters.length; i++) {
            // Subtracting one from a byte is adding 255.
            counters[i] = addBytes(counters[i], spread(bits >>> (Byte.SIZE * i)) * 0xff);
        }
    }

    /** One in each byte whose bit is set in the lowest eight. */
    private static long spread(long bits) {
        long chosen = ((bits & 0xff) * ONES) & BIT_OF_BYTE;
        return ((((chosen & LOW_BITS) + LOW_BITS) | chosen) >>> 7) & ONES;
    }

    private static long addBytes(long a, long b) {
        return ((a & LOW_BITS) + (b & LOW_BITS)) ^ ((a ^ b) & ~LOW_BITS);
    }

    /** The counters as they are now. */
    byte[] toBytes() {
        byte[] bytes = new byte[LENGTH_BYTES];
        for (int i = 0; i < counters.length; i++) {
            LITTLE_ENDIAN.set(bytes, i * Long.BYTES, counters[i]);
        }
        return bytes;
    }

    /** The counters of the union of two disjoint sets. */
    static byte[] plus(byte[] one, byte[] other) {
        byte[] both = one.clone();
        for (int i = 0; i < LENGTH_BYTES; i++) {
            both[i] += other[i];
        }
        return both;
    }

    /**
     * Guesses how many entries only one of two sets has.
     *
     * @param one the counters of one side
     * @param oneCount how many entries it has
     * @param other the counters of the other
     * @param otherCount how many entries it has
     * @return at least the difference of the counts
     */
    static int between(byte[] one, int oneCount, byte[] other, int otherCount) {
        int moreEntries = oneCount - otherCount;
        long squares = 0;
        for (int i = 0; i < LENGTH_BYTES; i++) {
            int signed = Math.floorMod(2 * (one[i] - other[i]) - moreEntries + RANGE / 2, RANGE) - RANGE / 2;
            squares += (long) signed * signed;
        }
        return (int) Math.max(Math.abs((long) moreEntries), (squares + LENGTH_BYTES / 2) / LENGTH_BYTES);
    }

    /**
     * Checks what a peer sent.
     *
     * @param bytes its counters
     * @return the same
     * @throws InvalidBytesException when they are of another length
     */
    static byte[] require(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new InvalidBytesException("estimate of " + bytes.length + " bytes, must be " + LENGTH_BYTES);
        }
        return Arrays.copyOf(bytes, LENGTH_BYTES);
    }
}
