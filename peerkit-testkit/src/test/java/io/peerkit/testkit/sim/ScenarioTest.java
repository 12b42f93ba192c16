// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
    @ParameterizedTest
    @EnumSource
    void experiment_fortyNodes_allChecksHold(Scenario scenario) {
        Simulation simulation = scenario.experiment(40, Simulation.seed(7)).run();

        assertThat(simulation.nodes()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(simulation.acknowledged()).isGreaterThan(10);
    }

    @Test
    void experiment_twice_theSameRun() {
        assertThat(Scenario.HOSTILE.experiment(12, 3).run().traceHash())
                .isEqualTo(Scenario.HOSTILE.experiment(12, 3).run().traceHash());
    }

    @Test
    void named_labels_foundAgain() {
        for (Scenario scenario : Scenario.values()) {
            assertThat(Scenario.named(scenario.label())).contains(scenario);
            assertThat(scenario.description()).isNotBlank();
        }
        assertThat(Scenario.FLASH_CROWD.label()).isEqualTo("flash-crowd");
        assertThat(Scenario.named("nonsense")).isEqualTo(Optional.empty());
    }
}
