// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class EpochModelTest {
    /** 2,000 in the profile for long runs. */
    private static final int SEEDS = Integer.getInteger("peerkit.epoch.seeds", 60);

    private static final int EVENTS = 600;
    private static final int PEERS = 6;

    @Test
    void run_randomWritesDeletesAbsencesCrashes_invariantsHold() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Optional<String> wrong = new EpochModel(seed, PEERS, false).run(EVENTS);
            assertThat(wrong).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void run_withoutLookingAtDeletedDigests_deletedEntriesComeBack() {
        int failed = 0;
        for (int seed = 0; seed < 20; seed++) {
            if (new EpochModel(seed, PEERS, true).run(EVENTS).isPresent()) {
                failed++;
            }
        }
        assertThat(failed).isGreaterThan(10);
    }
}
