// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.stream;

import io.netty.buffer.Unpooled;
import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A stream for the application.
 *
 * <p>Safe for use by any thread: what is asked for is posted to the event loop of the connection, which owns the rest. What
 * waits to be written is counted by the caller's thread, before it is posted.
 */
public final class Libp2pStream implements PeerStream {
    /** The most writes that may wait at a time, besides {@link #MAX_UNSENT_BYTES}. */
    public static final int MAX_UNSENT_WRITES = 16_384;

    /** Longer writes are given to yamux in slices, so that room comes back as they leave. */
    private static final int SLICE_BYTES = 65_536;

    private static final byte[] NOTHING = {};

    private final Substream stream;
    private final NodeId node;
    private final ProtocolId protocol;
    private final AtomicInteger unsentBytes = new AtomicInteger();
    private final AtomicInteger unsentWrites = new AtomicInteger();

    private @Nullable CompletableFuture<Optional<byte[]>> reading;
    private boolean writeClosed;
    private @Nullable PeerkitException failure;

    /**
     * Takes over a stream; to be called on its event loop.
     *
     * @param stream on which the protocol was agreed
     * @param protocol what is spoken
     */
    public Libp2pStream(Substream stream, ProtocolId protocol) {
        this.stream = stream;
        this.protocol = protocol;
        node = stream.connection().node();
        stream.drive(new Driver());
    }

    @Override
    public NodeId node() {
        return node;
    }

    @Override
    public ProtocolId protocol() {
        return protocol;
    }

    @Override
    public CompletableFuture<Optional<byte[]>> read() {
        CompletableFuture<Optional<byte[]>> result = new CompletableFuture<>();
        execute(
                () -> {
                    if (reading != null) {
                        result.completeExceptionally(new IllegalStateException("a read of this stream waits already"));
                    } else {
                        reading = result;
                        serveRead();
                    }
                },
                result);
        return result;
    }

    @Override
    public CompletableFuture<Void> write(byte[] bytes) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (!reserve(bytes.length)) {
            done.completeExceptionally(new LimitExceededException("unsent " + unsentBytes.get() + " and " + bytes.length
                    + " bytes in " + unsentWrites.get() + " writes, at most " + MAX_UNSENT_BYTES + " in "
                    + MAX_UNSENT_WRITES));
            return done;
        }
        execute(() -> enqueue(bytes, done), done);
        return done;
    }

    /** Counts a write in advance, unless too much would wait. */
    private boolean reserve(int length) {
        int slices = slices(length);
        if (unsentWrites.addAndGet(slices) > MAX_UNSENT_WRITES) {
            unsentWrites.addAndGet(-slices);
            return false;
        }
        int before = unsentBytes.getAndUpdate(
                unsent -> (long) unsent + length > MAX_UNSENT_BYTES ? unsent : unsent + length);
        if ((long) before + length > MAX_UNSENT_BYTES) {
            unsentWrites.addAndGet(-slices);
            return false;
        }
        return true;
    }

    private static int slices(int length) {
        return Math.max(1, (length + SLICE_BYTES - 1) / SLICE_BYTES);
    }

    private void left(int length) {
        unsentBytes.addAndGet(-length);
        unsentWrites.decrementAndGet();
    }

    @Override
    public CompletableFuture<Void> closeWrite() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        unsentWrites.incrementAndGet();
        execute(
                () -> {
                    // The end leaves together with the last byte before it.
                    enqueue(NOTHING, done);
                    writeClosed = true;
                    if (failure == null) {
                        stream.closeWrite();
                    }
                },
                done);
        return done;
    }

    @Override
    public void reset() {
        execute(
                () -> {
                    if (failure == null) {
                        failure = new ClosedException("stream was reset here");
                        stream.reset();
                        serveRead();
                    }
                },
                new CompletableFuture<>());
    }

    private void execute(Runnable task, CompletableFuture<?> result) {
        try {
            stream.connection().execute(task);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new ClosedException("transport is closed", e));
        }
    }

    // The event loop.

    private void enqueue(byte[] bytes, CompletableFuture<Void> done) {
        int slices = slices(bytes.length);
        PeerkitException refusal = writeClosed ? new ClosedException("stream was closed for writing") : failure;
        if (refusal != null) {
            unsentBytes.addAndGet(-bytes.length);
            unsentWrites.addAndGet(-slices);
            done.completeExceptionally(refusal);
            return;
        }
        int offset = 0;
        for (int i = 1; i <= slices; i++) {
            int length = Math.min(SLICE_BYTES, bytes.length - offset);
            stream.write(Unpooled.wrappedBuffer(bytes, offset, length), new Slice(length, i == slices, done));
            offset += length;
        }
    }

    private final class Slice implements WriteListener {
        private final int length;
        private final boolean last;
        private final CompletableFuture<Void> done;

        Slice(int length, boolean last, CompletableFuture<Void> done) {
            this.length = length;
            this.last = last;
            this.done = done;
        }

        @Override
        public void written() {
            left(length);
            if (last) {
                done.complete(null);
            }
        }

        @Override
        public void failed(PeerkitException cause) {
            left(length);
            done.completeExceptionally(failure == null ? cause : failure);
        }
    }

    private void serveRead() {
        CompletableFuture<Optional<byte[]>> waiting = reading;
        if (waiting == null) {
            return;
        }
        int available = Math.min(stream.readableBytes(), MAX_READ_BYTES);
        if (failure != null) {
            reading = null;
            waiting.completeExceptionally(failure);
        } else if (available > 0) {
            reading = null;
            byte[] bytes = new byte[available];
            stream.read(bytes, 0, available);
            waiting.complete(Optional.of(bytes));
        } else if (stream.isInputEnded()) {
            reading = null;
            waiting.complete(Optional.empty());
        }
    }

    private final class Driver implements StreamDriver {
        @Override
        public void readable() {
            serveRead();
        }

        @Override
        public void broken(PeerkitException cause) {
            if (failure == null) {
                failure = cause;
                serveRead();
            }
        }
    }
}
