// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a QUIC connection. Reads from QUIC only what the application asks for and a little ahead, so that the peer's window
 * closes when nobody reads. Belongs to the event loop.
 *
 * <p>quiche forgets a stream when all bytes of both directions are acknowledged, whether the end of it is or not. An end that stands in
 * the same frame as the last bytes is acknowledged with them. One that comes later is lost when the bytes before it are
 * acknowledged while it is not sent, or while the only packet that carries it is lost. So the last write waits for the end of
 * the turn, lest an end follow; and an end that follows later is not written while packets are being read, when quiche would keep it.
 *
 * @see <a href="https://github.com/cloudflare/quiche/issues/2525">quiche issue 2525</a>
 */
final class QuicMuxedStream extends ChannelInboundHandlerAdapter implements MuxedStream {
    private final QuicMuxer muxer;
    private final boolean isOfPeer;
    private final Deque<ByteBuf> received = new ArrayDeque<>();
    private @Nullable QuicStreamChannel channel;
    private @Nullable Substream substream;
    private @Nullable ChannelFuture lastWrite;
    /** The last write, until the turn is over. */
    private @Nullable Held held;

    private int receivedBytes;
    private int unsentBytes;
    private int unsentWrites;
    private boolean reading;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean over;

    private record Held(ByteBuf bytes, WriteListener listener) {}

    QuicMuxedStream(QuicMuxer muxer, boolean ofPeer) {
        this.muxer = muxer;
        isOfPeer = ofPeer;
    }

    /** Whether the peer opened it. */
    boolean isOfPeer() {
        return isOfPeer;
    }

    @Override
    public void attach(Object driverState) {
        substream = (Substream) driverState;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        QuicStreamChannel stream = (QuicStreamChannel) ctx.channel();
        stream.config().setAutoRead(false).setAllowHalfClosure(true).setReadFrames(true);
        channel = stream;
        muxer.add(this);
        readMore();
    }

    private QuicStreamChannel channel() {
        QuicStreamChannel known = channel;
        if (known == null) {
            throw new IllegalStateException("quic stream is used before it is open");
        }
        return known;
    }

    // What comes.

    private void readMore() {
        if (!reading && !inputEnded && !over && receivedBytes < QuicLimits.READ_AHEAD_BYTES) {
            reading = true;
            // Never within a call of the application's: what is there arrives at once.
            channel().eventLoop().execute(channel()::read);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // Frames tell the peer's own end of the stream from that of the connection.
        QuicStreamFrame frame = (QuicStreamFrame) message;
        inputEnded |= frame.hasFin();
        ByteBuf bytes = frame.content();
        if (over || !bytes.isReadable()) {
            bytes.release();
        } else {
            received.add(bytes);
            receivedBytes += bytes.readableBytes();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        if (!over && substream != null && (receivedBytes > 0 || inputEnded)) {
            substream.readable();
        }
        readMore();
    }

    @Override
    public @Nullable ByteBuf read(int maxBytes, long nowNanos) {
        ByteBuf first = received.peek();
        if (first == null) {
            return null;
        }
        ByteBuf taken;
        if (first.readableBytes() <= maxBytes) {
            taken = received.remove();
        } else {
            taken = first.readRetainedSlice(maxBytes);
        }
        receivedBytes -= taken.readableBytes();
        if (receivedBytes == 0 && !channel().isOpen()) {
            muxer.remove(this);
        }
        readMore();
        return taken;
    }

    @Override
    public int readableBytes() {
        return receivedBytes;
    }

    @Override
    public boolean isInputEnded() {
        return over || (inputEnded && receivedBytes == 0);
    }

    // What leaves.

    @Override
    public WriteResult write(ByteBuf data, Object token) {
        if (over || outputEnded) {
            return WriteResult.CLOSED;
        }
        int length = data.readableBytes();
        if (unsentBytes > QuicLimits.MAX_UNSENT_BYTES - length || unsentWrites >= QuicLimits.MAX_UNSENT_WRITES) {
            return WriteResult.FULL;
        }
        if (length == 0) {
            sendHeld(false);
            data.release();
            // Netty's codec would hold an empty write, and the end behind it, until the peer sends something.
            (lastWrite == null ? channel().newSucceededFuture() : lastWrite)
                    .addListener(sent -> ended((WriteListener) token, sent.isSuccess()));
            return WriteResult.ACCEPTED;
        }
        unsentBytes += length;
        unsentWrites++;
        sendHeld(false);
        held = new Held(data, (WriteListener) token);
        muxer.wrote(this);
        return WriteResult.ACCEPTED;
    }

    /** Writes what waited for the end of the turn, with the end of the stream or without it. */
    private boolean sendHeld(boolean end) {
        Held last = held;
        if (last == null) {
            return false;
        }
        held = null;
        int length = last.bytes.readableBytes();
        lastWrite = channel().write(end ? new DefaultQuicStreamFrame(last.bytes, true) : last.bytes);
        lastWrite.addListener(sent -> {
            unsentBytes -= length;
            unsentWrites--;
            ended(last.listener, sent.isSuccess());
        });
        return true;
    }

    private void ended(WriteListener listener, boolean sent) {
        if (sent) {
            listener.written();
        } else {
            // Not within the call that ended the stream.
            channel()
                    .eventLoop()
                    .execute(() -> listener.failed(
                            substream == null ? muxer.connection().streamFailure() : substream.dropped()));
        }
    }

    void flush() {
        sendHeld(false); // quiche sends it at once
    }

    @Override
    public void closeWrite() {
        if (!over && !outputEnded) {
            outputEnded = true;
            if (sendHeld(true)) {
                return;
            }
            // In line behind what was written.
            (lastWrite == null ? channel().newSucceededFuture() : lastWrite)
                    .addListener(sent -> channel().eventLoop().execute(this::endOutput));
        }
    }

    /** In a turn of its own, in which it is sent at once if congestion control lets it. */
    private void endOutput() {
        if (!over) {
            var unused = channel().shutdownOutput();
        }
    }

    // The end.

    @Override
    public void reset(long code) {
        if (!over) {
            release();
            abort((int) code);
        }
    }

    /** Closing alone would end this side's direction as if all had been sent. */
    private void abort(int code) {
        var unused = channel().shutdown(code, channel().newPromise());
        var unusedToo = channel().close();
    }

    private void release() {
        over = true;
        Held unsent = held;
        if (unsent != null) {
            held = null;
            unsent.bytes.release();
            ended(unsent.listener, false);
        }
        received.forEach(ByteBuf::release);
        received.clear();
        receivedBytes = 0;
        muxer.remove(this);
    }

    /** Ends the stream for a reason that is not its driver's. */
    void broken(PeerkitException cause) {
        if (!over) {
            release();
            if (substream != null) {
                substream.broken(cause);
            }
            abort(0);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        String what = failure instanceof QuicStreamResetException ? " reset the stream" : " broke the stream";
        broken(new PeerUnreachableException("peer " + muxer.connection().node() + what, failure));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (inputEnded && outputEnded) {
            if (receivedBytes == 0) {
                muxer.remove(this); // else what came may still be read, and is released with the connection
            }
        } else {
            broken(
                    muxer.connection().isOpen()
                            ? new PeerUnreachableException(
                                    "peer " + muxer.connection().node() + " reset the stream")
                            : muxer.connection().streamFailure());
        }
    }
}
