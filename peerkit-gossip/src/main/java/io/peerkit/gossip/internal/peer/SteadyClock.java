// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.gossip.NodeLoop;

/** Milliseconds that only go forward, whatever the wall clock does. Belongs to the node loop. */
public final class SteadyClock {
    /** What the wall clock steps beyond this at once does not count; a tick comes every second. */
    private static final long MAX_STEP_MILLIS = 5_000;

    private final NodeLoop loop;
    private long wall;
    private long steady;

    /**
     * @param loop has the wall clock
     */
    public SteadyClock(NodeLoop loop) {
        this.loop = loop;
        this.wall = loop.now().toEpochMilli();
    }

    /** The time since some moment of the past. */
    public long millis() {
        long now = loop.now().toEpochMilli();
        steady += Math.max(0, Math.min(now - wall, MAX_STEP_MILLIS));
        wall = now;
        return steady;
    }
}
