// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.time.Duration;
import java.util.Arrays;

/** How far one entry came: which nodes have it, over how many others, and when. Belongs to the simulation's thread. */
public final class Spread {
    /** The most hops that are told apart. */
    public static final int MAX_HOPS = 100;

    private static final byte ABSENT = -1;

    private byte[] hops = {};
    private int[] millis = {};
    private int reached;
    private long born = -1;

    Spread() {}

    /** A node has it now; what it had before a crash counts once. */
    void reached(int node, int over, long nanos) {
        if (born < 0) {
            born = nanos;
        }
        if (node < 0) {
            return;
        }
        if (node >= hops.length) {
            int before = hops.length;
            int size = Math.max(node + 1, Math.min(2 * before + 8, before + 1_024));
            hops = Arrays.copyOf(hops, size);
            Arrays.fill(hops, before, size, ABSENT);
            millis = Arrays.copyOf(millis, size);
        }
        if (hops[node] == ABSENT) {
            hops[node] = (byte) Math.min(over, MAX_HOPS);
            millis[node] = (int) Math.min(Integer.MAX_VALUE, (nanos - born) / 1_000_000);
            reached++;
        }
    }

    /** The hops to a node; 0 for one that is not known to have it. */
    int hopsAt(int node) {
        return node < 0 || node >= hops.length || hops[node] == ABSENT ? 0 : hops[node];
    }

    /**
     * When the first node had it.
     *
     * @return since the start of the simulation
     */
    public Duration born() {
        return Duration.ofNanos(Math.max(0, born));
    }

    /**
     * How many nodes have or had it.
     *
     * @return its author among them
     */
    public int reached() {
        return reached;
    }

    /**
     * How many nodes it reached over so many hops.
     *
     * @return indexed by hops, from 0 at its author to {@link #MAX_HOPS}
     */
    public int[] byHops() {
        int[] counts = new int[MAX_HOPS + 1];
        for (byte hop : hops) {
            if (hop != ABSENT) {
                counts[hop]++;
            }
        }
        return counts;
    }

    /**
     * How long it took to each node that has it.
     *
     * @return milliseconds since {@link #born}, ascending
     */
    public int[] arrivalMillis() {
        int[] times = new int[reached];
        int next = 0;
        for (int i = 0; i < hops.length; i++) {
            if (hops[i] != ABSENT) {
                times[next++] = millis[i];
            }
        }
        Arrays.sort(times);
        return times;
    }
}
