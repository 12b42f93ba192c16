// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import io.peerkit.transport.libp2p.internal.stream.ByteSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream of a connection, with one driver at a time. Belongs to the event loop of the connection. */
public final class Substream implements ByteSource {
    private static final StreamDriver NOBODY = new StreamDriver() {
        @Override
        public void readable() {
            // What comes waits for a driver.
        }

        @Override
        public void broken(PeerkitException cause) {
            // The next driver hears of it.
        }
    };

    private final Connection connection;
    private final MuxedStream muxed;
    private StreamDriver driver = NOBODY;
    /** What the negotiation read beyond its own end. */
    private @Nullable ByteBuf ahead;

    private Optional<PeerkitException> failure = Optional.empty();
    private boolean writeClosed;

    Substream(Connection connection, MuxedStream muxed) {
        this.connection = connection;
        this.muxed = muxed;
        muxed.attach(this);
    }

    /**
     * Where the stream belongs.
     *
     * @return the connection
     */
    public Connection connection() {
        return connection;
    }

    /**
     * Hands the stream over. The new driver hears at once of what is there to read.
     *
     * @param next the driver
     */
    public void drive(StreamDriver next) {
        driver = next;
        if (failure.isPresent()) {
            next.broken(failure.get());
        } else if (readableBytes() > 0 || isInputEnded()) {
            readable();
        }
    }

    /**
     * Sets the driver of a stream that has just been opened. What came with the opening is told by events of its own, in
     * their turn: a grant on another stream may stand between.
     */
    void await(StreamDriver first) {
        driver = first;
    }

    /** The negotiation is over; until the next driver comes, nothing is read. */
    void agreed(ByteBuf rest) {
        driver = NOBODY;
        if (rest.isReadable()) {
            ahead = rest;
        } else {
            rest.release();
        }
    }

    /** Something arrived, or the peer has closed its direction. */
    public void readable() {
        if (failure.isPresent()) {
            return;
        }
        try {
            driver.readable();
        } catch (PeerkitException e) {
            fail(e);
        }
    }

    /** Resets the stream because of what its driver found, and lets the driver know. */
    void fail(PeerkitException cause) {
        if (failure.isEmpty()) {
            failure = Optional.of(cause);
            releaseAhead();
            muxed.reset(0);
            connection.flushSoon();
            driver.broken(cause);
        }
    }

    /**
     * The peer or the connection has ended the stream.
     *
     * @param cause what to tell who waits
     */
    public void broken(PeerkitException cause) {
        if (failure.isEmpty()) {
            failure = Optional.of(cause);
            releaseAhead();
            driver.broken(cause);
        }
    }

    /**
     * What a writer is told whose bytes will never be sent.
     *
     * @return why the stream ended
     */
    public PeerkitException dropped() {
        return failure.orElseGet(() -> connection.isOpen()
                ? new PeerUnreachableException("peer " + connection.node() + " reset the stream")
                : connection.streamFailure());
    }

    @Override
    public int readableBytes() {
        return (ahead == null ? 0 : ahead.readableBytes()) + muxed.readableBytes();
    }

    @Override
    public boolean isInputEnded() {
        return ahead == null && muxed.isInputEnded();
    }

    /** {@inheritDoc} Lets the peer send as many more. */
    @Override
    public int read(byte[] into, int offset, int maxBytes) {
        int done = 0;
        while (done < maxBytes) {
            ByteBuf piece = ahead == null ? muxed.read(maxBytes - done, connection.nanoTime()) : ahead;
            if (piece == null) {
                break;
            }
            int part = Math.min(maxBytes - done, piece.readableBytes());
            piece.readBytes(into, offset + done, part);
            done += part;
            if (!piece.isReadable()) {
                ahead = null;
                piece.release();
            }
        }
        connection.flushSoon();
        return done;
    }

    /**
     * Takes what arrived in the buffer that it is in, without copying. Lets the peer send as much more.
     *
     * @param maxBytes the most to take; what the negotiation of the protocol read too far comes whole
     * @return at least one byte, owned by the caller; null when nothing is there
     */
    public @Nullable ByteBuf readPiece(int maxBytes) {
        ByteBuf first = ahead;
        if (first != null) {
            ahead = null;
            return first;
        }
        connection.flushSoon(); // at the end of the turn, which is after what follows
        return muxed.read(maxBytes, connection.nanoTime());
    }

    /**
     * Sends bytes behind those of earlier calls.
     *
     * @param bytes the bytes; not copied
     * @param listener hears what became of them
     */
    public void write(byte[] bytes, WriteListener listener) {
        write(Unpooled.wrappedBuffer(bytes), listener);
    }

    /**
     * Sends bytes behind those of earlier calls.
     *
     * @param bytes the bytes; belong to the stream from now on
     * @param listener hears what became of them
     */
    public void write(ByteBuf bytes, WriteListener listener) {
        WriteResult result = failure.isPresent() ? WriteResult.CLOSED : muxed.write(bytes, listener);
        if (result == WriteResult.ACCEPTED) {
            connection.flushSoon();
            return;
        }
        bytes.release();
        if (result == WriteResult.FULL) {
            listener.failed(new LimitExceededException("stream to " + connection.node() + " has too much unsent"));
        } else {
            listener.failed(failure.orElseGet(() -> new ClosedException("stream was closed for writing")));
        }
    }

    /** Closes this side's direction behind what was written. */
    public void closeWrite() {
        writeClosed = true;
        muxed.closeWrite();
        connection.flushSoon();
    }

    /** Whether nothing can happen on the stream any more. */
    boolean isOver() {
        return failure.isPresent() || (writeClosed && isInputEnded());
    }

    /** Ends both directions at once. The driver hears nothing of it. */
    public void reset() {
        if (failure.isEmpty()) {
            failure = Optional.of(new ClosedException("stream was reset here"));
            releaseAhead();
            muxed.reset(0);
            connection.flushSoon();
        }
    }

    private void releaseAhead() {
        if (ahead != null) {
            ahead.release();
            ahead = null;
        }
    }
}
