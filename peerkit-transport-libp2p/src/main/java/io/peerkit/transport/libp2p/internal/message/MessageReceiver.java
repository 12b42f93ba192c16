// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.message;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.transport.Transport;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/** Takes the messages of one protocol that arrive on one connection. Belongs to its event loop. */
public final class MessageReceiver implements InboundProtocol {
    /** How many messages of a connection are read at a time; the streams of others wait unread. */
    static final int MAX_CONCURRENT = 16;

    /** How long a message may take from the opening of its turn to its last byte. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Takes a message and runs what it is given when the message was handed on. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Takes a message.
         *
         * @param connection whence it came
         * @param message its bytes
         * @param taken to be run once, on any thread
         */
        void take(Connection connection, byte[] message, Runnable taken);
    }

    private final Taker taker;
    private final Deque<Substream> waiting = new ArrayDeque<>();
    private int reading;

    /**
     * Serves one connection.
     *
     * @param taker is given each message on the event loop
     */
    public MessageReceiver(Taker taker) {
        this.taker = taker;
    }

    @Override
    public void accept(Substream stream) {
        if (reading < MAX_CONCURRENT) {
            reading++;
            new Reading(stream).start();
        } else {
            waiting.addLast(stream); // yamux bounds how many
        }
    }

    private void finished() {
        reading--;
        Substream next = waiting.pollFirst();
        if (next != null) {
            accept(next);
        }
    }

    private final class Reading implements StreamDriver {
        private final Substream stream;
        private final FrameInput frames = new FrameInput("message", Transport.MAX_MESSAGE_BYTES);
        private Runnable cancelTimeout = () -> {};
        private boolean taken;
        private boolean over;

        Reading(Substream stream) {
            this.stream = stream;
        }

        void start() {
            cancelTimeout = stream.connection().after(TIMEOUT, this::timeOut);
            stream.drive(this);
        }

        @Override
        public void readable() {
            if (taken) {
                if (stream.readableBytes() > 0) {
                    throw new InvalidBytesException("message stream carries more than one message");
                }
                return;
            }
            Optional<byte[]> message = frames.next(stream);
            if (message.isPresent()) {
                taken = true;
                cancelTimeout.run();
                taker.take(stream.connection(), message.get(), this::acknowledge);
            } else if (stream.isInputEnded()) {
                throw new InvalidBytesException("message stream ended without a message");
            }
        }

        private void acknowledge() {
            try {
                stream.connection().execute(() -> {
                    stream.closeWrite();
                    end();
                });
            } catch (RejectedExecutionException e) {
                // The transport was closed meanwhile; nobody waits for the receipt any more.
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            // A message that was taken ends its turn by the receipt.
            if (!taken) {
                end();
            }
        }

        private void end() {
            if (!over) {
                over = true;
                cancelTimeout.run();
                finished();
            }
        }

        private void timeOut() {
            stream.reset();
            broken(new PeerUnreachableException("message did not arrive whole within " + TIMEOUT));
        }
    }
}
