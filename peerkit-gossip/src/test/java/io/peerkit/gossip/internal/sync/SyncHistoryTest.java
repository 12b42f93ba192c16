// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SyncHistoryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** Never the one case in 256. */
    private static final RandomGenerator NEVER = () -> 0x7fff_ffff_ffff_ffffL;

    private final SyncHistory history = new SyncHistory(START);

    @Test
    void asksForCheck_byChance_onceInSomeSessions() {
        SplittableRandom random = new SplittableRandom(4);
        int asked = 0;
        for (int i = 0; i < 256 * 100; i++) {
            asked += history.asksForCheck(START, random) ? 1 : 0;
        }
        assertThat(asked).isBetween(70, 130);
    }

    @Test
    void asksForCheck_aDayLater_onceForSure() {
        Instant dayLater = START.plus(SyncHistory.DEEP_CHECK_INTERVAL);
        assertThat(history.asksForCheck(dayLater.minusMillis(1), NEVER)).isFalse();
        assertThat(history.asksForCheck(dayLater, NEVER)).isTrue();
        assertThat(history.asksForCheck(dayLater.plusSeconds(1), NEVER)).isFalse();
    }

    @Test
    void grantsCheck_afterOne_notForAWhile() {
        assertThat(history.grantsCheck(START)).isTrue();
        history.checked(START);
        Instant again = START.plus(SyncHistory.DEEP_CHECK_PAUSE);
        assertThat(history.grantsCheck(again.minusMillis(1))).isFalse();
        assertThat(history.grantsCheck(again)).isTrue();
        assertThat(history.grantsCheck(START.minus(Duration.ofDays(2))))
                .as("a clock that stepped back")
                .isTrue();
    }

    @Test
    void ended_entriesDidNotCome_rangesNextAndOnceInAWhile() {
        assertThat(history.ended(0)).isFalse();
        assertThat(history.byRanges()).isFalse();
        assertThat(history.ended(3)).isTrue();
        assertThat(history.byRanges()).isTrue();
        int byRanges = 0;
        for (int i = 0; i < 32; i++) {
            assertThat(history.ended(3)).isFalse();
            byRanges += history.byRanges() ? 1 : 0;
        }
        assertThat(byRanges).isEqualTo(2);
        history.ended(0);
        assertThat(history.byRanges()).isFalse();
    }
}
