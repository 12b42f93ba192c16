// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4, a keyed hash for short messages, with 64 or 128 bits of output. Without the key its values cannot be
 * foreseen; it is no hash for signatures.
 *
 * <p>Immutable.
 *
 * @see <a href="https://www.aumasson.jp/siphash/siphash.pdf">Aumasson, Bernstein: SipHash, 2012</a>
 */
final class SipHash {
    /** The length of a key in bytes. */
    static final int KEY_BYTES = 16;

    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What the 128-bit variant mixes in, once at the start and once before its second half. */
    private static final int WIDE_START = 0xee;

    private static final int NARROW_END = 0xff;
    private static final int SECOND_HALF = 0xdd;

    private final long k0;
    private final long k1;

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** A hash with the key in 16 bytes of an array. */
    static SipHash keyed(byte[] key, int offset) {
        return new SipHash((long) LITTLE_ENDIAN.get(key, offset), (long) LITTLE_ENDIAN.get(key, offset + Long.BYTES));
    }

    /** The 64-bit hash of eight bytes that are the little-endian {@code word}. */
    long hash(long word) {
        State state = new State(k0, k1);
        state.word(word);
        state.word((long) Long.BYTES << 56);
        state.v2 ^= NARROW_END;
        return state.half();
    }

    /** The 64-bit hash of a part of an array. */
    long hash(byte[] data, int offset, int length) {
        State state = new State(k0, k1);
        state.message(data, offset, length);
        state.v2 ^= NARROW_END;
        return state.half();
    }

    /** Writes the 128-bit hash of a part of an array into two words, the first eight bytes little-endian first. */
    void hash128(byte[] data, int offset, int length, long[] target) {
        State state = new State(k0, k1);
        state.v1 ^= WIDE_START;
        state.message(data, offset, length);
        state.v2 ^= WIDE_START;
        target[0] = state.half();
        state.v1 ^= SECOND_HALF;
        target[1] = state.half();
    }

    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long k0, long k1) {
            v0 = k0 ^ 0x736f6d6570736575L;
            v1 = k1 ^ 0x646f72616e646f6dL;
            v2 = k0 ^ 0x6c7967656e657261L;
            v3 = k1 ^ 0x7465646279746573L;
        }

        void message(byte[] data, int offset, int length) {
            int whole = length & -Long.BYTES;
            for (int i = 0; i < whole; i += Long.BYTES) {
                word((long) LITTLE_ENDIAN.get(data, offset + i));
            }
            long last = (long) length << 56;
            for (int i = whole; i < length; i++) {
                last |= (data[offset + i] & 0xffL) << (Byte.SIZE * (i - whole));
            }
            word(last);
        }

        void word(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long half() {
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
