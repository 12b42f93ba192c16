// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.InvalidBytesException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * The asking side of range-based reconciliation with several messages on their way at a time, so that a large difference does
 * not cost a round trip for each frame. Each message is one of {@link Negentropy}'s wire profile and is about a part of the key
 * space of its own; the peer answers each by itself, in order.
 *
 * <p>The first split is shifted by chance: the bounds at all levels move with it.
 *
 * <p>Belongs to one thread.
 */
public final class PipelinedInitiator {
    /** The most messages on their way or waiting; beyond them an answer is closed and asked for again. */
    public static final int MAX_OPEN_MESSAGES = 32;

    /** Bytes for each entry of both sides that messages may carry, four times its identifier, cut at half a frame each. */
    private static final long BYTES_PER_ENTRY = 4L * PackedIds.ID_BYTES;

    private final EntrySnapshot set;
    private final int frameBytes;
    private final BitSet told = new BitSet();

    /** The round that each message on its way belongs to. */
    private final Deque<Integer> open = new ArrayDeque<>();

    private int rounds;
    private int messages;

    /**
     * What one answer showed.
     *
     * @param have the entries of the snapshot that the partner lacks; none is repeated in a later step
     * @param need the entries that the partner says it has and the snapshot lacks
     * @param next the messages to send; none when nothing is left to ask in this part
     */
    public record Step(IndexRanges have, IdList need, List<byte[]> next) {}

    /**
     * Prepares a session.
     *
     * @param set what this side has
     * @param frameBytes the longest message, at least {@value Negentropy#MIN_FRAME_BYTES}
     */
    public PipelinedInitiator(EntrySnapshot set, int frameBytes) {
        this.set = set;
        this.frameBytes = Negentropy.requireFrameLimit(frameBytes);
    }

    /**
     * The most messages that an initiator should send before it gives a partner up.
     *
     * @param localEntries the entries on this side
     * @param remoteEntries the entries that the partner claims to have
     * @param frameBytes the longest message
     * @return the messages of all rounds
     */
    public static int maxMessages(int localEntries, int remoteEntries, int frameBytes) {
        long bytes = BYTES_PER_ENTRY * ((long) localEntries + remoteEntries);
        long messages = Negentropy.maxRounds(localEntries, remoteEntries, frameBytes)
                + MAX_OPEN_MESSAGES
                + 2 * bytes / frameBytes;
        return (int) Math.min(Integer.MAX_VALUE, messages);
    }

    /**
     * Starts the session.
     *
     * @param shift chance
     * @return the first message
     */
    public byte[] start(long shift) {
        NegentropyWriter out = new NegentropyWriter(set);
        out.splitShifted(shift);
        sent(1, 1);
        return out.toBytes();
    }

    /**
     * Takes the answer to the earliest message that has none yet.
     *
     * @param message the answer, not kept
     * @return what it shows, and what to send
     * @throws InvalidBytesException when it is malformed, of another version, or answers nothing; the session is over
     */
    public Step answered(byte[] message) {
        if (open.isEmpty()) {
            throw new InvalidBytesException("negentropy answer to no message");
        }
        int round = open.remove();
        NegentropyReader in = new NegentropyReader(message);
        int version = in.version();
        if (version != Negentropy.VERSION) {
            throw new InvalidBytesException(
                    "negentropy version " + version + " in an answer to version " + Negentropy.VERSION);
        }
        int room = Math.max(1, MAX_OPEN_MESSAGES - open.size());
        PipelinedPass pass = new PipelinedPass(set, in, frameBytes, told, room);
        List<byte[]> next = pass.messages();
        sent(next.size(), round + 1);
        return new Step(pass.have, pass.need, next);
    }

    private void sent(int count, int round) {
        for (int i = 0; i < count; i++) {
            open.add(round);
        }
        messages += count;
        rounds = Math.max(rounds, count > 0 ? round : 0);
    }

    /**
     * Whether no answer is awaited.
     *
     * @return true when all is known
     */
    public boolean isDone() {
        return open.isEmpty();
    }

    /**
     * How many times the initiator waited: messages sent together count once.
     *
     * @return zero before the start
     */
    public int rounds() {
        return rounds;
    }

    /**
     * How many messages were made.
     *
     * @return zero before the start
     */
    public int messages() {
        return messages;
    }
}
