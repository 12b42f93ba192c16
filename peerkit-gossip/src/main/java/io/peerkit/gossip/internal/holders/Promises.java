// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.EntryId;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which entries this node has promised others to keep, and which are leaving: no entry is ever both.
 *
 * <p>Who confirms that it holds an entry keeps it for {@link #PROMISE_TICKS}, much longer than the asker may take to drop its own copy
 * ({@link HolderRound#WINDOW_MILLIS}). So when a copy goes, those that were confirmed are all still there and none of them is on
 * its way out; each of them can only go in the same way later. Promises are not written down: a node that starts drops nothing for
 * as long as a promise of its last run may last.
 *
 * <p>Time is counted in ticks of a second or more, so a promise never ends early, whatever the wall clock does. For one thread.
 */
final class Promises {
    /** How long a promise lasts, and how long nothing is dropped after the start: 10 minutes. */
    static final int PROMISE_TICKS = 600;

    /** The most promises; beyond them nothing is confirmed. */
    static final int MAX_PROMISES = 65_536;

    /** Until when each counts, in the order of their ends. */
    private final Map<EntryId, Long> untilTick = new LinkedHashMap<>();

    private final Set<EntryId> leaving = new HashSet<>();
    private long tick;

    /**
     * Promises to keep an entry that is stored here durably.
     *
     * @return false when that cannot be promised: it is leaving, or there are too many promises
     */
    boolean promise(EntryId entry) {
        if (leaving.contains(entry)) {
            return false;
        }
        untilTick.remove(entry);
        if (untilTick.size() >= MAX_PROMISES) {
            return false;
        }
        untilTick.put(entry, tick + PROMISE_TICKS);
        return true;
    }

    /**
     * An entry begins to leave, unless it was promised.
     *
     * @return whether it may
     */
    boolean leave(EntryId entry) {
        return !isBoundToStay() && !untilTick.containsKey(entry) && leaving.add(entry);
    }

    /** An entry has left, or stays after all. */
    void settled(EntryId entry) {
        leaving.remove(entry);
    }

    /** Whether an earlier run may have promised anything. */
    boolean isBoundToStay() {
        return tick <= PROMISE_TICKS;
    }

    /** A second passed, or more. */
    void tick() {
        tick++;
        for (Iterator<Long> ends = untilTick.values().iterator(); ends.hasNext() && ends.next() < tick; ) {
            ends.remove();
        }
    }

    /** How many ticks there were. */
    long ticks() {
        return tick;
    }
}
