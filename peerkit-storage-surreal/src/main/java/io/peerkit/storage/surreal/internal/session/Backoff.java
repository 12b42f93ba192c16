// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.util.random.RandomGenerator;

/**
 * How long to wait before another attempt: twice as long each time up to a bound, and a random part of that, so that those who
 * failed together do not come back together.
 *
 * @param firstNanos the longest wait before the second attempt
 * @param maxNanos the longest wait
 */
record Backoff(long firstNanos, long maxNanos) {
    /** Between attempts to connect: up to 50 ms, later up to 10 s. */
    static final Backoff CONNECT = new Backoff(50_000_000L, 10_000_000_000L);

    /** Between attempts of a transaction that lost a race: up to 4 ms, later up to 250 ms. */
    static final Backoff CONFLICT = new Backoff(4_000_000L, 250_000_000L);

    /**
     * Draws a wait.
     *
     * @param failures so far, at least 1
     * @param random for the random part
     * @return between half of the bound and the bound, in nanoseconds
     */
    long afterNanos(int failures, RandomGenerator random) {
        long bound = firstNanos;
        for (int i = 1; i < failures && bound < maxNanos; i++) {
            bound *= 2;
        }
        bound = Math.min(bound, maxNanos);
        return bound / 2 + random.nextLong(bound - bound / 2 + 1);
    }
}
