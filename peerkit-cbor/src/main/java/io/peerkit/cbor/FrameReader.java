// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Takes the {@link Frames} of one stream apart, however the bytes are cut into chunks.
 *
 * <pre>{@code
 *   for (Optional<byte[]> frame = reader.next(chunk); frame.isPresent(); frame = reader.next(chunk)) {
 *       handle(frame.get());
 *   }
 * }</pre>
 *
 * <p>Holds the unfinished frame only, in a buffer that grows with the bytes that have come and not with the length that
 * was claimed; each byte is copied out of its chunk once and at most twice more while the buffer grows. For one thread. After an
 * {@link InvalidBytesException} the place in the stream is lost: every further call fails the same way, and the stream
 * is to be reset.
 */
public final class FrameReader {
    /** The first buffer of a frame that did not come in one chunk, in bytes. */
    private static final int FIRST_BUFFER_BYTES = 4096;

    private static final byte[] NOTHING = {};
    private static final int LENGTH_UNKNOWN = -1;

    private final int maxFrameBytes;
    private long prefix;
    private int prefixBytes;
    private int frameBytes = LENGTH_UNKNOWN;
    private byte[] frame = NOTHING;
    private int filled;
    private Optional<String> failure = Optional.empty();

    /**
     * Starts at the beginning of a stream.
     *
     * @param maxFrameBytes the longest accepted payload in bytes
     * @throws IllegalArgumentException when that is negative
     */
    public FrameReader(int maxFrameBytes) {
        if (maxFrameBytes < 0) {
            throw new IllegalArgumentException("maxFrameBytes of " + maxFrameBytes + ", at least 0");
        }
        this.maxFrameBytes = maxFrameBytes;
    }

    /**
     * Reads on until a frame is complete or the chunk is used up.
     *
     * @param chunk the bytes that came; read from its position, and not kept
     * @return the payload of the next frame, an array of the caller's; empty when the chunk is used up
     * @throws InvalidBytesException as soon as a length is read that is too large or not in its shortest form
     */
    public Optional<byte[]> next(ByteBuffer chunk) {
        if (failure.isPresent()) {
            throw new InvalidBytesException(failure.get());
        }
        while (frameBytes == LENGTH_UNKNOWN) {
            if (!chunk.hasRemaining()) {
                return Optional.empty();
            }
            prefixByte(chunk.get());
        }
        return fill(chunk) ? Optional.of(finish()) : Optional.empty();
    }

    /**
     * Whether a frame has begun and is not complete; at the end of a stream this means that it was cut off.
     *
     * @return true when bytes of an unfinished frame were read
     */
    public boolean isMidFrame() {
        return prefixBytes > 0;
    }

    private void prefixByte(byte next) {
        prefix |= (next & 0x7fL) << (7 * prefixBytes);
        prefixBytes++;
        if (next < 0) {
            if (prefixBytes == Frames.MAX_PREFIX_BYTES) {
                throw fail("frame length of more than " + Frames.MAX_PREFIX_BYTES + " bytes");
            }
            return;
        }
        if (next == 0 && prefixBytes > 1) {
            throw fail("frame length of " + prefix + " in " + prefixBytes + " bytes, not in its shortest form");
        }
        if (prefix > maxFrameBytes) {
            throw fail("frame of " + prefix + " bytes, at most " + maxFrameBytes);
        }
        frameBytes = (int) prefix;
    }

    private InvalidBytesException fail(String message) {
        failure = Optional.of(message);
        return new InvalidBytesException(message);
    }

    private boolean fill(ByteBuffer chunk) {
        int count = Math.min(chunk.remaining(), frameBytes - filled);
        int needed = filled + count;
        if (needed > frame.length) {
            long grown = needed == frameBytes ? frameBytes : Math.max(2L * needed, FIRST_BUFFER_BYTES);
            frame = Arrays.copyOf(frame, (int) Math.min(grown, frameBytes));
        }
        chunk.get(frame, filled, count);
        filled = needed;
        return filled == frameBytes;
    }

    private byte[] finish() {
        byte[] complete = frame;
        frame = NOTHING;
        filled = 0;
        frameBytes = LENGTH_UNKNOWN;
        prefix = 0;
        prefixBytes = 0;
        return complete;
    }
}
