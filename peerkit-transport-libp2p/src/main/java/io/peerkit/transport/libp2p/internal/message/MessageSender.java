// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.message;

import io.peerkit.api.InvalidBytesException;
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
import org.jspecify.annotations.Nullable;

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

    private final Connection connection;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final Deque<Sending> waiting = new ArrayDeque<>();
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
        Sending sending = new Sending(protocol, message);
        boolean many = pending.incrementAndGet() > MAX_PENDING;
        boolean large = pendingBytes.addAndGet(message.length) > MAX_PENDING_BYTES;
        if (many || large) {
            sending.complete(new LimitExceededException("messages to " + connection.node()
                    + " without a receipt are too many, at most " + MAX_PENDING + " and " + MAX_PENDING_BYTES
                    + " bytes"));
            return sending.taken;
        }
        try {
            connection.execute(() -> {
                waiting.addLast(sending);
                startNext();
            });
        } catch (RejectedExecutionException e) {
            sending.complete(new PeerUnreachableException("connection to " + connection.node() + " is closed", e));
        }
        return sending.taken;
    }

    /** A loop, because a message that fails at once makes room for the next at once. */
    private void startNext() {
        if (starting) {
            return;
        }
        starting = true;
        Sending next;
        while (underWay < MAX_CONCURRENT && (next = waiting.pollFirst()) != null) {
            next.start();
        }
        starting = false;
    }

    /**
     * One message on its way.
     *
     * <p>Nothing of ours hangs on {@link #taken}: a thread that waits for a future may run what hangs on it, and the caller's
     * threads have no business here.
     */
    private final class Sending implements StreamDriver {
        private final String protocol;
        private final byte[] message;
        private final CompletableFuture<Void> taken = new CompletableFuture<>();
        private Runnable cancelTimeout = () -> {};
        private @Nullable Substream stream;
        private boolean over;

        Sending(String protocol, byte[] message) {
            this.protocol = protocol;
            this.message = message;
        }

        void start() {
            underWay++;
            cancelTimeout = connection.after(
                    TIMEOUT,
                    () -> end(new PeerUnreachableException(
                            "message to " + connection.node() + " had no receipt within " + TIMEOUT)));
            var unused = connection.open(protocol).whenComplete((opened, failure) -> {
                if (opened != null) {
                    send(opened);
                } else {
                    end(failure);
                }
            });
        }

        private void send(Substream opened) {
            if (over) {
                opened.reset();
                return;
            }
            stream = opened;
            opened.drive(this);
            opened.write(FrameInput.withLength(message), WriteListener.NONE);
            opened.closeWrite();
        }

        @Override
        public void readable() {
            if (stream == null || over) {
                return;
            }
            if (stream.readableBytes() > 0) {
                throw new InvalidBytesException("receipt carries bytes, must have none");
            }
            if (stream.isInputEnded()) {
                end(null);
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            end(cause);
        }

        private void end(@Nullable Throwable failure) {
            if (over) {
                return;
            }
            over = true;
            cancelTimeout.run();
            underWay--;
            if (failure != null && stream != null) {
                stream.reset();
            }
            complete(failure);
            startNext();
        }

        private void complete(@Nullable Throwable failure) {
            pending.decrementAndGet();
            pendingBytes.addAndGet(-message.length);
            if (failure == null) {
                taken.complete(null);
            } else {
                taken.completeExceptionally(failure);
            }
        }
    }
}
