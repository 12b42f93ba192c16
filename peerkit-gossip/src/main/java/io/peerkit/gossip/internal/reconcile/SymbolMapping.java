// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

/**
 * The indices of the coded symbols that an item is part of: the first always, a later one {@code i} with probability
 * {@code 1 / (1 + i / 2)}. They follow from the item's checksum alone.
 *
 * <p>For one thread.
 *
 * @see <a href="https://arxiv.org/abs/2402.02668">Yang, Gilad, Alizadeh: Practical Rateless Set Reconciliation, SIGCOMM
 *     2024</a>
 */
final class SymbolMapping {
    private static final long MULTIPLIER = 0xda942042e4dd58b5L;
    private static final double TWO_TO_32 = 0x1p32;

    /** Indices end here: any length is below, and a double still counts exactly. */
    private static final double LAST = 0x1p52;

    private long state;
    private long index;

    SymbolMapping(long checksum) {
        state = checksum;
    }

    /** The present index. */
    long index() {
        return index;
    }

    /** Moves to the next index. */
    long next() {
        state *= MULTIPLIER;
        double step = Math.ceil((index + 1.5) * (TWO_TO_32 / Math.sqrt(unsigned(state) + 1) - 1));
        index = (long) Math.min(LAST, index + step);
        return index;
    }

    /** The value as a number without sign, rounded once. */
    private static double unsigned(long value) {
        return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
    }
}
