// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;
import java.util.BitSet;
import java.util.Optional;

/**
 * The side of a {@link Negentropy} session that asks, and alone learns the differences.
 *
 * <p>Belongs to one thread. Work for one message is bounded: logarithmic in the set for each range the message has room
 * for, plus one walk over the own entries in listed ranges. The caller bounds the rounds by {@link Negentropy#maxRounds}.
 */
public final class NegentropyInitiator {
    private enum State {
        NEW,
        WAITING,
        DONE
    }

    private final EntrySnapshot set;
    private final int frameBytes;
    private final BitSet told = new BitSet();
    private State state = State.NEW;
    private int rounds;

    /**
     * Prepares a session.
     *
     * @param set what this side has
     * @param frameBytes the longest message to send, at least {@value Negentropy#MIN_FRAME_BYTES}, or
     *     {@link Negentropy#UNLIMITED}
     * @throws IllegalArgumentException when {@code frameBytes} is neither
     */
    public NegentropyInitiator(EntrySnapshot set, int frameBytes) {
        this.set = set;
        this.frameBytes = Negentropy.requireFrameLimit(frameBytes);
    }

    /**
     * Starts the session.
     *
     * @return the first message, at most 1,100 bytes
     * @throws IllegalStateException when it was started before
     */
    public byte[] initiate() {
        require(State.NEW);
        state = State.WAITING;
        rounds = 1;
        NegentropyWriter out = new NegentropyWriter(set);
        out.split(0, set.size(), Bound.INFINITY);
        return out.toBytes();
    }

    /**
     * Takes the responder's answer.
     *
     * @param message the answer, not kept
     * @return the differences it shows and the next message
     * @throws InvalidBytesException when the message is malformed or of another version; the session is over
     * @throws IllegalStateException when no answer is due
     */
    public NegentropyStep reconcile(byte[] message) {
        require(State.WAITING);
        state = State.DONE;
        NegentropyReader in = new NegentropyReader(message);
        int version = in.version();
        if (version != Negentropy.VERSION) {
            throw new InvalidBytesException(
                    "negentropy version " + version + " in an answer to version " + Negentropy.VERSION);
        }
        InitiatorPass pass = new InitiatorPass(set, in, frameBytes, told);
        byte[] next = pass.answer();
        if (next.length == 1) {
            return new NegentropyStep(pass.have, pass.need, Optional.empty());
        }
        state = State.WAITING;
        rounds++;
        return new NegentropyStep(pass.have, pass.need, Optional.of(next));
    }

    /**
     * The messages made so far.
     *
     * @return zero before the session starts
     */
    public int rounds() {
        return rounds;
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("session is " + state + ", must be " + expected);
        }
    }
}
