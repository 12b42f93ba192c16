// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

/** Bounds how often something happens: a burst, then a rate. Not safe for use by many threads. */
public final class TokenBucket {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long capacityNanos;
    private final long nanosPerToken;
    /** What is left, as the time in which it comes back; avoids fractions. */
    private long leftNanos;

    private long countedUntilNanos;

    /**
     * A full bucket.
     *
     * @param burst how many at once, 1 or more
     * @param perSecond how many for each second that passes, 1 to a billion
     * @param nowNanos the time
     */
    public TokenBucket(int burst, int perSecond, long nowNanos) {
        nanosPerToken = NANOS_PER_SECOND / perSecond;
        capacityNanos = burst * nanosPerToken;
        leftNanos = capacityNanos;
        countedUntilNanos = nowNanos;
    }

    /**
     * Takes one token.
     *
     * @param nowNanos the time; one before the last counts as the same
     * @return false when none is left
     */
    public boolean take(long nowNanos) {
        refill(nowNanos);
        if (leftNanos < nanosPerToken) {
            return false;
        }
        leftNanos -= nanosPerToken;
        return true;
    }

    /**
     * Whether it is as full as at first, and can be forgotten.
     *
     * @param nowNanos the time
     * @return true when nothing is missing
     */
    public boolean isFull(long nowNanos) {
        refill(nowNanos);
        return leftNanos == capacityNanos;
    }

    /**
     * When the next token is there.
     *
     * @param nowNanos the time
     * @return 0 when one is there now
     */
    public long waitNanos(long nowNanos) {
        refill(nowNanos);
        return Math.max(0, nanosPerToken - leftNanos);
    }

    private void refill(long nowNanos) {
        long passed = Math.max(0, nowNanos - countedUntilNanos);
        if (nowNanos - countedUntilNanos > 0) {
            countedUntilNanos = nowNanos;
        }
        leftNanos += Math.min(passed, capacityNanos - leftNanos);
    }
}
