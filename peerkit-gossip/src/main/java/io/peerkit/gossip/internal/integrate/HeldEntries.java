// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Entries from the future, until the local clock gets there. When there are too many, those farthest in the future go
 * first: they come again with a later sync.
 */
public final class HeldEntries {
    /** The most entries. */
    public static final int MAX_ENTRIES = 1_024;

    /** The most bytes of them. */
    public static final long MAX_BYTES = 16L * 1_048_576;

    private record Waiting(Arrival arrival, long untilMillis) {}

    private final TreeMap<EntryKey, Waiting> waiting = new TreeMap<>();
    private long bytes;
    private long dropped;

    /** Holds an entry back. */
    void hold(Arrival arrival, long untilMillis) {
        if (waiting.putIfAbsent(arrival.entry().stored().key(), new Waiting(arrival, untilMillis)) == null) {
            bytes += arrival.bytes();
        }
        while (waiting.size() > MAX_ENTRIES || bytes > MAX_BYTES) {
            bytes -= waiting.pollLastEntry().getValue().arrival().bytes();
            dropped++;
        }
    }

    /** Whether the entry is held. */
    boolean contains(EntryKey key) {
        return waiting.containsKey(key);
    }

    /** The keys of what is held, in order; not a copy. */
    Set<EntryKey> keys() {
        return waiting.keySet();
    }

    /** What is held, in order. */
    Stream<Arrival> arrivals() {
        return waiting.values().stream().map(Waiting::arrival);
    }

    /** Takes out what is due; the order of keys is that of time. */
    List<Arrival> due(long nowMillis) {
        List<Arrival> due = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Map.Entry<EntryKey, Waiting> first = waiting.firstEntry();
            if (first.getValue().untilMillis() > nowMillis) {
                break;
            }
            waiting.pollFirstEntry();
            bytes -= first.getValue().arrival().bytes();
            due.add(first.getValue().arrival());
        }
        return due;
    }

    /** How many are held. */
    public int size() {
        return waiting.size();
    }

    /** How many were dropped for want of room. */
    public long dropped() {
        return dropped;
    }
}
