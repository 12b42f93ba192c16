// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import java.time.Duration;

/**
 * Hybrid logical time: never behind the wall clock at the moment of a call, never behind a time handed out or seen before.
 *
 * <pre>{@code
 *   63                       16 15        0
 *   +--------------------------+-----------+
 *   | milliseconds since 1970  |  counter  |     compared as one unsigned number
 *   +--------------------------+-----------+
 * }</pre>
 *
 * <p>As both parts form one number, the counter's overflow carries into the milliseconds by itself. A wall clock that
 * steps back leaves the time where it is. For one thread.
 *
 * @see <a href="https://cse.buffalo.edu/tech-reports/2014-04.pdf">Kulkarni et al., Logical Physical Clocks, OPODIS 2014</a>
 */
public final class HybridClock {
    private static final int COUNTER_BITS = 16;
    private static final long MAX_MILLIS = (1L << 48) - 2; // So that a carry never reaches the reserved 2^64 - 1.

    private final long maxDriftMillis;
    private long last;

    /**
     * @param maxDrift how far ahead of the wall clock a peer's time may be and still move this one
     */
    public HybridClock(Duration maxDrift) {
        this.maxDriftMillis = maxDrift.toMillis();
    }

    /** The milliseconds in a time. */
    public static long millis(long time) {
        return time >>> COUNTER_BITS;
    }

    /** The first time of a millisecond. */
    public static long at(long millis) {
        return Math.max(0, Math.min(millis, MAX_MILLIS)) << COUNTER_BITS;
    }

    /**
     * Hands out a time for a new entry.
     *
     * @param nowMillis the wall clock
     * @return greater than every time handed out or merged before
     */
    public long next(long nowMillis) {
        long wall = at(nowMillis);
        last = Long.compareUnsigned(wall, last) > 0 ? wall : last + 1;
        return last;
    }

    /**
     * Merges the time of an entry that a peer sent, unless it is too far ahead.
     *
     * @param time of the entry
     * @param nowMillis the wall clock
     */
    public void merge(long time, long nowMillis) {
        if (millis(time) <= nowMillis + maxDriftMillis) {
            restore(time);
        }
    }

    /**
     * Goes on above a time of this node's own past.
     *
     * @param time handed out before
     */
    public void restore(long time) {
        if (Long.compareUnsigned(time, last) > 0 && millis(time) <= MAX_MILLIS) {
            last = time;
        }
    }

    /** The greatest time handed out or merged. */
    public long last() {
        return last;
    }
}
