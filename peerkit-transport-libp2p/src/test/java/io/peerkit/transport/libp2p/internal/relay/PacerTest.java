// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PacerTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void pay_noRate_neverRests() {
        assertThat(new Pacer(0).pay(Integer.MAX_VALUE, 5)).isZero();
    }

    @Test
    void pay_aSecondsWorthAtOnce_restsAllButTheBurst() {
        assertThat(new Pacer(1_000).pay(1_000, Long.MAX_VALUE - 7)).isEqualTo(SECOND - Pacer.BURST_NANOS);
    }

    @Test
    void pay_manyPayersForALongTime_togetherAtTheRateAndEachItsShare() {
        Pacer pacer = new Pacer(1_000_000);
        int payers = 10;
        long[] next = new long[payers];
        long[] carried = new long[payers];
        long end = 20 * SECOND;
        for (long now = 0; now < end; now += SECOND / 1_000) {
            for (int i = 0; i < payers; i++) {
                if (next[i] <= now) {
                    int bytes = 1_000 * (1 + i % 2);
                    carried[i] += bytes;
                    next[i] = now + pacer.pay(bytes, now);
                }
            }
        }
        long sum = Arrays.stream(carried).sum();
        assertThat(sum).isBetween(19_500_000L, 20_200_000L);
        assertThat(carried[0]).isBetween(1_200_000L, 1_400_000L);
    }

    @Test
    void pay_afterSilence_burstIsBounded() {
        Pacer pacer = new Pacer(1_000_000);
        pacer.pay(1, 0);
        long now = 3_600 * SECOND;
        int free = 0;
        while (pacer.pay(1_000, now) == 0) {
            free += 1_000;
        }
        assertThat(free).isLessThanOrEqualTo(100_000);
    }
}
