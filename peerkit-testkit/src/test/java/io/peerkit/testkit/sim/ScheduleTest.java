// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleTest {
    private static final List<String> ROLES = List.copyOf(HostileRoles.byName().keySet());

    @Test
    void parse_textOfRandomSchedules_theSameAgain() {
        long seed = Simulation.seed(3);
        for (int i = 0; i < 2_000; i++) {
            Schedule schedule = Schedule.random(seed + i, 2 + i % 11, Duration.ofSeconds(40), ROLES);
            assertThat(Schedule.parse(schedule.toString())).isEqualTo(schedule);
        }
    }

    @Test
    void random_manySeeds_everyKindOfEventOccurs() {
        Set<Class<?>> seen = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            Schedule.random(seed, 8, Duration.ofSeconds(40), ROLES)
                    .steps()
                    .forEach(step -> seen.add(step.event().getClass()));
        }

        assertThat(seen).isEqualTo(Set.of(SimEvent.class.getPermittedSubclasses()));
    }

    @Test
    void parse_linesAndBlanks_sortedByTime() {
        Schedule schedule = Schedule.parse("\n  9.25 start 3 ;; 4 crash 3\n4 heal\n");

        assertThat(schedule.steps())
                .containsExactly(
                        new Schedule.Step(Duration.ofSeconds(4), new SimEvent.Crash(3)),
                        new Schedule.Step(Duration.ofSeconds(4), new SimEvent.Heal()),
                        new Schedule.Step(Duration.ofMillis(9_250), new SimEvent.Start(3)));
        assertThat(schedule).hasToString("4 crash 3; 4 heal; 9.25 start 3");
    }

    @Test
    void parse_malformed_refusedByName() {
        for (String wrong : List.of(
                "4",
                "x crash 3",
                "4 crash",
                "4 crash -1",
                "4 crash three",
                "4 explode 3",
                "4.0001 crash 3",
                "4 partition",
                "4 weather 1 2 3",
                "4 weather 1 2 3 4 5 6 7 8")) {
            assertThatThrownBy(() -> Schedule.parse("1 heal; " + wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + wrong + "\"");
        }
    }

    @Test
    void read_nameOfAFile_itsText(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("schedule.txt"), "1 crash 2\n2 start 2\n");

        assertThat(ScheduleText.read("@" + file)).hasToString("1 crash 2; 2 start 2");
        assertThat(ScheduleText.read("3 heal")).hasToString("3 heal");
    }
}
