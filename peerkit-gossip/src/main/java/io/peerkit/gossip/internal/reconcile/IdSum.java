// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Sums of identifiers as little-endian integers modulo 2^256, four 64-bit limbs each, the least first.
 *
 * <p>Many sums lie in one array; {@code slot} counts whole sums.
 */
final class IdSum {
    /** The limbs of one sum. */
    static final int LIMBS = 4;

    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private IdSum() {}

    static void addId(long[] sums, int slot, byte[] ids, int offset) {
        add(sums, slot, limb(ids, offset, 0), limb(ids, offset, 1), limb(ids, offset, 2), limb(ids, offset, 3), 0);
    }

    static void subtractId(long[] sums, int slot, byte[] ids, int offset) {
        add(sums, slot, ~limb(ids, offset, 0), ~limb(ids, offset, 1), ~limb(ids, offset, 2), ~limb(ids, offset, 3), 1);
    }

    static void addSum(long[] sums, int slot, long[] other, int otherSlot) {
        int i = otherSlot * LIMBS;
        add(sums, slot, other[i], other[i + 1], other[i + 2], other[i + 3], 0);
    }

    static void subtractSum(long[] sums, int slot, long[] other, int otherSlot) {
        int i = otherSlot * LIMBS;
        add(sums, slot, ~other[i], ~other[i + 1], ~other[i + 2], ~other[i + 3], 1);
    }

    /** The sum as 32 bytes, the least significant first. */
    static byte[] toBytes(long[] sums, int slot) {
        byte[] bytes = new byte[ID_BYTES];
        for (int i = 0; i < LIMBS; i++) {
            LITTLE_ENDIAN.set(bytes, i * Long.BYTES, sums[slot * LIMBS + i]);
        }
        return bytes;
    }

    private static long limb(byte[] ids, int offset, int limb) {
        return (long) LITTLE_ENDIAN.get(ids, offset + limb * Long.BYTES);
    }

    /** Adds; with every limb inverted and a carry of one this subtracts (two's complement). */
    private static void add(long[] sums, int slot, long b0, long b1, long b2, long b3, long carry) {
        int i = slot * LIMBS;
        long a0 = sums[i];
        long a1 = sums[i + 1];
        long a2 = sums[i + 2];
        long a3 = sums[i + 3];
        long s0 = a0 + b0 + carry;
        long s1 = a1 + b1 + carryOut(a0, b0, s0);
        long s2 = a2 + b2 + carryOut(a1, b1, s1);
        sums[i] = s0;
        sums[i + 1] = s1;
        sums[i + 2] = s2;
        sums[i + 3] = a3 + b3 + carryOut(a2, b2, s2);
    }

    private static long carryOut(long a, long b, long sum) {
        return ((a & b) | ((a | b) & ~sum)) >>> 63;
    }
}
