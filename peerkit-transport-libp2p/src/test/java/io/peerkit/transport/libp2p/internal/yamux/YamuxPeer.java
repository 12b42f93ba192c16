// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** A session under test and the hand of its driver. All memory comes from one allocator, so that leaks show. */
final class YamuxPeer {
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    final YamuxSession session;
    long now;

    YamuxPeer(YamuxRole role, YamuxLimits limits) {
        session = new YamuxSession(role, limits, allocator);
    }

    YamuxPeer(SharedBudget shared) {
        session = new YamuxSession(YamuxRole.LISTENER, YamuxLimits.defaults(), allocator, shared);
    }

    static YamuxPeer listener() {
        return new YamuxPeer(YamuxRole.LISTENER, YamuxLimits.defaults());
    }

    static YamuxPeer dialer() {
        return new YamuxPeer(YamuxRole.DIALER, YamuxLimits.defaults());
    }

    ByteBuf buffer(byte... bytes) {
        return allocator.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    ByteBuf zeros(int length) {
        return allocator.buffer(Math.max(1, length)).writeZero(length);
    }

    /** Feeds bytes written in hex; blanks are for the reader. */
    void receivedHex(String hex) {
        session.received(buffer(ByteBufUtil.decodeHexDump(hex.replace(" ", ""))), now);
    }

    /** Feeds a frame without payload. */
    void received(YamuxFrame frame) {
        ByteBuf bytes = allocator.buffer(Yamux.HEADER_BYTES);
        YamuxFrameEncoder.encode(frame, bytes);
        session.received(bytes, now);
    }

    void receivedUpdate(int flags, int streamId, long length) {
        received(new YamuxFrame.WindowUpdate(flags, streamId, length));
    }

    /** Feeds a data frame of zeros in a buffer of its own. */
    void receivedZeros(int flags, int streamId, int length) {
        ByteBuf bytes = allocator.buffer(Yamux.HEADER_BYTES + length);
        YamuxFrameEncoder.encode(new YamuxFrame.Data(flags, streamId, length), bytes);
        bytes.writeZero(length);
        session.received(bytes, now);
    }

    /** The peer opens a stream, and its event is taken. */
    YamuxStream opened(int streamId) {
        receivedUpdate(Yamux.SYN, streamId, 0);
        List<YamuxEvent> events = events();
        assertThat(events).hasSize(1);
        return ((YamuxEvent.StreamOpened) events.get(0)).stream();
    }

    List<YamuxEvent> events() {
        List<YamuxEvent> events = new ArrayList<>();
        for (YamuxEvent event = session.pollEvent(); event != null; event = session.pollEvent()) {
            events.add(event);
        }
        return events;
    }

    /** All output in hex. */
    String outputHex() {
        ByteBuf out = output();
        String hex = ByteBufUtil.hexDump(out);
        out.release();
        return hex;
    }

    /** All output; the caller releases it. */
    ByteBuf output() {
        ByteBuf out = allocator.buffer();
        while (session.hasOutput()) {
            session.pollOutput(out, 64 * 1024, now);
        }
        return out;
    }

    /** The headers of all output; payload is skipped. */
    List<YamuxFrame> outputFrames() {
        ByteBuf out = output();
        List<YamuxFrame> frames = frames(out);
        out.release();
        return frames;
    }

    static List<YamuxFrame> frames(ByteBuf bytes) {
        YamuxFrameDecoder decoder = new YamuxFrameDecoder(YamuxLimits.MAX_WINDOW_BYTES);
        List<YamuxFrame> frames = new ArrayList<>();
        for (YamuxFrame frame = decoder.decode(bytes); frame != null; frame = decoder.decode(bytes)) {
            frames.add(frame);
            bytes.skipBytes(decoder.payloadBytesDue());
            decoder.payloadTaken(decoder.payloadBytesDue());
        }
        assertThat(bytes.isReadable()).as("whole frames").isFalse();
        return frames;
    }

    /** Reads all that is there; returns how many bytes. */
    int drain(YamuxStream stream) {
        int bytes = 0;
        for (ByteBuf piece = stream.read(Integer.MAX_VALUE, now);
                piece != null;
                piece = stream.read(Integer.MAX_VALUE, now)) {
            bytes += piece.readableBytes();
            piece.release();
        }
        return bytes;
    }

    String failure() {
        for (YamuxEvent event : events()) {
            if (event instanceof YamuxEvent.ProtocolError error) {
                return error.message();
            }
        }
        return "no failure";
    }

    long memoryBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    /** Closes the session and checks that it gave back all memory. */
    void closeWithoutLeak() {
        session.close();
        events();
        assertThat(session.streamCount()).isZero();
        assertThat(session.readableBytes()).isZero();
        assertThat(session.receiveBudget().windowBytes()).isZero();
        assertThat(memoryBytes()).as("memory in use after close").isZero();
    }
}
