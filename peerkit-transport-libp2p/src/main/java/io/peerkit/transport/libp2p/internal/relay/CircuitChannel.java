// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.CircuitAddress;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.yamux.YamuxLimits;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A circuit as Netty knows sockets, so that it is upgraded and used as any other connection: its bytes are those of a stream
 * of the connection to the relay, on whose event loop it lives.
 *
 * <p>What is written waits here until the stream has room, and what arrives stays in the stream, within its window, until
 * this side reads.
 */
public final class CircuitChannel extends AbstractChannel {
    /** What the stream may hold unsent for this channel, the cost of each write counted. */
    static final int MAX_UNSENT_BYTES = 262_144;

    /** Less room than this is waited out, so that large writes are not cut into crumbs. */
    private static final int MIN_PART_BYTES = 16_384;

    private static final int MAX_READ_BYTES = 65_536;

    /** After so many pieces the event loop looks after others. */
    private static final int MAX_PIECES = 16;

    /** How long the relay may take to close its side once this one is closed. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(1);

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, MAX_PIECES);

    private final DefaultChannelConfig config = new DefaultChannelConfig(this);
    private final Substream stream;
    private final CircuitAddress remote;
    private volatile boolean open = true;
    private boolean readWanted;
    private boolean reading;
    private int unsent;

    /**
     * Takes over a stream. Register the channel with the event loop of the stream's connection.
     *
     * @param stream on which the circuit was agreed
     * @param remote the other end
     */
    public CircuitChannel(Substream stream, CircuitAddress remote) {
        super(null);
        this.stream = stream;
        this.remote = remote;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new CircuitUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop == loop();
    }

    /** Where to register this channel. */
    EventLoop loop() {
        return stream.connection().eventLoop();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        stream.drive(new Driver());
        promise.setSuccess();
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("a circuit is not bound to an address");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        try {
            stream.connection().execute(this::endStream);
        } catch (RejectedExecutionException e) {
            // The connection to the relay has ended with its event loop.
        }
    }

    /** Ends this side's direction behind what was written, and both when the relay does not follow. */
    private void endStream() {
        stream.drive(new Discard(stream));
        stream.closeWrite();
        stream.connection().after(CLOSING_TIME, stream::reset);
    }

    @Override
    protected void doBeginRead() {
        readWanted = true;
        if (!reading && (stream.readableBytes() > 0 || stream.isInputEnded())) {
            eventLoop().execute(this::readSome);
        }
    }

    private void readSome() {
        if (reading) {
            return;
        }
        reading = true;
        try {
            if (readWanted && open) {
                readPieces();
            }
        } finally {
            reading = false;
        }
        if (open && stream.isInputEnded()) {
            closeSoon();
        } else if (open && readWanted && stream.readableBytes() > 0) {
            eventLoop().execute(this::readSome);
        }
    }

    private void readPieces() {
        int pieces = 0;
        ByteBuf piece;
        while (pieces < MAX_PIECES && open && (piece = stream.readPiece(MAX_READ_BYTES)) != null) {
            readWanted = false;
            pieces++;
            pipeline().fireChannelRead(piece);
        }
        if (pieces > 0) {
            pipeline().fireChannelReadComplete();
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf) {
            return message;
        }
        throw new UnsupportedOperationException("a circuit carries bytes, not " + message.getClass());
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        Object message;
        while ((message = in.current()) != null) {
            ByteBuf bytes = (ByteBuf) message;
            int length = bytes.readableBytes();
            int room = MAX_UNSENT_BYTES - unsent - YamuxLimits.WRITE_COST_BYTES;
            if (length > 0 && room < Math.min(length, MIN_PART_BYTES)) {
                return; // goes on when some of it was sent
            }
            int part = Math.min(length, room);
            if (part > 0) {
                int charge = part + YamuxLimits.WRITE_COST_BYTES;
                unsent += charge;
                stream.write(bytes.readRetainedSlice(part), new Unsent(charge));
            }
            if (bytes.isReadable()) {
                in.progress(part);
            } else {
                in.remove();
            }
        }
    }

    private void closeSoon() {
        eventLoop().execute(() -> unsafe().close(unsafe().voidPromise()));
    }

    private final class CircuitUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            safeSetFailure(promise, new UnsupportedOperationException("a circuit is connected from the start"));
        }

        void goOn() {
            flush0();
        }
    }

    private final class Unsent implements WriteListener {
        private final int charge;

        Unsent(int charge) {
            this.charge = charge;
        }

        @Override
        public void written() {
            unsent -= charge;
            if (open) {
                ((CircuitUnsafe) unsafe()).goOn();
            }
        }

        @Override
        public void failed(PeerkitException cause) {
            // The driver hears of it.
        }
    }

    private final class Driver implements StreamDriver {
        @Override
        public void readable() {
            readSome();
        }

        @Override
        public void broken(PeerkitException cause) {
            if (open) {
                pipeline().fireExceptionCaught(cause);
                closeSoon();
            }
        }
    }

    /** Reads to the end what nobody wants any more, so that the stream ends. */
    private record Discard(Substream stream) implements StreamDriver {
        @Override
        public void readable() {
            ByteBuf piece;
            while ((piece = stream.readPiece(MAX_READ_BYTES)) != null) {
                piece.release();
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            // It is over anyhow.
        }
    }
}
