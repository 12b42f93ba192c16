// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects what the generator flushes; an encoding that fits the generator's buffer arrives in one piece, exactly sized. */
final class EncodedOutput extends OutputStream {
    private byte[] bytes;
    private int length;

    /** Starts empty; {@code expectedBytes} saves copies when the length is known, and may be 0. */
    EncodedOutput(int expectedBytes) {
        this.bytes = new byte[expectedBytes];
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        int needed = Math.addExact(length, count);
        if (needed > bytes.length) {
            // Twice as much only from the second piece on, so that a single piece is returned without another copy.
            bytes = Arrays.copyOf(bytes, length == 0 ? count : (int) Math.min(Integer.MAX_VALUE - 8, 2L * needed));
        }
        System.arraycopy(source, offset, bytes, length, count);
        length = needed;
    }

    void overwriteLast(long bits) {
        ByteBuffer.wrap(bytes).putLong(length - Long.BYTES, bits);
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
