// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Lets a node that lacks much get it from one peer at a time: several at once would each send the same. What the others have
 * besides is found by their sessions afterwards, for little.
 *
 * <p>A peer keeps the turn only while it is worth it: {@value #MIN_ENTRIES} stored entries in each {@value #WINDOW_TICKS} s, and
 * after {@value #LONG_TICKS} s {@value #FAST_ENTRIES}. So one that is slow, on purpose or not, delays the others by seconds; its
 * session goes on beside theirs.
 *
 * <p>No clock of its own. Belongs to the node loop.
 */
final class BulkTurn<S> {
    /** Lacking more entries than this is lacking much; as many fit a second or two. */
    static final int MANY = 4_096;

    /** Ticks of about a second between two looks. */
    static final int WINDOW_TICKS = 2;

    static final int MIN_ENTRIES = 500;
    static final int LONG_TICKS = 30;
    static final int FAST_ENTRIES = 4_000;

    private record Holder<S>(S session, LongSupplier stored) {}

    private Optional<Holder<S>> holder = Optional.empty();
    private int ticks;
    private long storedBefore;

    /**
     * Whether a session may bring many entries now; the turn is its from then on.
     *
     * @param session asks
     * @param stored counts what it has brought
     */
    boolean take(S session, LongSupplier stored) {
        if (holder.isPresent()) {
            return holder.get().session().equals(session);
        }
        holder = Optional.of(new Holder<>(session, stored));
        ticks = 0;
        storedBefore = stored.getAsLong();
        return true;
    }

    /** Whether another session has the turn. */
    boolean isTaken() {
        return holder.isPresent();
    }

    /** A session has ended. */
    void over(S session) {
        holder = holder.filter(held -> !held.session().equals(session));
    }

    /** A second or so has passed. */
    void tick() {
        if (holder.isEmpty() || ++ticks % WINDOW_TICKS != 0) {
            return;
        }
        long stored = holder.get().stored().getAsLong();
        long brought = stored - storedBefore;
        storedBefore = stored;
        if (brought < (ticks >= LONG_TICKS ? FAST_ENTRIES : MIN_ENTRIES)) {
            holder = Optional.empty();
        }
    }
}
