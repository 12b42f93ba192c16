// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.SyncFigures;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What became of sessions, counted since the node started. Belongs to the node loop. */
public final class SyncCounters {
    private final Map<SyncAction.Outcome, Long> outcomes = new EnumMap<>(SyncAction.Outcome.class);
    private final Map<SyncBudget, Long> exceeded = new EnumMap<>(SyncBudget.class);
    private final Map<SyncFrame.Way, Long> ways = new EnumMap<>(SyncFrame.Way.class);
    private long undelivered;

    void ended(SyncAction.Outcome outcome) {
        outcomes.merge(outcome, 1L, Long::sum);
    }

    void exceeded(SyncBudget budget) {
        exceeded.merge(budget, 1L, Long::sum);
    }

    void went(SyncFrame.Way way) {
        ways.merge(way, 1L, Long::sum);
    }

    void undelivered(long entries) {
        undelivered += entries;
    }

    /** All of it, by names in lower case. */
    public SyncFigures read() {
        return new SyncFigures(named(outcomes), named(ways), named(exceeded), undelivered);
    }

    private static Map<String, Long> named(Map<? extends Enum<?>, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        counts.forEach(
                (key, count) -> named.put(key.name().toLowerCase(Locale.ROOT).replace('_', '-'), count));
        return named;
    }

    /** Sessions that ended so. */
    public long outcome(SyncAction.Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    /** Sessions that were given up because a peer spent too much of something. */
    public long exceededBudgets(SyncBudget budget) {
        return exceeded.getOrDefault(budget, 0L);
    }

    /** Sessions that this node began and that went this way at last. */
    public long way(SyncFrame.Way way) {
        return ways.getOrDefault(way, 0L);
    }

    /** Entries that this node asked for in sessions and did not get. */
    public long undeliveredEntries() {
        return undelivered;
    }
}
