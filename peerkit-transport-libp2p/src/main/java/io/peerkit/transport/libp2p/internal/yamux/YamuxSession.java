// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One side of a yamux connection, as a state machine without IO, clock or thread.
 *
 * <p>The driver owns it together with its streams, and calls them from one thread, in this rhythm:
 *
 * <pre>{@code
 *   bytes came        session.received(bytes, now)       | then, always:
 *   application       stream.write, read, reset, ...     |   while ((event = session.pollEvent()) != null) ...
 *   timer             session.ping()                     |   while (channel is writable && session.hasOutput())
 *   channel writable                                     |       session.pollOutput(out, max, now); write out; flush
 *   channel closed    session.close()                    |   poll events again: pollOutput completes writes
 * }</pre>
 *
 * <p>So output is made at the moment at which the channel can take it: what is urgent goes first however much waits, and
 * small frames leave together. Receive windows grow only once a round trip is known, so ping when the connection is new
 * and from time to time; {@link #ping} answers false while the last one was not answered.
 *
 * <p><b>Memory</b> is bounded whatever the peer sends: by {@link YamuxLimits} for streams and what they hold, by
 * {@link Outbound#MAX_PENDING_PONGS} and {@link Outbound#MAX_PENDING_RESETS} for answers, and for events by two for every
 * header in one call of {@link #received}, provided that the driver polls them after each call.
 *
 * <p><b>Errors.</b> What goes wrong with one stream is a {@link YamuxEvent.Reset} of it. What the peer must not do at all
 * ends the session: {@link YamuxEvent.ProtocolError}. No method throws because of what a peer sent.
 *
 * @see Yamux
 */
public final class YamuxSession {
    private enum Phase {
        OPEN,
        FAILED,
        CLOSED
    }

    private final YamuxLimits limits;
    private final ByteBufAllocator allocator;
    private final StreamTable streams;
    private final YamuxFrameDecoder decoder;
    private final Outbound outbound;
    private final RoundTrip roundTrip = new RoundTrip();
    private final ReceiveBudget receiveBudget;
    private final ResetBudget resetBudget;
    private final Queue<YamuxEvent> events = new ArrayDeque<>();

    private Phase phase = Phase.OPEN;
    private boolean goingAway;
    private boolean peerGoingAway;

    /** Whose payload comes next; null when it is skipped. */
    private @Nullable YamuxStream payloadStream;

    private boolean finAfterPayload;

    /**
     * Starts a session; nothing is sent for that.
     *
     * @param role which side of the connection this is
     * @param limits what it may use
     * @param allocator where copies of small pieces are allocated
     */
    public YamuxSession(YamuxRole role, YamuxLimits limits, ByteBufAllocator allocator) {
        this(role, limits, allocator, SharedBudget.of(Long.MAX_VALUE));
    }

    /**
     * Starts a session; nothing is sent for that.
     *
     * @param role which side of the connection this is
     * @param limits what it may use
     * @param allocator where copies of small pieces are allocated
     * @param shared what all connections of the peer may use
     */
    public YamuxSession(YamuxRole role, YamuxLimits limits, ByteBufAllocator allocator, SharedBudget shared) {
        this.limits = limits;
        this.allocator = allocator;
        streams = new StreamTable(role, limits);
        decoder = new YamuxFrameDecoder(limits.maxWindowBytes());
        outbound = new Outbound(limits.maxFrameBytes(), roundTrip);
        receiveBudget = new ReceiveBudget(limits.maxReceiveBytes(), shared);
        resetBudget = new ResetBudget(limits.resetBurst(), limits.resetsPerSecond());
    }

    /**
     * Takes bytes that the connection received. Ignored after a failure or {@link #close}.
     *
     * @param in the bytes; released by the session, which may keep slices of it until they are read. Its memory should
     *     hold little besides {@code in}, because that is what a slice is taken to keep alive
     * @param nowNanos the time, in nanoseconds from any fixed point
     */
    public void received(ByteBuf in, long nowNanos) {
        try {
            int held = memoryBytes(in);
            while (phase == Phase.OPEN && in.isReadable()) {
                if (decoder.payloadBytesDue() > 0) {
                    payload(in, held);
                } else {
                    YamuxFrame frame = decoder.decode(in);
                    if (frame != null) {
                        frame(frame, nowNanos);
                    }
                }
            }
        } catch (InvalidBytesException e) {
            fail(e.getMessage());
        } finally {
            in.release();
        }
    }

    /**
     * What happened since the last call.
     *
     * @return the next event in order, null when there is none
     */
    public @Nullable YamuxEvent pollEvent() {
        return events.poll();
    }

    /**
     * Writes frames that are due: answers and control first, then data of all streams in turn.
     *
     * @param out appended to; stays the caller's
     * @param maxBytes the most to write, at least {@link Yamux#MIN_OUTPUT_BYTES} and no more than {@code out} can take;
     *     a good value is what fits one record of the layer below, or several
     * @param nowNanos the time, in nanoseconds from any fixed point
     * @return the bytes written, 0 when nothing is due
     * @throws InvalidSettingException when {@code maxBytes} is out of these bounds
     */
    public int pollOutput(ByteBuf out, int maxBytes, long nowNanos) {
        if (maxBytes < Yamux.MIN_OUTPUT_BYTES || maxBytes > out.maxWritableBytes()) {
            throw new InvalidSettingException("yamux output of " + maxBytes + " bytes, must be "
                    + Yamux.MIN_OUTPUT_BYTES + " to " + out.maxWritableBytes());
        }
        return outbound.drain(out, maxBytes, nowNanos);
    }

    /**
     * Whether {@link #pollOutput} would write something.
     *
     * @return false also when all that waits has no window
     */
    public boolean hasOutput() {
        return !outbound.isEmpty();
    }

    /**
     * Opens a stream. It can be written to at once, without waiting for the peer to accept it.
     *
     * @return the stream
     * @throws LimitExceededException when {@link YamuxLimits#maxOutboundStreams} exist or
     *     {@link YamuxLimits#maxUnacknowledgedStreams} wait for the peer; later may work
     * @throws ClosedException when the session has ended, either side is going away, or all ids were used; only a new
     *     connection helps
     */
    public YamuxStream open() {
        if (phase != Phase.OPEN || goingAway || peerGoingAway) {
            throw new ClosedException("yamux session is " + (phase == Phase.OPEN ? "going away" : "closed"));
        }
        YamuxStream stream = new YamuxStream(this, streams.nextOutboundId(), true);
        streams.add(stream);
        return stream;
    }

    /**
     * Sends a ping; its answer is a {@link YamuxEvent.Pong}.
     *
     * @return false when the last one has no answer yet, or the session has ended
     */
    public boolean ping() {
        return phase == Phase.OPEN && roundTrip.start();
    }

    /**
     * The smoothed round trip.
     *
     * @return nanoseconds, 0 before the first answer
     */
    public long roundTripNanos() {
        return roundTrip.smoothedNanos();
    }

    /**
     * Tells the peer that no new streams are wanted. Those that exist go on; the peer's new ones are reset.
     *
     * @param code the reason, {@link Yamux#GO_AWAY_NORMAL} and so on
     */
    public void goAway(int code) {
        if (phase == Phase.OPEN && !goingAway) {
            goingAway = true;
            outbound.goAway(code);
        }
    }

    /** Ends the session because the connection is gone: resets all streams and releases all memory. Idempotent. */
    public void close() {
        end(Phase.CLOSED);
    }

    /**
     * Whether the session works.
     *
     * @return false after {@link YamuxEvent.ProtocolError} and after {@link #close}
     */
    public boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /**
     * The streams that exist.
     *
     * @return a number, of both directions
     */
    public int streamCount() {
        return streams.size();
    }

    /**
     * What waits to be read on all streams.
     *
     * @return a number of bytes
     */
    public long readableBytes() {
        return receiveBudget.queuedBytes();
    }

    // What the streams use.

    YamuxLimits limits() {
        return limits;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    ReceiveBudget receiveBudget() {
        return receiveBudget;
    }

    Outbound outbound() {
        return outbound;
    }

    void tell(YamuxEvent event) {
        events.add(event);
    }

    void acknowledged() {
        streams.acknowledged();
    }

    void ended(YamuxStream stream) {
        streams.remove(stream);
    }

    void sendReset(int streamId, long code) {
        if (phase == Phase.OPEN && !outbound.reset(streamId, code)) {
            fail("yamux resets that the peer does not read " + (Outbound.MAX_PENDING_RESETS + 1) + ", at most "
                    + Outbound.MAX_PENDING_RESETS);
        }
    }

    // Frames.

    private void frame(YamuxFrame frame, long nowNanos) {
        if (frame instanceof YamuxFrame.OfStream ofStream) {
            streamFrame(ofStream, nowNanos);
        } else if (frame instanceof YamuxFrame.Ping ping) {
            ping(ping, nowNanos);
        } else if (frame instanceof YamuxFrame.GoAway goAway && !peerGoingAway) {
            peerGoingAway = true;
            tell(new YamuxEvent.GoAway(goAway.code()));
        }
    }

    private void ping(YamuxFrame.Ping ping, long nowNanos) {
        if (ping.has(Yamux.ACK)) {
            long nanos = roundTrip.answered(ping.value(), nowNanos);
            if (nanos >= 0) {
                tell(new YamuxEvent.Pong(nanos));
            }
        } else if (ping.has(Yamux.SYN)) {
            outbound.pong(ping.value());
        }
    }

    private void streamFrame(YamuxFrame.OfStream frame, long nowNanos) {
        YamuxStream stream = frame.has(Yamux.SYN) ? opened(frame) : streams.get(frame.streamId());
        payloadStream = null;
        if (stream == null) {
            // Unknown, refused or ended: the peer may not know yet. Payload is skipped.
            return;
        }
        if (frame.has(Yamux.ACK)) {
            stream.acknowledged();
        }
        if (frame.has(Yamux.RST)) {
            resetByPeer(stream, frame.length(), nowNanos);
        } else if (frame instanceof YamuxFrame.Data data) {
            data(stream, data, nowNanos);
        } else {
            stream.enlarge(frame.length());
            closeIfFin(stream, frame.has(Yamux.FIN));
        }
    }

    private void data(YamuxStream stream, YamuxFrame.Data data, long nowNanos) {
        if (!stream.takesPayload()) {
            return;
        }
        stream.announce(data.payloadBytes(), nowNanos);
        if (data.payloadBytes() == 0) {
            closeIfFin(stream, data.has(Yamux.FIN));
        } else {
            payloadStream = stream;
            finAfterPayload = data.has(Yamux.FIN);
        }
    }

    private void payload(ByteBuf in, int held) {
        int length = Math.min(in.readableBytes(), decoder.payloadBytesDue());
        decoder.payloadTaken(length);
        YamuxStream stream = payloadStream;
        if (stream == null || !stream.takesPayload()) {
            in.skipBytes(length);
            return;
        }
        stream.payload(in, length, held);
        if (decoder.payloadBytesDue() == 0) {
            payloadStream = null;
            closeIfFin(stream, finAfterPayload);
        }
        if (receiveBudget.isExceeded()) {
            resetFullest();
        }
    }

    private static void closeIfFin(YamuxStream stream, boolean fin) {
        if (fin) {
            stream.remoteClosed();
        }
    }

    private @Nullable YamuxStream opened(YamuxFrame.OfStream frame) {
        streams.useInboundId(frame.streamId());
        if (frame.has(Yamux.RST)) {
            return null;
        }
        if (goingAway || streams.isInboundFull()) {
            sendReset(frame.streamId(), 0);
            return null;
        }
        YamuxStream stream = new YamuxStream(this, frame.streamId(), false);
        streams.add(stream);
        tell(new YamuxEvent.StreamOpened(stream));
        return stream;
    }

    private void resetByPeer(YamuxStream stream, long code, long nowNanos) {
        if (!stream.isOutbound() && !resetBudget.take(nowNanos)) {
            throw new InvalidBytesException("yamux streams opened and reset by the peer over " + limits.resetBurst()
                    + " in a burst, then at most " + limits.resetsPerSecond() + " a second");
        }
        stream.abort(ResetCause.PEER, code);
    }

    private void resetFullest() {
        streams.fullest().ifPresent(stream -> {
            stream.abort(ResetCause.RECEIVE_LIMIT, 0);
            sendReset(stream.id(), 0);
        });
    }

    private void fail(@Nullable String message) {
        if (phase != Phase.OPEN) {
            return;
        }
        tell(new YamuxEvent.ProtocolError(String.valueOf(message)));
        end(Phase.FAILED);
        outbound.goAway(Yamux.GO_AWAY_PROTOCOL_ERROR);
    }

    private void end(Phase last) {
        phase = last;
        payloadStream = null;
        for (YamuxStream stream : streams.all()) {
            stream.abort(ResetCause.CONNECTION, 0);
        }
        outbound.end();
    }

    /** The size of the memory that a slice of {@code buffer} keeps alive. */
    private static int memoryBytes(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (ByteBuf inner = root.unwrap(); inner != null; inner = root.unwrap()) {
            root = inner;
        }
        return root.capacity();
    }
}
