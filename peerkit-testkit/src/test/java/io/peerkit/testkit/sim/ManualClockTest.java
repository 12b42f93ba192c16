// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ManualClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void instant_untouched_standsStill() {
        ManualClock clock = new ManualClock(START);
        assertThat(clock.instant()).isEqualTo(START).isEqualTo(clock.instant());
        assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    }

    @Test
    void advanceAndSet_forwardAndBack_followed() {
        ManualClock clock = new ManualClock(START);
        assertThat(clock.advance(Duration.ofHours(1))).isEqualTo(START.plusSeconds(3_600));
        assertThat(clock.advance(Duration.ofHours(-2))).isEqualTo(START.minusSeconds(3_600));
        clock.set(START);
        assertThat(clock.millis()).isEqualTo(START.toEpochMilli());
    }
}
