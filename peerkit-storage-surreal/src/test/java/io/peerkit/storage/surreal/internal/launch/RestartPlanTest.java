// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartPlanTest {
    private final RestartPlan plan = new RestartPlan();

    @Test
    void died_againAndAgain_waitsDoubleUpToTheBound() {
        assertThat(plan.died(Duration.ZERO)).isEqualTo(Duration.ofMillis(100));
        assertThat(plan.died(Duration.ofSeconds(59))).isEqualTo(Duration.ofMillis(200));
        for (int i = 0; i < 20; i++) {
            assertThat(plan.died(Duration.ZERO)).isLessThanOrEqualTo(Duration.ofSeconds(30));
        }
        assertThat(plan.died(Duration.ZERO)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void died_afterALongLife_beginsAnew() {
        for (int i = 0; i < 5; i++) {
            plan.died(Duration.ZERO);
        }

        assertThat(plan.died(Duration.ofMinutes(1))).isEqualTo(Duration.ofMillis(100));
    }
}
