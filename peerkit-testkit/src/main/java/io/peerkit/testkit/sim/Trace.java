// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * Folds everything that happened in a run into one hash. Two runs with equal hashes were the same run: the 128 bits are
 * mixed well, and nobody tries to make two runs collide.
 */
final class Trace {
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private final CRC32 sum = new CRC32();
    private long low;
    private long high;
    private long events;

    /**
     * Adds an event.
     *
     * @param nanos when
     * @param kind what
     * @param from who, as a hash
     * @param to to whom, as a hash
     * @param body the bytes that came with it
     */
    void add(long nanos, int kind, int from, int to, byte[] body) {
        sum.reset();
        sum.update(body);
        events++;
        fold(nanos);
        fold((long) kind << 32 | (from & 0xffff_ffffL));
        fold((long) to << 32 | sum.getValue());
        fold(body.length);
    }

    private void fold(long value) {
        low = mix(low ^ value) + high;
        high = mix(high + ODD) ^ low;
    }

    /** The finalizer of MurmurHash3, as {@link java.util.SplittableRandom} uses it: every bit moves every other. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    long events() {
        return events;
    }

    /** The hash of all so far; more may follow. */
    String hash() {
        ByteBuffer state = ByteBuffer.allocate(24).putLong(low).putLong(high).putLong(events);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(state.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
