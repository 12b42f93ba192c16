// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small networks through bad days, one seed each: 100 of them, or as many as the property {@code peerkit.sim.days} says. */
class ChaosTest {
    private static final String DAYS_PROPERTY = "peerkit.sim.days";
    private static final List<String> ROLES = List.copyOf(HostileRoles.byName().keySet());

    static LongStream seeds() {
        return Long.getLong(Simulation.SEED_PROPERTY) == null
                ? LongStream.rangeClosed(1, Long.getLong(DAYS_PROPERTY, 100))
                : LongStream.of(Long.getLong(Simulation.SEED_PROPERTY));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void badDay_everythingHappens_correctNodesAgreeAndNothingIsLost(long seed) {
        int nodes = 5 + (int) Math.floorMod(seed, 8L);
        Experiment.of(nodes)
                .seed(seed)
                .schedule(Schedule.random(seed, nodes, Duration.ofSeconds(40), ROLES))
                .verify();
    }
}
