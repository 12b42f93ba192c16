// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session: two directions of bytes that close one by one, or both at once by a reset.
 *
 * <p>Called by the owner of the {@link YamuxSession} only. Nothing here blocks or does IO; what a call decided is handed
 * out by {@link YamuxSession#pollOutput} and {@link YamuxSession#pollEvent}. The stream takes no more of the session's
 * memory once both directions are closed and everything was read, or once it was reset.
 */
public final class YamuxStream implements MuxedStream {
    private enum Writing {
        OPEN,
        /** Closed by the application, data or FIN still to be sent. */
        CLOSING,
        CLOSED
    }

    private final YamuxSession session;
    private final int id;
    private final boolean outbound;
    private final YamuxLimits limits;
    private final SendQueue sending;
    private final ReceiveQueue receiving;
    private final ReceiveWindow window;

    private Writing writing = Writing.OPEN;
    private boolean remoteClosed;
    private boolean accepted;
    private boolean ended;
    private boolean reset;

    private long sendWindow = Yamux.INITIAL_WINDOW_BYTES;
    private boolean writableWanted;
    private boolean dataTold;

    private int flagsDue;
    private long deltaDue;
    private boolean finDue;
    private boolean inControl;
    private boolean inReady;

    private @Nullable Object attachment;

    YamuxStream(YamuxSession session, int id, boolean outbound) {
        this.session = session;
        this.id = id;
        this.outbound = outbound;
        limits = session.limits();
        sending = new SendQueue(limits.sendBufferBytes());
        receiving = new ReceiveQueue(session.allocator());
        window = new ReceiveWindow(session.receiveBudget(), limits.maxWindowBytes());
        if (outbound) {
            flagsDue = Yamux.SYN;
            controlDue();
        }
    }

    /**
     * Lets the driver keep its own state with the stream.
     *
     * @param driverState replaces what was attached before
     */
    @Override
    public void attach(Object driverState) {
        attachment = driverState;
    }

    /**
     * What the driver attached.
     *
     * @return null before {@link #attach}
     */
    public @Nullable Object attachment() {
        return attachment;
    }

    /**
     * The number of the stream on this connection.
     *
     * @return an unsigned 32-bit number
     */
    public int id() {
        return id;
    }

    /**
     * Which side opened the stream.
     *
     * @return true when this side did
     */
    public boolean isOutbound() {
        return outbound;
    }

    /**
     * Whether the side that did not open the stream has accepted it.
     *
     * @return false for a stream of ours that may still be refused, and for one of the peer before {@link #accept}
     */
    public boolean isAccepted() {
        return accepted;
    }

    /** Accepts a stream that the peer opened. Writing to it does so too. Without effect the second time. */
    public void accept() {
        if (!outbound && !accepted && !ended) {
            accepted = true;
            flagsDue |= Yamux.ACK;
            controlDue();
        }
    }

    /**
     * Queues bytes to be sent.
     *
     * @param data the bytes; owned by the session when the answer is {@link WriteResult#ACCEPTED}, else by the caller
     * @param token comes back in {@link YamuxEvent.Written} or {@link YamuxEvent.Dropped}, exactly once, when accepted
     * @return what became of the write
     * @throws InvalidSettingException when {@code data} is longer than {@link YamuxLimits#sendBufferBytes} and so could
     *     never be accepted; write it in parts of {@link #writableBytes}
     */
    @Override
    public WriteResult write(ByteBuf data, Object token) {
        int length = data.readableBytes();
        if (length > limits.sendBufferBytes()) {
            throw new InvalidSettingException(
                    "yamux write of " + length + " bytes, at most " + limits.sendBufferBytes());
        }
        if (writing != Writing.OPEN || ended) {
            return WriteResult.CLOSED;
        }
        if (length > sending.room() || sending.room() == 0) {
            writableWanted = true;
            return WriteResult.FULL;
        }
        accept();
        sending.add(data, token);
        if (sending.bytes() == 0) {
            sending.removeComplete(this::written);
        }
        dataDue();
        return WriteResult.ACCEPTED;
    }

    /**
     * How long a write may be to be accepted now.
     *
     * @return a number of bytes, 0 when the buffer is full or this direction closed
     */
    public int writableBytes() {
        return writing == Writing.OPEN && !ended ? sending.room() : 0;
    }

    /** Closes this side's direction once everything written before was sent. Without effect the second time. */
    @Override
    public void closeWrite() {
        if (writing == Writing.OPEN && !ended) {
            accept();
            writing = Writing.CLOSING;
            finDueWhenSent();
        }
    }

    /**
     * Takes bytes that arrived. What is taken counts as consumed: it lets the peer send as much more, so take only what
     * the application asked for.
     *
     * @param maxBytes the most to take, at least 1
     * @param nowNanos the time, in nanoseconds from any fixed point
     * @return at least one byte, owned by the caller; null when nothing is there now (see {@link #isInputEnded})
     * @throws InvalidSettingException when {@code maxBytes} is less than 1
     */
    @Override
    public @Nullable ByteBuf read(int maxBytes, long nowNanos) {
        if (maxBytes < 1) {
            throw new InvalidSettingException("yamux read of " + maxBytes + " bytes, must be at least 1");
        }
        ByteBuf piece = receiving.poll(maxBytes);
        if (piece == null) {
            return null;
        }
        int length = piece.readableBytes();
        session.receiveBudget().released(length);
        if (receiving.isEmpty()) {
            dataTold = false;
        }
        if (!remoteClosed) {
            int delta = window.consumed(length, nowNanos, session.roundTripNanos());
            if (delta > 0) {
                deltaDue += delta;
                controlDue();
            }
        }
        endWhenDone();
        return piece;
    }

    /**
     * What {@link #read} can take now.
     *
     * @return a number of bytes
     */
    @Override
    public int readableBytes() {
        return receiving.bytes();
    }

    /**
     * Whether nothing will ever be there to read again.
     *
     * @return true when the peer closed its direction and everything was read, or the stream was reset
     */
    @Override
    public boolean isInputEnded() {
        return reset || (remoteClosed && receiving.isEmpty());
    }

    /**
     * Whether the stream was reset, by either side.
     *
     * @return true after {@link #reset} or {@link YamuxEvent.Reset}
     */
    public boolean isReset() {
        return reset;
    }

    /**
     * Ends both directions at once and drops what is queued. Without effect on a stream that has ended.
     *
     * @param code tells the peer why, 0 for no reason; 0 to {@link Yamux#MAX_RESET_CODE}
     * @throws InvalidSettingException when {@code code} does not fit 32 bits
     */
    @Override
    public void reset(long code) {
        if (code < 0 || code > Yamux.MAX_RESET_CODE) {
            throw new InvalidSettingException("yamux reset code " + code + ", must be 0 to " + Yamux.MAX_RESET_CODE);
        }
        if (ended) {
            return;
        }
        // A peer that was not told of the stream need not be told of its end.
        boolean known = (flagsDue & Yamux.SYN) == 0;
        abort();
        if (known) {
            session.sendReset(id, code);
        }
    }

    @Override
    public String toString() {
        return "yamux stream " + Integer.toUnsignedString(id);
    }

    // What the session tells the stream.

    void acknowledged() {
        if (outbound && !accepted && (flagsDue & Yamux.SYN) == 0) {
            accepted = true;
            session.acknowledged();
        }
    }

    void enlarge(long delta) {
        if (delta > Yamux.MAX_SEND_WINDOW_BYTES - sendWindow) {
            throw new InvalidBytesException("yamux window of " + this + " enlarged from " + sendWindow + " by " + delta
                    + ", at most " + Yamux.MAX_SEND_WINDOW_BYTES);
        }
        sendWindow += delta;
        dataDue();
    }

    boolean takesPayload() {
        return !remoteClosed && !ended;
    }

    void announce(int length, long nowNanos) {
        if (!window.use(length, nowNanos)) {
            throw new InvalidBytesException("yamux data of " + length + " bytes on " + this + ", at most "
                    + window.credit() + " in its window");
        }
    }

    void payload(ByteBuf in, int length, int held) {
        receiving.add(in, length, held);
        session.receiveBudget().queued(length);
        if (!dataTold) {
            dataTold = true;
            session.tell(new YamuxEvent.DataAvailable(this));
        }
    }

    void remoteClosed() {
        if (!remoteClosed && !ended) {
            remoteClosed = true;
            deltaDue = 0;
            session.tell(new YamuxEvent.RemoteClosed(this));
            endWhenDone();
        }
    }

    void abort(ResetCause cause, long code) {
        abort();
        session.tell(new YamuxEvent.Reset(this, cause, code));
    }

    // What Outbound asks of the stream.

    void writeControl(ByteBuf out) {
        inControl = false;
        if (flagsDue != 0 || deltaDue != 0) {
            YamuxFrameEncoder.encode(new YamuxFrame.WindowUpdate(flagsDue, id, deltaDue), out);
            flagsDue = 0;
            deltaDue = 0;
        }
        if (finDue) {
            YamuxFrameEncoder.encode(new YamuxFrame.WindowUpdate(Yamux.FIN, id, 0), out);
            finDue = false;
            writing = Writing.CLOSED;
            endWhenDone();
        }
    }

    int sendableBytes() {
        return (int) Math.min(sending.bytes(), sendWindow);
    }

    /** Writes payload; returns whether the stream could send more at once, else it is to ask again. */
    boolean writeData(ByteBuf out, int length) {
        sendWindow -= length;
        sending.transfer(out, length, this::written);
        if (writableWanted && sending.isHalfFree() && writing == Writing.OPEN) {
            writableWanted = false;
            session.tell(new YamuxEvent.Writable(this));
        }
        finDueWhenSent();
        inReady = sendableBytes() > 0;
        return inReady;
    }

    private void written(Object token) {
        session.tell(new YamuxEvent.Written(this, token));
    }

    private void controlDue() {
        if (!inControl) {
            inControl = true;
            session.outbound().control(this);
        }
    }

    private void dataDue() {
        if (!inReady && sendableBytes() > 0) {
            inReady = true;
            session.outbound().ready(this);
        }
    }

    private void finDueWhenSent() {
        if (writing == Writing.CLOSING && sending.isEmpty()) {
            finDue = true;
            controlDue();
        }
    }

    private void endWhenDone() {
        if (!ended && remoteClosed && writing == Writing.CLOSED && receiving.isEmpty()) {
            ended = true;
            end();
        }
    }

    private void abort() {
        ended = true;
        reset = true;
        session.receiveBudget().released(receiving.clear());
        sending.clear(token -> session.tell(new YamuxEvent.Dropped(this, token)));
        end();
    }

    private void end() {
        window.close();
        session.outbound().forget(this, inControl, inReady);
        inControl = false;
        inReady = false;
        session.ended(this);
    }
}
