// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Coded symbols of short ids on the wire, {@value #SYMBOL_BYTES} bytes each, little-endian.
 *
 * <pre>{@code
 *   0                    8                                 12
 *   +--------------------+----------------------------------+
 *   | xor of short ids   | xor of checksums (30), count (2) |
 *   +--------------------+----------------------------------+
 * }</pre>
 *
 * <p>The low 30 bits of the checksums stand above the count modulo 4. A symbol of several items passes for one of a single item
 * once in 2^30; then a session falls back to ranges.
 */
public final class ShortSymbols {
    /** The length of a symbol in bytes. */
    public static final int SYMBOL_BYTES = 12;

    /** The bits of a checksum that travel. */
    static final long CHECK_MASK = (1L << 30) - 1;

    private static final int COUNT_BITS = 2;
    private static final int COUNT_MASK = 3;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private ShortSymbols() {}

    /**
     * Writes a part of a sketch.
     *
     * @param sketch holds the symbols
     * @param from the first symbol
     * @param to behind the last, at most {@link Sketch#symbolCount}
     * @return the symbols
     */
    public static byte[] write(Sketch sketch, int from, int to) {
        CodedSymbols symbols = sketch.symbols();
        byte[] bytes = new byte[(to - from) * SYMBOL_BYTES];
        for (int i = from; i < to; i++) {
            int at = (i - from) * SYMBOL_BYTES;
            long tag = ((symbols.checks[i] & CHECK_MASK) << COUNT_BITS) | (symbols.counts[i] & COUNT_MASK);
            LONGS.set(bytes, at, symbols.sums[i]);
            INTS.set(bytes, at + Long.BYTES, (int) tag);
        }
        return bytes;
    }

    static CodedSymbols read(byte[] bytes) {
        if (bytes.length % SYMBOL_BYTES != 0) {
            throw new InvalidBytesException(
                    "symbols of " + bytes.length + " bytes, must be a multiple of " + SYMBOL_BYTES);
        }
        CodedSymbols symbols = new CodedSymbols(bytes.length / SYMBOL_BYTES, KeyedSummary.ITEM_WORDS);
        for (int i = 0; i < symbols.size(); i++) {
            int tag = (int) INTS.get(bytes, i * SYMBOL_BYTES + Long.BYTES);
            symbols.sums[i] = (long) LONGS.get(bytes, i * SYMBOL_BYTES);
            symbols.checks[i] = Integer.toUnsignedLong(tag) >>> COUNT_BITS;
            symbols.counts[i] = tag & COUNT_MASK;
        }
        return symbols;
    }
}
