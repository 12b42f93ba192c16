// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Messages behind their lengths, for a bounded time. Belongs to the event loop of the connection. */
final class FrameStream implements StreamDriver {
    /** The most messages from one side: {@link AutonatMessage#MAX_DATA_BYTES} in pieces of a hundred bytes. */
    static final int MAX_MESSAGES = 1_024;

    private final Substream stream;
    private final Consumer<byte[]> received;
    private final Consumer<PeerkitException> failed;
    private final FrameInput frames;
    private final Duration timeout;
    private final Runnable cancelTimeout;
    private int messages;
    private boolean over;

    /**
     * Takes a stream; {@link #start} must follow.
     *
     * @param maxBytes the longest message
     * @param timeout until {@link #end}
     * @param received is told each message
     * @param failed is told when the stream breaks before {@link #end}
     */
    FrameStream(
            Substream stream,
            int maxBytes,
            Duration timeout,
            Consumer<byte[]> received,
            Consumer<PeerkitException> failed) {
        this.stream = stream;
        this.timeout = timeout;
        this.received = received;
        this.failed = failed;
        frames = new FrameInput("autonat message", maxBytes);
        cancelTimeout = stream.connection().after(timeout, this::timeOut);
    }

    void start() {
        stream.drive(this);
    }

    void send(byte[] message) {
        stream.write(FrameInput.withLength(message), WriteListener.NONE);
    }

    /** Everything is said. */
    void end() {
        over = true;
        cancelTimeout.run();
        stream.closeWrite();
    }

    @Override
    public void readable() {
        Optional<byte[]> frame = over ? Optional.empty() : frames.next(stream);
        while (frame.isPresent()) {
            if (++messages > MAX_MESSAGES) {
                throw new InvalidBytesException("autonat messages " + messages + ", at most " + MAX_MESSAGES);
            }
            received.accept(frame.get());
            frame = over ? Optional.empty() : frames.next(stream);
        }
        if (!over && stream.isInputEnded()) {
            throw new PeerUnreachableException(
                    "node " + stream.connection().node() + " closed an autonat stream before its end");
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
                "node " + stream.connection().node() + " did not end an autonat stream within " + timeout));
    }
}
