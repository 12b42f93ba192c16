// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

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

/** The messages of one attempt on their stream. Belongs to the event loop of the relayed connection. */
final class DcutrStream implements StreamDriver {
    /** How long a stream may take from its opening to SYNC. */
    static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** The most messages from one side: CONNECT and SYNC. */
    private static final int MAX_MESSAGES = 2;

    private final Substream stream;
    private final Consumer<DcutrMessage> received;
    private final Consumer<PeerkitException> failed;
    private final FrameInput frames = new FrameInput("dcutr message", DcutrMessage.MAX_BYTES);
    private final Runnable cancelTimeout;
    private int messages;
    private boolean over;

    /**
     * Takes a stream; {@link #start} must follow.
     *
     * @param received is told each message
     * @param failed is told when the stream breaks before {@link #end}
     */
    DcutrStream(Substream stream, Consumer<DcutrMessage> received, Consumer<PeerkitException> failed) {
        this.stream = stream;
        this.received = received;
        this.failed = failed;
        cancelTimeout = stream.connection().after(TIMEOUT, this::timeOut);
    }

    void start() {
        stream.drive(this);
    }

    void send(DcutrMessage message) {
        stream.write(FrameInput.withLength(message.encode()), WriteListener.NONE);
    }

    /** Everything is said. */
    void end() {
        over = true;
        cancelTimeout.run();
        stream.closeWrite();
    }

    /** Nothing more will be said; nobody is told. */
    void abandon() {
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
            if (++messages > MAX_MESSAGES) {
                throw new InvalidBytesException("dcutr messages " + messages + ", at most " + MAX_MESSAGES);
            }
            received.accept(DcutrMessage.decode(frame.get()));
            frame = over ? Optional.empty() : frames.next(stream);
        }
        if (!over && stream.isInputEnded()) {
            throw new PeerUnreachableException(
                    "node " + stream.connection().node() + " closed a dcutr stream before its end");
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
                "node " + stream.connection().node() + " did not say when to dial within " + TIMEOUT));
    }
}
