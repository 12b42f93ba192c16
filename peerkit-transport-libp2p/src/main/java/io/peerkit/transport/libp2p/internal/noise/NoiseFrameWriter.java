// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Encrypts what is written to {@link #plaintext} into one Noise message behind its length.
 *
 * <p>Each thread has one, which all its connections share: from {@link #plaintext} to {@link #encrypt} nothing else must
 * come between. The JDK's cipher wants heap arrays, the socket memory outside the heap; so the one copy that has to be
 * made is that of the finished message.
 */
public final class NoiseFrameWriter {
    private static final FastThreadLocal<NoiseFrameWriter> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected NoiseFrameWriter initialValue() {
            return new NoiseFrameWriter();
        }
    };

    private final ByteBuf plaintext = Unpooled.wrappedBuffer(new byte[NoiseFrame.MAX_PLAINTEXT_BYTES]);
    private final byte[] message = new byte[NoiseFrame.LENGTH_BYTES + NoiseFrame.MAX_MESSAGE_BYTES];

    private NoiseFrameWriter() {}

    /**
     * The calling thread's.
     *
     * @return always the same one
     */
    public static NoiseFrameWriter ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Where to write the plaintext.
     *
     * @return an empty buffer for {@link NoiseFrame#MAX_PLAINTEXT_BYTES}; never release it
     */
    public ByteBuf plaintext() {
        return plaintext.clear();
    }

    /**
     * Encrypts what stands in {@link #plaintext}.
     *
     * @param cipher this side's
     * @return the length of the frame that {@link #copyTo} copies
     */
    public int encrypt(CipherState cipher) {
        int length = cipher.encrypt(
                plaintext.array(),
                plaintext.arrayOffset(),
                plaintext.readableBytes(),
                message,
                NoiseFrame.LENGTH_BYTES);
        message[0] = (byte) (length >>> Byte.SIZE);
        message[1] = (byte) length;
        return NoiseFrame.LENGTH_BYTES + length;
    }

    /**
     * Copies the frame that was encrypted last.
     *
     * @param out appended to
     * @param length what {@link #encrypt} returned
     */
    public void copyTo(ByteBuf out, int length) {
        out.writeBytes(message, 0, length);
    }
}
