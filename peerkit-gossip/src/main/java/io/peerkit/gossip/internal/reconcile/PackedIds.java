// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/** Identifiers of 32 bytes that lie one behind the other in an array. */
final class PackedIds {
    /** The length of an identifier. */
    static final int ID_BYTES = 32;

    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private PackedIds() {}

    /** Compares two identifiers as unsigned bytes, the first byte first. */
    static int compare(byte[] a, int aOffset, byte[] b, int bOffset) {
        for (int i = 0; i < ID_BYTES; i += Long.BYTES) {
            long x = (long) BIG_ENDIAN.get(a, aOffset + i);
            long y = (long) BIG_ENDIAN.get(b, bOffset + i);
            if (x != y) {
                return Long.compareUnsigned(x, y);
            }
        }
        return 0;
    }

    /** Compares two (time, identifier) keys, both parts unsigned. */
    static int compare(long aTime, byte[] a, int aOffset, long bTime, byte[] b, int bOffset) {
        return aTime == bTime ? compare(a, aOffset, b, bOffset) : Long.compareUnsigned(aTime, bTime);
    }

    /** The first four bytes as a big-endian number. */
    static int prefix(byte[] array, int offset) {
        return (int) BIG_ENDIAN_INT.get(array, offset);
    }

    /** Fails unless 32 bytes lie in {@code array} from {@code offset} on. */
    static void requireId(byte[] array, int offset) {
        Objects.checkFromIndexSize(offset, ID_BYTES, array.length);
    }
}
