// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;

/**
 * The side of a {@link Negentropy} session that answers. It keeps nothing from one message to the next.
 *
 * <p>May be used from one thread at a time. The frame limit also bounds the work for one message: a short one can ask for
 * everything there is.
 */
public final class NegentropyResponder {
    private final EntrySnapshot set;
    private final int frameBytes;
    private final boolean closesAtEnd;

    /**
     * Prepares a session.
     *
     * @param set what this side has; the same for the whole session
     * @param frameBytes the longest message to send, at least {@value Negentropy#MIN_FRAME_BYTES}, or
     *     {@link Negentropy#UNLIMITED}
     * @throws IllegalArgumentException when {@code frameBytes} is neither
     */
    public NegentropyResponder(EntrySnapshot set, int frameBytes) {
        this(set, frameBytes, false);
    }

    private NegentropyResponder(EntrySnapshot set, int frameBytes, boolean closesAtEnd) {
        this.closesAtEnd = closesAtEnd;
        this.set = set;
        this.frameBytes = Negentropy.requireFrameLimit(frameBytes);
    }

    /**
     * Prepares a session with a {@link PipelinedInitiator}: an answer that is full closes where the message ends, since other
     * messages are about what lies behind it.
     *
     * @param set what this side has; the same for the whole session
     * @param frameBytes the longest message to send
     * @return the responder
     */
    public static NegentropyResponder pipelined(EntrySnapshot set, int frameBytes) {
        return new NegentropyResponder(set, frameBytes, true);
    }

    /**
     * Answers a message.
     *
     * @param message the initiator's message, not kept
     * @return the answer; a single byte, our version, when the message is of another version or nothing is left to say
     * @throws InvalidBytesException when the message is malformed; the session is over
     */
    public byte[] reconcile(byte[] message) {
        NegentropyReader in = new NegentropyReader(message);
        if (in.version() != Negentropy.VERSION) {
            return new byte[] {(byte) Negentropy.VERSION};
        }
        return new ResponderPass(set, in, frameBytes, closesAtEnd).answer();
    }
}
