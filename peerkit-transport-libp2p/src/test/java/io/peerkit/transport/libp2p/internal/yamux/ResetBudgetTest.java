// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResetBudgetTest {
    private static final long MILLI = 1_000_000L;

    private static int taken(ResetBudget budget, long now) {
        int taken = 0;
        while (budget.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void take_atOnce_theBurstAndNotOneMore() {
        assertThat(taken(new ResetBudget(3, 10), 0)).isEqualTo(3);
    }

    @Test
    void take_later_comesBackByTheRate() {
        ResetBudget budget = new ResetBudget(3, 10);
        // The clock may wrap around: only differences count.
        long now = Long.MAX_VALUE - 5;
        taken(budget, now);
        now += 99 * MILLI;
        assertThat(taken(budget, now)).isZero();
        assertThat(taken(budget, now + MILLI)).isEqualTo(1);
    }

    @Test
    void take_muchLater_noMoreThanTheBurst() {
        ResetBudget budget = new ResetBudget(3, 10);
        taken(budget, 0);
        assertThat(taken(budget, 3_600_000 * MILLI)).isEqualTo(3);
    }

    @Test
    void take_largestSettings_noOverflow() {
        ResetBudget budget = new ResetBudget(Integer.MAX_VALUE, 1);
        assertThat(budget.take(0)).isTrue();
        assertThat(budget.take(Long.MAX_VALUE)).isTrue();
    }
}
