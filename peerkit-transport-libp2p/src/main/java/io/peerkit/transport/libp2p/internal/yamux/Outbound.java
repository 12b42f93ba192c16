// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent, in the order in which it is: go-away, ping answers, our ping, resets, what streams have to say
 * besides data, and then data, one frame of each stream in turn. So a ping gets through however much data waits.
 *
 * <p>Every queue is bounded: ping answers and resets by the constants here, the rest by one entry for each stream.
 */
final class Outbound {
    /** Ping answers that may wait; a peer has one ping outstanding, so what comes above this is not answered. */
    static final int MAX_PENDING_PONGS = 16;

    /** Resets that may wait. A peer that causes more does not read what it is sent. */
    static final int MAX_PENDING_RESETS = 1024;

    /** A shorter part of longer data is not sent only because the output has so little room left. */
    private static final int MIN_PART_BYTES = 512;

    /** A stream says what it has to say in two frames at most: an update, and FIN by itself. */
    private static final int MAX_CONTROL_BYTES = 2 * Yamux.HEADER_BYTES;

    private final int maxFrameBytes;
    private final RoundTrip roundTrip;
    private final Deque<YamuxFrame.Ping> pongs = new ArrayDeque<>();
    private final Deque<YamuxFrame.WindowUpdate> resets = new ArrayDeque<>();
    private final Deque<YamuxStream> control = new ArrayDeque<>();
    private final Deque<YamuxStream> ready = new ArrayDeque<>();
    private YamuxFrame.@Nullable GoAway goAway;
    private boolean ended;

    Outbound(int maxFrameBytes, RoundTrip roundTrip) {
        this.maxFrameBytes = maxFrameBytes;
        this.roundTrip = roundTrip;
    }

    void goAway(long code) {
        goAway = new YamuxFrame.GoAway(code);
    }

    void pong(int value) {
        if (pongs.size() < MAX_PENDING_PONGS) {
            pongs.addLast(new YamuxFrame.Ping(Yamux.ACK, value));
        }
    }

    /** Queues a reset; false when too many wait. */
    boolean reset(int streamId, long code) {
        if (resets.size() >= MAX_PENDING_RESETS) {
            return false;
        }
        resets.addLast(new YamuxFrame.WindowUpdate(Yamux.RST, streamId, code));
        return true;
    }

    /** The stream has flags or a window update to send; to be called once until they were sent. */
    void control(YamuxStream stream) {
        control.addLast(stream);
    }

    /** The stream has data and window to send it; to be called once until it has not. */
    void ready(YamuxStream stream) {
        ready.addLast(stream);
    }

    void forget(YamuxStream stream, boolean inControl, boolean inReady) {
        if (inControl) {
            control.remove(stream);
        }
        if (inReady) {
            ready.remove(stream);
        }
    }

    /** Drops everything; only a go-away is taken from now on. */
    void end() {
        ended = true;
        goAway = null;
        pongs.clear();
        resets.clear();
        control.clear();
        ready.clear();
    }

    boolean isEmpty() {
        return goAway == null
                && (ended
                        || (pongs.isEmpty()
                                && !roundTrip.isWanted()
                                && resets.isEmpty()
                                && control.isEmpty()
                                && ready.isEmpty()));
    }

    /** Writes at most {@code maxBytes} to {@code out}; returns how many. */
    int drain(ByteBuf out, int maxBytes, long nowNanos) {
        int start = out.writerIndex();
        int end = start + maxBytes;
        if (goAway != null) {
            YamuxFrameEncoder.encode(goAway, out);
            goAway = null;
        }
        if (!ended) {
            session(out, end, nowNanos);
            control(out, end);
            data(out, start, end);
            // A stream whose last data just left may close in the same flush.
            control(out, end);
        }
        return out.writerIndex() - start;
    }

    private void session(ByteBuf out, int end, long nowNanos) {
        while (!pongs.isEmpty() && room(out, end) >= Yamux.HEADER_BYTES) {
            YamuxFrameEncoder.encode(pongs.removeFirst(), out);
        }
        if (roundTrip.isWanted() && room(out, end) >= Yamux.HEADER_BYTES) {
            YamuxFrameEncoder.encode(new YamuxFrame.Ping(Yamux.SYN, roundTrip.send(nowNanos)), out);
        }
        while (!resets.isEmpty() && room(out, end) >= Yamux.HEADER_BYTES) {
            YamuxFrameEncoder.encode(resets.removeFirst(), out);
        }
    }

    private void control(ByteBuf out, int end) {
        while (!control.isEmpty() && room(out, end) >= MAX_CONTROL_BYTES) {
            control.removeFirst().writeControl(out);
        }
    }

    private void data(ByteBuf out, int start, int end) {
        if (!control.isEmpty()) {
            // One of these may be the SYN of a stream, which goes before its data.
            return;
        }
        while (!ready.isEmpty()) {
            YamuxStream stream = ready.getFirst();
            int sendable = Math.min(stream.sendableBytes(), maxFrameBytes);
            int length = Math.min(sendable, room(out, end) - Yamux.HEADER_BYTES);
            if (length <= 0 || (length < Math.min(sendable, MIN_PART_BYTES) && out.writerIndex() > start)) {
                return;
            }
            ready.removeFirst();
            YamuxFrameEncoder.encode(new YamuxFrame.Data(0, stream.id(), length), out);
            if (stream.writeData(out, length)) {
                ready.addLast(stream);
            }
        }
    }

    private static int room(ByteBuf out, int end) {
        return end - out.writerIndex();
    }
}
