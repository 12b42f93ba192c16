// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GeographyTest {
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration ACROSS = Duration.ofMillis(100);
    private static final long MILLIS = 1_000_000;

    private final SplittableRandom random = new SplittableRandom(1);

    private static Geography map(double loss, Geography.Speed speed) {
        return new Geography(7, LEAST, ACROSS, loss, (place, chance) -> speed);
    }

    @Test
    void latencyNanos_manyPlaces_withinTheBoundsAndTheSameBothWays() {
        Geography map = map(0, Geography.Speed.UNLIMITED);
        for (int i = 1; i < 200; i++) {
            for (int k = 1; k < 200; k++) {
                assertThat(map.latencyNanos(i, k)).isBetween(10 * MILLIS, 110 * MILLIS);
                assertThat(map.latencyNanos(i, k)).isEqualTo(map.latencyNanos(k, i));
            }
            assertThat(map.latencyNanos(i, i)).isEqualTo(10 * MILLIS);
        }
        assertThat(new Geography(8, LEAST, ACROSS, 0, (place, chance) -> Geography.Speed.UNLIMITED).latencyNanos(1, 2))
                .isNotEqualTo(map.latencyNanos(1, 2));
    }

    @Test
    void latencyNanos_placesAskedInAnotherOrder_theSame() {
        long first = map(0, Geography.Speed.UNLIMITED).latencyNanos(3, 500);
        Geography map = map(0, Geography.Speed.UNLIMITED);
        map.latencyNanos(1, 2);
        map.latencyNanos(90, 4);

        assertThat(map.latencyNanos(3, 500)).isEqualTo(first);
    }

    @Test
    void delayNanos_unlimitedLine_latencyWithATenthOfChance() {
        Geography map = map(0, Geography.Speed.UNLIMITED);
        long latency = map.latencyNanos(1, 2);
        for (int i = 0; i < 1_000; i++) {
            assertThat(map.delayNanos(1, 2, 1_000_000, 0, random)).isCloseTo(latency, within(latency / 10 + 1));
        }
    }

    @Test
    void delayNanos_slowLineUp_framesWaitForEachOther() {
        Geography map = map(0, new Geography.Speed(1_000, Double.POSITIVE_INFINITY));
        long latency = map.latencyNanos(1, 2);

        // 100 bytes take 100 ms each.
        assertThat(map.delayNanos(1, 2, 100, 0, random)).isCloseTo(latency + 100 * MILLIS, within(latency / 10 + 1));
        assertThat(map.delayNanos(1, 2, 100, 0, random)).isCloseTo(latency + 200 * MILLIS, within(latency / 10 + 1));
        assertThat(map.delayNanos(1, 3, 100, 0, random)).isGreaterThan(300 * MILLIS);
        assertThat(map.delayNanos(2, 1, 100, 0, random)).isCloseTo(latency + 100 * MILLIS, within(latency / 10 + 1));
        assertThat(map.delayNanos(1, 2, 100, 1_000 * MILLIS, random))
                .isCloseTo(latency + 100 * MILLIS, within(latency / 10 + 1));
    }

    @Test
    void delayNanos_slowLineDown_framesOfSeveralWaitForEachOther() {
        Geography map = map(0, new Geography.Speed(Double.POSITIVE_INFINITY, 1_000));

        assertThat(map.delayNanos(1, 3, 100, 0, random)).isBetween(110 * MILLIS, 250 * MILLIS);
        assertThat(map.delayNanos(2, 3, 100, 0, random)).isBetween(210 * MILLIS, 350 * MILLIS);
    }

    @Test
    void delayNanos_loss_waitsAtLeastAsLongAsTcp() {
        Geography map = map(0.5, Geography.Speed.UNLIMITED);
        int late = 0;
        int broken = 0;
        for (int i = 0; i < 10_000; i++) {
            long delay = map.delayNanos(1, 2, 100, 0, random);
            if (delay == LinkModel.BROKEN) {
                broken++;
            } else if (delay >= Geography.LEAST_WAIT.toNanos()) {
                late++;
            }
        }
        assertThat(late + broken).isBetween(4_700, 5_300);
        // One of 2^7.
        assertThat(broken).isBetween(40, 130);
    }

    @Test
    void delayNanos_everythingIsLost_broken() {
        assertThat(map(1, Geography.Speed.UNLIMITED).delayNanos(1, 2, 1, 0, random))
                .isEqualTo(LinkModel.BROKEN);
    }

    @Test
    void new_wrongFigures_refused() {
        assertThatThrownBy(() -> map(1.1, Geography.Speed.UNLIMITED)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Geography.Speed(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
