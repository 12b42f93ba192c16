// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import org.jspecify.annotations.Nullable;

/**
 * Reads headers from bytes that arrive in pieces of any size.
 *
 * <p>Payload is never gathered here: after a data frame {@link #payloadBytesDue} tells how many bytes the caller has to
 * take from the input, in as many pieces as they come, before the next header. At most {@link Yamux#HEADER_BYTES} bytes
 * are kept between calls.
 */
final class YamuxFrameDecoder {
    private final long maxPayloadBytes;
    private final ByteBuf partialHeader = Unpooled.wrappedBuffer(new byte[Yamux.HEADER_BYTES]);
    private int payloadBytesDue;

    /**
     * @param maxPayloadBytes the longest data frame that is taken; what no window allows needs no look at its stream
     */
    YamuxFrameDecoder(long maxPayloadBytes) {
        this.maxPayloadBytes = maxPayloadBytes;
        partialHeader.clear();
    }

    /** The bytes of payload that come next. */
    int payloadBytesDue() {
        return payloadBytesDue;
    }

    /** Notes that the caller took or skipped payload. */
    void payloadTaken(int bytes) {
        payloadBytesDue -= bytes;
    }

    /**
     * Reads one header.
     *
     * @param in read from; call only when no payload is due
     * @return the header, or null when {@code in} ended before it did
     * @throws InvalidBytesException when the header is not one of yamux version 0 or announces too much
     */
    @Nullable
    YamuxFrame decode(ByteBuf in) {
        if (!partialHeader.isReadable() && in.readableBytes() >= Yamux.HEADER_BYTES) {
            return header(in);
        }
        partialHeader.writeBytes(in, Math.min(partialHeader.writableBytes(), in.readableBytes()));
        if (partialHeader.isWritable()) {
            return null;
        }
        YamuxFrame frame = header(partialHeader);
        partialHeader.clear();
        return frame;
    }

    private YamuxFrame header(ByteBuf in) {
        int version = in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedShort();
        int streamId = in.readInt();
        long length = in.readUnsignedInt();
        if (version != Yamux.VERSION) {
            throw new InvalidBytesException("yamux version " + version + ", must be " + Yamux.VERSION);
        }
        return switch (type) {
            case Yamux.TYPE_DATA -> data(flags, streamId, length);
            case Yamux.TYPE_WINDOW_UPDATE -> {
                requireStream(streamId, "window update");
                yield new YamuxFrame.WindowUpdate(flags, streamId, length);
            }
            case Yamux.TYPE_PING -> {
                requireSession(streamId, "ping");
                yield new YamuxFrame.Ping(flags, (int) length);
            }
            case Yamux.TYPE_GO_AWAY -> {
                requireSession(streamId, "go away");
                yield new YamuxFrame.GoAway(length);
            }
            default -> throw new InvalidBytesException("yamux frame type " + type + ", at most " + Yamux.TYPE_GO_AWAY);
        };
    }

    private YamuxFrame data(int flags, int streamId, long length) {
        requireStream(streamId, "data");
        if ((flags & Yamux.RST) == 0 && length > maxPayloadBytes) {
            throw new InvalidBytesException("yamux data frame of " + length + " bytes, at most " + maxPayloadBytes);
        }
        YamuxFrame.Data frame = new YamuxFrame.Data(flags, streamId, length);
        payloadBytesDue = frame.payloadBytes();
        return frame;
    }

    private static void requireStream(int streamId, String type) {
        if (streamId == 0) {
            throw new InvalidBytesException("yamux " + type + " for stream 0, must be at least 1");
        }
    }

    private static void requireSession(int streamId, String type) {
        if (streamId != 0) {
            throw new InvalidBytesException(
                    "yamux " + type + " for stream " + Integer.toUnsignedString(streamId) + ", must be 0");
        }
    }
}
