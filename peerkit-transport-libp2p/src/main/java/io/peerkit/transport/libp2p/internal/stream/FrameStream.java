// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.stream;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Messages behind their lengths, for a bounded time. Belongs to the event loop of the connection. */
public final class FrameStream implements StreamDriver {
    /**
     * What holds for the streams of a protocol.
     *
     * @param message what one message is called
     * @param stream what the stream is called, with its article
     * @param due what the peer did not do when the time is over
     * @param maxBytes the longest message
     * @param maxMessages the most messages from one side
     * @param timeout until {@link FrameStream#end}
     */
    public record Rules(String message, String stream, String due, int maxBytes, int maxMessages, Duration timeout) {}

    private final Rules rules;
    private final Substream stream;
    private final Consumer<byte[]> received;
    private final Consumer<PeerkitException> failed;
    private final FrameInput frames;
    private final Runnable cancelTimeout;
    private int messages;
    private boolean over;

    /**
     * Takes a stream; {@link #start} must follow.
     *
     * @param stream on which the protocol was agreed
     * @param rules of the protocol
     * @param received is told each message
     * @param failed is told when the stream breaks before {@link #end}
     */
    public FrameStream(Substream stream, Rules rules, Consumer<byte[]> received, Consumer<PeerkitException> failed) {
        this.stream = stream;
        this.rules = rules;
        this.received = received;
        this.failed = failed;
        frames = new FrameInput(rules.message(), rules.maxBytes());
        cancelTimeout = stream.connection().after(rules.timeout(), this::timeOut);
    }

    /** Begins to take messages. */
    public void start() {
        stream.drive(this);
    }

    /**
     * Sends a message.
     *
     * @param message without its length
     */
    public void send(byte[] message) {
        stream.write(FrameInput.withLength(message), WriteListener.NONE);
    }

    /** Everything is said. */
    public void end() {
        over = true;
        cancelTimeout.run();
        stream.closeWrite();
    }

    /** Nothing more will be said; nobody is told. */
    public void abandon() {
        if (!over) {
            over = true;
            cancelTimeout.run();
            stream.reset();
        }
    }

    @Override
    public void readable() {
        Optional<byte[]> frame = over ? Optional.empty() : frames.next(stream);
        while (frame.isPresent()) {
            if (++messages > rules.maxMessages()) {
                throw new InvalidBytesException(rules.message() + "s " + messages + ", at most " + rules.maxMessages());
            }
            received.accept(frame.get());
            frame = over ? Optional.empty() : frames.next(stream);
        }
        if (!over && stream.isInputEnded()) {
            throw new PeerUnreachableException(
                    "node " + stream.connection().node() + " closed " + rules.stream() + " before its end");
        }
    }

    @Override
    public void broken(PeerkitException cause) {
        if (!over) {
            over = true;
            cancelTimeout.run();
            failed.accept(cause);
        }
    }

    private void timeOut() {
        stream.reset();
        broken(new PeerUnreachableException(
                "node " + stream.connection().node() + " did not " + rules.due() + " within " + rules.timeout()));
    }
}
