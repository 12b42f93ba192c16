// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.message;

import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends messages on one connection.
 *
 * <p>{@link #send} is for any thread and counts what waits; the rest belongs to the event loop.
 */
public final class MessageSender {
    /** How many messages are under way at a time; more wait here. */
    static final int MAX_CONCURRENT = 64;

    /** The most messages that wait or are under way. */
    static final int MAX_PENDING = 1_024;

    /** The most bytes of messages that wait or are under way. */
    static final long MAX_PENDING_BYTES = 16 * 1_048_576L;

    /** How long a message may take from the opening of its stream to its receipt. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private record Pending(String protocol, byte[] message, CompletableFuture<Void> taken) {}

    private final Connection connection;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean starting;

    /**
     * Sends on a connection.
     *
     * @param connection an established connection
     */
    public MessageSender(Connection connection) {
        this.connection = connection;
    }

    /**
     * Sends a message; on any thread.
     *
     * @param protocol by which
     * @param message the bytes; not copied
     * @return as {@link io.peerkit.api.transport.Transport#send}
     */
    public CompletableFuture<Void> send(String protocol, byte[] message) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        if (pending.incrementAndGet() > MAX_PENDING || pendingBytes.addAndGet(message.length) > MAX_PENDING_BYTES) {
            taken.completeExceptionally(new LimitExceededException("messages to " + connection.node()
                    + " without a receipt are too many, at most " + MAX_PENDING + " and " + MAX_PENDING_BYTES
                    + " bytes"));
        }
        var unused = taken.whenComplete((done, failure) -> {
            pending.decrementAndGet();
            pendingBytes.addAndGet(-message.length);
        });
        if (!taken.isDone()) {
            post(new Pending(protocol, message, taken));
        }
        return taken;
    }

    private void post(Pending next) {
        try {
            connection.execute(() -> {
                waiting.addLast(next);
                startNext();
            });
        } catch (RejectedExecutionException e) {
            next.taken.completeExceptionally(
                    new PeerUnreachableException("connection to " + connection.node() + " is closed", e));
        }
    }

    /** A loop, because a message that fails at once makes room for the next at once. */
    private void startNext() {
        if (starting) {
            return;
        }
        starting = true;
        Pending next;
        while (underWay < MAX_CONCURRENT && (next = waiting.pollFirst()) != null) {
            start(next);
        }
        starting = false;
    }

    private void start(Pending next) {
        underWay++;
        Runnable cancelTimeout = connection.after(
                TIMEOUT,
                () -> next.taken.completeExceptionally(new PeerUnreachableException(
                        "message to " + connection.node() + " had no receipt within " + TIMEOUT)));
        var unused = next.taken.whenComplete((done, failure) -> {
            cancelTimeout.run();
            underWay--;
            startNext();
        });
        var unusedToo = connection.open(next.protocol).whenComplete((stream, failure) -> {
            if (stream == null) {
                next.taken.completeExceptionally(failure);
            } else if (next.taken.isDone()) {
                stream.reset();
            } else {
                new Receipt(stream, next.taken).send(next.message);
            }
        });
    }

    private static final class Receipt implements StreamDriver {
        private final Substream stream;
        private final CompletableFuture<Void> taken;

        Receipt(Substream stream, CompletableFuture<Void> taken) {
            this.stream = stream;
            this.taken = taken;
        }

        void send(byte[] message) {
            stream.drive(this);
            stream.write(FrameInput.withLength(message), WriteListener.NONE);
            stream.closeWrite();
            var unused = taken.exceptionally(failure -> {
                stream.reset();
                return null;
            });
        }

        @Override
        public void readable() {
            if (stream.readableBytes() > 0) {
                throw new PeerUnreachableException("receipt carries bytes, must have none");
            }
            if (stream.isInputEnded()) {
                taken.complete(null);
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            taken.completeExceptionally(cause);
        }
    }
}
