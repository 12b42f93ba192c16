// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Entries that the application's hook failed on, and when they may come again: after {@link #FIRST_TICKS}, then twice as many,
 * up to {@link #MAX_TICKS}. Until then they count as present, so that they are not asked for.
 *
 * <p>Time is counted in ticks of a second, so steps of the wall clock do not matter. When there are too many, the one that failed
 * longest ago is forgotten: it comes again at once, as if it had not failed before.
 */
final class FailedEntries {
    /** The most entries. */
    static final int MAX_ENTRIES = 4_096;

    /** The first rest in ticks. */
    static final long FIRST_TICKS = 1;

    /** The longest rest in ticks. */
    static final long MAX_TICKS = 600;

    /** An entry that did not come again for so many ticks behind its rest is forgotten. */
    static final long FORGET_TICKS = 3_600;

    private record Rest(long ticks, long until) {}

    /** In the order of the last failure. */
    private final Map<EntryKey, Rest> failed = new LinkedHashMap<>();

    /** Those whose rest is not over, with the tick at which it is. */
    private final Map<EntryKey, Long> resting = new LinkedHashMap<>();

    /** What is known of those whose rest is not over. */
    private final Map<EntryKey, EntryHeader> headers = new HashMap<>();

    private long tick;

    /** The hook failed on an entry. */
    void failed(EntryKey key) {
        Rest before = failed.remove(key);
        long ticks = before == null ? FIRST_TICKS : Math.min(MAX_TICKS, 2 * before.ticks());
        failed.put(key, new Rest(ticks, tick + ticks));
        resting.put(key, tick + ticks);
        if (failed.size() > MAX_ENTRIES) {
            EntryKey oldest = failed.keySet().iterator().next();
            failed.remove(oldest);
            resting.remove(oldest);
        }
    }

    /** The hook failed on an entry. */
    void failed(EntryKey key, EntryHeader header) {
        failed(key);
        headers.put(key, header);
        if (headers.size() > 2 * MAX_ENTRIES) {
            headers.keySet().retainAll(resting.keySet());
        }
    }

    /** Those that are not to come yet, as far as they are wanted. */
    List<EntryKey> resting(Predicate<EntryHeader> wanted) {
        List<EntryKey> keys = new ArrayList<>();
        for (EntryKey key : resting.keySet()) {
            EntryHeader header = headers.get(key);
            if (header != null && wanted.test(header)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** The hook answered. */
    void answered(EntryKey key) {
        if (!failed.isEmpty()) {
            failed.remove(key);
            resting.remove(key);
            headers.remove(key);
        }
    }

    /** Whether an entry is not to come yet. */
    boolean isResting(EntryKey key) {
        return resting.containsKey(key);
    }

    /** The keys of those that are not to come yet; not a copy. */
    Set<EntryKey> resting() {
        return resting.keySet();
    }

    /** A second passed. */
    void tick() {
        tick++;
        if (!failed.isEmpty()) {
            resting.values().removeIf(until -> until <= tick);
            headers.keySet().retainAll(resting.keySet());
            failed.values().removeIf(rest -> rest.until() + FORGET_TICKS <= tick);
        }
    }

    /** How many are remembered. */
    int size() {
        return failed.size();
    }
}
