// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What earlier sessions with a peer about a scope mean for the next ones. */
final class SyncHistory {
    /** Equal fingerprints are looked into once in so many sessions that this node begins with the peer, on average. */
    static final int DEEP_CHECK_SESSIONS = 256;

    /** And at least this often while the peer stays connected. */
    static final Duration DEEP_CHECK_INTERVAL = Duration.ofDays(1);

    /** A peer is granted no more than one deep check in this time. */
    static final Duration DEEP_CHECK_PAUSE = Duration.ofMinutes(1);

    /** After entries did not come that had been asked for, one session in so many goes by ranges, the next one first. */
    static final int RANGES_EVERY = 16;

    private Instant asked;
    private Optional<Instant> granted = Optional.empty();
    private int misses;

    SyncHistory(Instant now) {
        asked = now;
    }

    /** Whether to ask for a deep check in a session that begins now. */
    boolean asksForCheck(Instant now, RandomGenerator random) {
        boolean due = random.nextInt(DEEP_CHECK_SESSIONS) == 0 || !now.isBefore(asked.plus(DEEP_CHECK_INTERVAL));
        if (due) {
            asked = now;
        }
        return due;
    }

    /** Whether the peer may have a deep check in a session that begins now. */
    boolean grantsCheck(Instant now) {
        return granted.map(last -> !now.isBefore(last.plus(DEEP_CHECK_PAUSE)) || now.isBefore(last))
                .orElse(true);
    }

    /** The peer had a deep check. */
    void checked(Instant now) {
        granted = Optional.of(now);
    }

    /**
     * A session that this node began came to its end.
     *
     * @param undelivered the entries that were asked for and did not come
     * @return whether another one should follow soon, which goes another way
     */
    boolean ended(long undelivered) {
        misses = undelivered == 0 ? 0 : misses + 1;
        return misses == 1;
    }

    /** Whether the next session should do without coded symbols. */
    boolean byRanges() {
        return misses % RANGES_EVERY == 1;
    }
}
