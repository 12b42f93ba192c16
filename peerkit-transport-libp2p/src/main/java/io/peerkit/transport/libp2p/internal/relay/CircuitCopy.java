// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.yamux.YamuxLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Carries the bytes of a circuit in one direction, from a stream of one event loop to a stream of perhaps another, in the
 * buffers in which they arrived. It reads only while less than {@link #MAX_IN_FLIGHT_BYTES} of it wait to be sent, so a slow
 * reader at one end slows the writer at the other.
 *
 * <p>Belongs to the event loop of {@code from}, except what says otherwise.
 */
final class CircuitCopy implements StreamDriver {
    /** What may be read and not yet sent on, the cost of each write counted. */
    static final int MAX_IN_FLIGHT_BYTES = 262_144;

    private static final int MAX_PIECE_BYTES = 65_536;

    /** How circuits end and what they must pay. */
    interface Owner {
        /** Bytes were carried; returns how many nanoseconds to rest. */
        long carried(int bytes);

        /** The direction's end was passed on. On any event loop. */
        void finished();

        /** The circuit cannot go on. On any event loop. */
        void broken();
    }

    private final Substream from;
    private final Substream to;
    private final Owner owner;
    private final long maxBytes;

    private long carried;
    private int inFlight;
    private boolean resting;
    private boolean ended;

    /** What was sent since {@code from} was last told of it; written to on the event loop of {@code to}. */
    private final AtomicInteger sent = new AtomicInteger();

    /** What waits in {@code to}. Belongs to its event loop. */
    private int unsent;

    /** @param maxBytes what may be carried, 0 for any number */
    CircuitCopy(Substream from, Substream to, Owner owner, long maxBytes) {
        this.from = from;
        this.to = to;
        this.owner = owner;
        this.maxBytes = maxBytes;
    }

    @Override
    public void readable() {
        if (ended) {
            return;
        }
        List<ByteBuf> pieces = take();
        ended = ended || from.isInputEnded();
        if (!pieces.isEmpty() || ended) {
            boolean last = ended;
            on(to.connection(), () -> pass(pieces, last), pieces);
        }
    }

    private List<ByteBuf> take() {
        List<ByteBuf> pieces = new ArrayList<>();
        while (!resting && inFlight < MAX_IN_FLIGHT_BYTES) {
            @Nullable ByteBuf piece = from.readPiece(MAX_PIECE_BYTES);
            if (piece == null) {
                break;
            }
            int length = piece.readableBytes();
            carried += length;
            if (maxBytes > 0 && carried > maxBytes) {
                piece.release();
                ended = true;
                pieces.forEach(ByteBuf::release);
                owner.broken();
                return List.of();
            }
            inFlight += length + YamuxLimits.WRITE_COST_BYTES;
            pieces.add(piece);
            long rest = owner.carried(length);
            if (rest > 0) {
                resting = true;
                from.connection().after(Duration.ofNanos(rest), this::rested);
            }
        }
        return pieces;
    }

    private void rested() {
        resting = false;
        readable();
    }

    @Override
    public void broken(PeerkitException cause) {
        ended = true;
        owner.broken();
    }

    // The event loop of the other stream.

    private void pass(List<ByteBuf> pieces, boolean last) {
        for (ByteBuf piece : pieces) {
            int charge = piece.readableBytes() + YamuxLimits.WRITE_COST_BYTES;
            unsent += charge;
            to.write(piece, new Passed(charge));
        }
        if (last) {
            to.closeWrite();
            owner.finished();
        }
    }

    private final class Passed implements WriteListener {
        private final int charge;

        Passed(int charge) {
            this.charge = charge;
        }

        /** Tells the other event loop now and then, since waking it is dear. */
        @Override
        public void written() {
            unsent -= charge;
            int before = sent.getAndAdd(charge);
            int quarter = MAX_IN_FLIGHT_BYTES / 4;
            if (unsent == 0 || (before < quarter && before + charge >= quarter)) {
                on(from.connection(), CircuitCopy.this::goOn, List.of());
            }
        }

        @Override
        public void failed(PeerkitException cause) {
            // The driver of the stream hears of it.
        }
    }

    private void goOn() {
        inFlight -= sent.getAndSet(0);
        readable();
    }

    private void on(Connection connection, Runnable task, List<ByteBuf> pieces) {
        try {
            connection.execute(task);
        } catch (RejectedExecutionException e) {
            pieces.forEach(ByteBuf::release); // the transport is closed
        }
    }
}
