// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FaultBudgetTest {
    private final FaultBudget budget = new FaultBudget();

    @Test
    void charge_upToTheBound_borneAndOneMoreNot() {
        assertThat(budget.charge(agent(1), FaultBudget.MAX_FAULTS)).isEmpty();
        assertThat(budget.isExcluded(agent(1))).isFalse();
        assertThat(budget.charge(agent(1), 1)).contains(FaultBudget.FIRST_EXCLUSION);
        assertThat(budget.isExcluded(agent(1))).isTrue();
        assertThat(budget.isExcluded(agent(2))).isFalse();
        assertThat(budget.excluded()).isEqualTo(1);
    }

    @Test
    void charge_oneASecond_forgivenForEver() {
        for (int i = 0; i < 10 * FaultBudget.MAX_FAULTS; i++) {
            assertThat(budget.charge(agent(1), 1)).isEmpty();
            budget.tick();
        }
    }

    @Test
    void isExcluded_timePassed_overAndTheNextTimeTwiceAsLongUpToADay() {
        Duration expected = FaultBudget.FIRST_EXCLUSION;
        for (int i = 0; i < 12; i++) {
            assertThat(budget.charge(agent(1), FaultBudget.MAX_FAULTS + 1)).contains(expected);
            // What was on its way counts for nothing.
            assertThat(budget.charge(agent(1), FaultBudget.MAX_FAULTS + 1)).isEmpty();
            pass(expected.toSeconds() - 1);
            assertThat(budget.isExcluded(agent(1))).isTrue();
            pass(1);
            assertThat(budget.isExcluded(agent(1))).isFalse();
            expected = expected.multipliedBy(2).compareTo(FaultBudget.MAX_EXCLUSION) > 0
                    ? FaultBudget.MAX_EXCLUSION
                    : expected.multipliedBy(2);
        }
        assertThat(expected).isEqualTo(FaultBudget.MAX_EXCLUSION);
    }

    @Test
    void charge_moreAgentsThanRemembered_thoseTurnedAwayStay() {
        assertThat(budget.charge(agent(-1), FaultBudget.MAX_FAULTS + 1)).isPresent();
        for (int i = 0; i < 2 * FaultBudget.MAX_AGENTS; i++) {
            assertThat(budget.charge(agent(i), FaultBudget.MAX_FAULTS)).isEmpty();
        }
        assertThat(budget.isExcluded(agent(-1))).isTrue();
        // The first was forgotten, so it may begin again; the last was not.
        assertThat(budget.charge(agent(2 * FaultBudget.MAX_AGENTS - 1), 1)).isPresent();
        assertThat(budget.charge(agent(0), 1)).isEmpty();
    }

    private void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            budget.tick();
        }
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }
}
