// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is moved, in UTC. Safe for use by any thread. */
public final class ManualClock extends Clock {
    private final AtomicReference<Instant> now;

    /**
     * @param start what it says first
     */
    public ManualClock(Instant start) {
        this.now = new AtomicReference<>(start);
    }

    @Override
    public Instant instant() {
        return now.get();
    }

    /**
     * Moves it.
     *
     * @param by forward, or back when negative
     * @return what it says now
     */
    public Instant advance(Duration by) {
        return now.updateAndGet(before -> before.plus(by));
    }

    /**
     * Sets it.
     *
     * @param instant what it shall say
     */
    public void set(Instant instant) {
        now.set(instant);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.fixed(instant(), zone);
    }
}
