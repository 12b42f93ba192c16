// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

/**
 * Bounds how often a peer may open a stream only to reset it, which costs it two headers and us a handler each time. A
 * bucket of tokens: a burst, then a rate.
 */
final class ResetBudget {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long capacityNanos;
    private final long nanosPerToken;
    /** What is left, as the time in which it comes back; avoids fractions. */
    private long leftNanos;

    private long countedUntilNanos;
    private boolean started;

    ResetBudget(int burst, int perSecond) {
        nanosPerToken = Math.max(1, NANOS_PER_SECOND / perSecond);
        capacityNanos = burst * nanosPerToken;
        leftNanos = capacityNanos;
    }

    /** Takes one token; false when none is left. */
    boolean take(long nowNanos) {
        long passed = started ? Math.max(0, nowNanos - countedUntilNanos) : 0;
        started = true;
        countedUntilNanos = nowNanos;
        leftNanos += Math.min(passed, capacityNanos - leftNanos);
        if (leftNanos < nanosPerToken) {
            return false;
        }
        leftNanos -= nanosPerToken;
        return true;
    }
}
