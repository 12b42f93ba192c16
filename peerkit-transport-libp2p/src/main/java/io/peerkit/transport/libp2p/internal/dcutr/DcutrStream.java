// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.stream.FrameStream;
import java.time.Duration;
import java.util.function.Consumer;

/** The messages of one attempt on their stream. Belongs to the event loop of the relayed connection. */
final class DcutrStream {
    /** How long a stream may take from its opening to SYNC. */
    static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** The most messages from one side: CONNECT and SYNC. */
    private static final int MAX_MESSAGES = 2;

    private static final FrameStream.Rules RULES = new FrameStream.Rules(
            "dcutr message", "a dcutr stream", "say when to dial", DcutrMessage.MAX_BYTES, MAX_MESSAGES, TIMEOUT);

    private final FrameStream frames;

    /**
     * Takes a stream; {@link #start} must follow.
     *
     * @param received is told each message
     * @param failed is told when the stream breaks before {@link #end}
     */
    DcutrStream(Substream stream, Consumer<DcutrMessage> received, Consumer<PeerkitException> failed) {
        frames = new FrameStream(stream, RULES, frame -> received.accept(DcutrMessage.decode(frame)), failed);
    }

    void start() {
        frames.start();
    }

    void send(DcutrMessage message) {
        frames.send(message.encode());
    }

    /** Everything is said. */
    void end() {
        frames.end();
    }

    /** Nothing more will be said; nobody is told. */
    void abandon() {
        frames.abandon();
    }
}
