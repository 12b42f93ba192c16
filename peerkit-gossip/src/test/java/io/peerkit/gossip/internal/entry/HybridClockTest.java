// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HybridClockTest {
    private static final Duration DRIFT = Duration.ofSeconds(60);
    private static final long NOW = 1_750_000_000_000L;

    @Test
    void next_sameMillisecond_counts() {
        HybridClock clock = new HybridClock(DRIFT);
        assertThat(clock.next(NOW)).isEqualTo(NOW << 16);
        assertThat(clock.next(NOW)).isEqualTo(NOW << 16 | 1);
        assertThat(clock.next(NOW + 1)).isEqualTo((NOW + 1) << 16);
    }

    @Test
    void next_counterFull_carriesIntoTheMilliseconds() {
        HybridClock clock = new HybridClock(DRIFT);
        clock.restore(NOW << 16 | 0xffff);
        assertThat(clock.next(NOW)).isEqualTo((NOW + 1) << 16);
        assertThat(HybridClock.millis(clock.last())).isEqualTo(NOW + 1);
    }

    @Test
    void next_clockStepsBack_timeDoesNot() {
        HybridClock clock = new HybridClock(DRIFT);
        long before = clock.next(NOW);
        assertThat(clock.next(NOW - 3_600_000)).isEqualTo(before + 1);
        assertThat(clock.next(-5)).isEqualTo(before + 2);
    }

    @Test
    void merge_withinTheDriftBound_movesAndBeyondDoesNot() {
        HybridClock clock = new HybridClock(DRIFT);
        long latest = (NOW + 60_000) << 16 | 0xffff;
        clock.merge(latest + 1, NOW);
        assertThat(clock.next(NOW)).isEqualTo(NOW << 16);
        clock.merge(latest, NOW);
        assertThat(clock.next(NOW)).isEqualTo(latest + 1);
    }

    @Test
    void merge_older_leavesTheTime() {
        HybridClock clock = new HybridClock(DRIFT);
        long before = clock.next(NOW);
        clock.merge(5, NOW);
        assertThat(clock.last()).isEqualTo(before);
    }

    @Test
    void restore_greatestHandedOut_goesOnAboveIt() {
        HybridClock before = new HybridClock(DRIFT);
        before.next(NOW);
        long greatest = before.next(NOW);
        HybridClock after = new HybridClock(DRIFT);
        after.restore(greatest);
        assertThat(after.next(NOW - 10_000)).isEqualTo(greatest + 1);
    }

    @Test
    void restore_endOfTime_neverTheReservedTime() {
        HybridClock clock = new HybridClock(DRIFT);
        clock.restore(-1L);
        assertThat(clock.last()).isZero();
        assertThat(clock.next(Long.MAX_VALUE)).isNotEqualTo(-1L);
    }

    /** The laws of the paper's theorems 1 and 2: causality is kept, and the time stays near the greatest clock. */
    @Test
    void messagesBetweenDriftingNodes_causalOrderKeptAndTimeBounded() {
        SplittableRandom random = new SplittableRandom(3);
        int nodes = 5;
        long epsilon = 100;
        HybridClock[] clocks = new HybridClock[nodes];
        long[] skew = new long[nodes];
        for (int i = 0; i < nodes; i++) {
            clocks[i] = new HybridClock(DRIFT);
            skew[i] = random.nextLong(-epsilon, epsilon + 1);
        }
        long real = NOW;
        for (int step = 0; step < 100_000; step++) {
            real += random.nextInt(3);
            int from = random.nextInt(nodes);
            int to = random.nextInt(nodes);
            long before = clocks[from].last();
            long sent = clocks[from].next(real + skew[from]);
            assertThat(sent).isGreaterThan(before);
            clocks[to].merge(sent, real + skew[to]);
            long reply = clocks[to].next(real + skew[to]);
            assertThat(reply).isGreaterThan(sent);
            assertThat(HybridClock.millis(reply)).isBetween(real + skew[to], real + epsilon + 1);
        }
    }
}
