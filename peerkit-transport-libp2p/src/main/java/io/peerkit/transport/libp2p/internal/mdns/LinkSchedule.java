// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to ask and when to answer on one link. Questions come at once, then after 1, 2, 4… seconds up to {@link #MAX_INTERVAL}
 * (RFC 6762 §5.2); one that somebody else asked serves as well, since everybody hears the answers (§7.3), so that a link with many nodes
 * carries hardly more of them than one with two. Answers wait a little, so that nodes do not answer all at once, and come at most once a
 * second (§6).
 */
final class LinkSchedule {
    /** The longest time between questions; announcements hold for twice as long. */
    static final Duration MAX_INTERVAL = Duration.ofSeconds(60);

    /** The time between the first two. */
    static final Duration MIN_INTERVAL = Duration.ofSeconds(1);

    /** How long a first question or an answer waits, at least and at most. */
    static final Duration MIN_DELAY = Duration.ofMillis(20);

    static final Duration MAX_DELAY = Duration.ofMillis(120);

    /** How long two answers are apart at least. */
    static final Duration ANSWERS_APART = Duration.ofSeconds(1);

    private final RandomGenerator random;
    private long intervalNanos;
    private long queryAt;
    private boolean answering;
    private long answerAt;
    private boolean answered;
    private long answeredAt;

    LinkSchedule(RandomGenerator random, long now) {
        this.random = random;
        restart(now);
    }

    /** Something changed: asks as at the beginning. */
    void restart(long now) {
        intervalNanos = MIN_INTERVAL.toNanos();
        queryAt = now + delay();
    }

    /** Takes a question that is due. */
    boolean takeQuery(long now) {
        if (queryAt - now > 0) {
            return false;
        }
        queryAt = now + jittered(intervalNanos);
        intervalNanos = Math.min(2 * intervalNanos, MAX_INTERVAL.toNanos());
        answerSoon(now); // a node answers its own question too, and so announces itself
        return true;
    }

    /** A question was heard; {@code complete} is whether it asked for all answers. */
    void heardQuery(boolean complete, long now) {
        if (complete && intervalNanos == MAX_INTERVAL.toNanos()) {
            queryAt = now + jittered(intervalNanos);
        }
        answerSoon(now);
    }

    /** Announces soon. */
    void answerSoon(long now) {
        if (!answering) {
            answering = true;
            answerAt = now + delay();
            if (answered && answeredAt + ANSWERS_APART.toNanos() - answerAt > 0) {
                answerAt = answeredAt + ANSWERS_APART.toNanos();
            }
        }
    }

    /** Takes an answer that is due. */
    boolean takeAnswer(long now) {
        if (!answering || answerAt - now > 0) {
            return false;
        }
        answering = false;
        answered = true;
        answeredAt = now;
        return true;
    }

    /** When one of them is due. */
    long next() {
        return answering && answerAt - queryAt < 0 ? answerAt : queryAt;
    }

    private long delay() {
        return MIN_DELAY.toNanos() + random.nextLong(MAX_DELAY.minus(MIN_DELAY).toNanos());
    }

    /** Between 80 and 120 hundredths. */
    private long jittered(long nanos) {
        return nanos * 4 / 5 + random.nextLong(nanos * 2 / 5);
    }
}
