// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small networks whose epochs are closed through bad days, one seed each: 100 of them, or as many as the property {@code
 * peerkit.sim.days} says. Invariants I1 to I8, I10 and I12 of {@code docs/protocols/epochs.md}.
 */
class EpochDaysTest {
    static LongStream seeds() {
        return Long.getLong(Simulation.SEED_PROPERTY) == null
                ? LongStream.rangeClosed(1, Long.getLong("peerkit.sim.days", 100))
                : LongStream.of(Long.getLong(Simulation.SEED_PROPERTY));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void badDay_epochsAreClosed_deletedStaysDeletedAndNothingElseIsLost(long seed) {
        new EpochDays(seed).run();
    }
}
