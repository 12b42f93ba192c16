// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.stream;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Varint;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames behind a varint length from a stream, and takes no byte beyond the frame it returns. Belongs to the event
 * loop of the connection.
 */
public final class FrameInput {
    private final String name;
    private final int maxBytes;
    private final ByteBuffer prefix;
    private byte @Nullable [] frame;
    private int filled;

    /**
     * Starts reading.
     *
     * @param name what the frames are, for messages of errors
     * @param maxBytes the longest frame to take
     */
    public FrameInput(String name, int maxBytes) {
        this.name = name;
        this.maxBytes = maxBytes;
        prefix = ByteBuffer.allocate(Varint.length(maxBytes));
    }

    /**
     * Takes what belongs to the next frame.
     *
     * @param stream read from
     * @return the frame, or empty when more must come
     * @throws InvalidBytesException when it states a longer length than may be, or the stream ended within it
     */
    public Optional<byte[]> next(ByteSource stream) {
        byte[] open = frame;
        while (open == null && stream.readableBytes() > 0) {
            stream.read(prefix.array(), prefix.position(), 1);
            prefix.position(prefix.position() + 1);
            open = started();
        }
        if (open != null) {
            filled += stream.read(open, filled, open.length - filled);
            if (filled == open.length) {
                frame = null;
                filled = 0;
                return Optional.of(open);
            }
        }
        if (stream.isInputEnded() && (open != null || prefix.position() > 0)) {
            throw new InvalidBytesException(name + " is cut off after " + filled + " bytes");
        }
        return Optional.empty();
    }

    private byte @Nullable [] started() {
        long length = Varint.tryRead(prefix.duplicate().flip());
        if (length == Varint.INCOMPLETE && prefix.hasRemaining()) {
            return null;
        }
        if (length == Varint.INCOMPLETE || length > maxBytes) {
            throw new InvalidBytesException(
                    name + " of " + (length > 0 ? length : "more") + " bytes, at most " + maxBytes);
        }
        prefix.clear();
        frame = new byte[(int) length];
        return frame;
    }

    /**
     * Puts a frame's length before it.
     *
     * @param frame the frame
     * @return both, to be written at once
     */
    public static byte[] withLength(byte[] frame) {
        byte[] bytes = new byte[Varint.length(frame.length) + frame.length];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        Varint.write(out, frame.length);
        out.put(frame);
        return bytes;
    }
}
