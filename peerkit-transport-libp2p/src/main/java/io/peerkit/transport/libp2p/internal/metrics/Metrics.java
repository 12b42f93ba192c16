// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.metrics;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Named figures: counters that only grow, and gauges that are asked when somebody looks. Names are kebab-case words parted by
 * dots, the unit last where there is one ({@code relay.circuit.bytes}); they are fixed in the code, never made of what a peer
 * sent. Safe for use by many threads.
 */
public final class Metrics {
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();

    /**
     * A figure that only grows.
     *
     * @param name its name
     * @return starts at 0; the same one for the same name
     */
    public LongAdder counter(String name) {
        return counters.computeIfAbsent(name, unused -> new LongAdder());
    }

    /**
     * A figure that is asked for.
     *
     * @param name its name, not that of a counter; replaces what had it before
     * @param value answers at once, from any thread
     */
    public void gauge(String name, LongSupplier value) {
        gauges.put(name, value);
    }

    /**
     * All figures now.
     *
     * @return sorted by name, unmodifiable
     */
    public SortedMap<String, Long> snapshot() {
        SortedMap<String, Long> now = new TreeMap<>();
        counters.forEach((name, counter) -> now.put(name, counter.sum()));
        gauges.forEach((name, value) -> now.put(name, value.getAsLong()));
        return Collections.unmodifiableSortedMap(now);
    }
}
