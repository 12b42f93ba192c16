// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before dialing again: doubles from 1 s to 60 s, less up to half by chance so that peers do not dial in step. */
public final class Backoff {
    /** The wait after the first failure, at most. */
    public static final Duration FIRST = Duration.ofSeconds(2);

    /** The longest wait. */
    public static final Duration LONGEST = Duration.ofSeconds(60);

    private static final int MAX_DOUBLINGS = 5;

    /** The longest wait after a change of the network: short, but others on it have noticed at the same moment. */
    public static final Duration SOON = Duration.ofSeconds(1);

    /** The longest wait before a lost relay or bootstrap node is dialed: with 1,000 clients it sees 125 of them a second. */
    public static final Duration SPREAD = Duration.ofSeconds(8);

    private static final Duration LEAST = Duration.ofMillis(250);

    private Backoff() {}

    /**
     * The wait behind the loss of a node that many others lost at the same moment; all of it is jitter.
     *
     * @param random for jitter
     * @return between 250 ms and {@link #SPREAD}
     */
    public static Duration afterLoss(RandomGenerator random) {
        return LEAST.plusMillis(random.nextLong(SPREAD.minus(LEAST).toMillis() + 1));
    }

    /**
     * The wait when what failed before may succeed now.
     *
     * @param random for jitter
     * @return up to {@link #SOON}
     */
    public static Duration soon(RandomGenerator random) {
        return Duration.ofMillis(random.nextLong(SOON.toMillis() + 1));
    }

    /**
     * The wait behind some failures in a row.
     *
     * @param failures 1 or more
     * @param random for jitter
     * @return between half of the full wait and all of it: 1 s to 2 s at first, 30 s to 60 s at last
     */
    public static Duration after(int failures, RandomGenerator random) {
        int doublings = Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS);
        long full = Math.min(FIRST.toMillis() << doublings, LONGEST.toMillis());
        return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
    }
}
