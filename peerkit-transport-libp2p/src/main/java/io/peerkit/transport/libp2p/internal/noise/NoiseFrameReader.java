// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;

/**
 * Puts Noise messages together from bytes that arrive in pieces of any size, and decrypts them.
 *
 * <p>A message is gathered at the start of a heap array: that is the one copy from the socket's buffer, and where the
 * JDK's cipher decrypts without making a copy of its own. Not safe for use by many threads.
 */
public final class NoiseFrameReader {
    /** The least array that is made, in bytes. */
    private static final int MIN_ARRAY_BYTES = 2_048;

    private static final byte[] EMPTY = {};

    private final int maxMessageBytes;
    private byte[] message = EMPTY;
    private int length;
    private int gathered;
    private int lengthBytes;

    /**
     * Starts reading.
     *
     * @param maxMessageBytes the longest message to take, at most {@link NoiseFrame#MAX_MESSAGE_BYTES}
     */
    public NoiseFrameReader(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * Takes what belongs to the next message.
     *
     * @param in read from, to the end of the message at most
     * @return whether the message is complete; take it before the next call
     * @throws InvalidBytesException when it states a longer length than may be
     */
    public boolean next(ByteBuf in) {
        while (lengthBytes < NoiseFrame.LENGTH_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            length = length << Byte.SIZE | in.readUnsignedByte();
            if (++lengthBytes == NoiseFrame.LENGTH_BYTES) {
                start();
            }
        }
        int part = Math.min(length - gathered, in.readableBytes());
        in.readBytes(message, gathered, part);
        gathered += part;
        return gathered == length;
    }

    private void start() {
        if (length > maxMessageBytes) {
            throw new InvalidBytesException("noise message of " + length + " bytes, at most " + maxMessageBytes);
        }
        if (message.length < length) {
            int doubled = Math.max(MIN_ARRAY_BYTES, Integer.highestOneBit(length) << 1);
            message = new byte[Math.min(doubled, NoiseFrame.MAX_MESSAGE_BYTES)];
        }
    }

    /**
     * Takes the complete message as it is.
     *
     * @return a copy
     */
    public byte[] take() {
        byte[] taken = Arrays.copyOf(message, length);
        clear();
        return taken;
    }

    /**
     * Takes the complete message decrypted.
     *
     * @param cipher the peer's
     * @return the plaintext, in a heap buffer of its own
     * @throws InvalidBytesException when the message is not authentic
     */
    public ByteBuf take(CipherState cipher) {
        byte[] plaintext = new byte[Math.max(0, length - NoiseFrame.TAG_BYTES)];
        cipher.decrypt(message, 0, length, plaintext, 0);
        clear();
        return Unpooled.wrappedBuffer(plaintext);
    }

    private void clear() {
        length = 0;
        gathered = 0;
        lengthBytes = 0;
    }

    /** Gives the array back when no message is under way; for connections that have gone quiet. */
    public void trim() {
        if (lengthBytes == 0) {
            message = EMPTY;
        }
    }
}
