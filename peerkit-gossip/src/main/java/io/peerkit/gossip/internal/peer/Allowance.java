// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

/** How often a peer may do something: so many times at once, and so many a second for long. Time is in steady milliseconds. */
public final class Allowance {
    private final double most;
    private final double perMilli;
    private double left;
    private long filledAt;

    /**
     * @param burst at once
     * @param perSecond for long
     */
    public Allowance(double burst, double perSecond) {
        this.most = burst;
        this.perMilli = perSecond / 1_000;
        this.left = burst;
    }

    /** Takes one; false when none is left. */
    public boolean take(long now) {
        return take(1, now);
    }

    /** Takes several; false, and none is taken, when fewer are left. */
    public boolean take(int count, long now) {
        left = Math.min(most, left + Math.max(0, now - filledAt) * perMilli);
        filledAt = now;
        if (left < count) {
            return false;
        }
        left -= count;
        return true;
    }
}
