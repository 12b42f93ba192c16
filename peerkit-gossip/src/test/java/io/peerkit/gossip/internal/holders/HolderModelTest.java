// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class HolderModelTest {
    /** 2,000 in the profile for long runs. */
    private static final int SEEDS = Integer.getInteger("peerkit.holders.seeds", 200);

    private static final int EVENTS = 10_000;

    private static HolderModel model(long seed, int needed, int liars, boolean promising) {
        return new HolderModel(seed, needed, needed + 1, liars, promising);
    }

    private static void assertNothingIsLost(int needed, int liars) {
        int drops = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            HolderModel model = model(seed, needed, liars, true);
            Optional<String> wrong = model.run(EVENTS);
            assertThat(wrong).as("seed %d", seed).isEmpty();
            drops += model.drops();
        }
        assertThat(drops).isGreaterThan(4 * SEEDS);
    }

    @Test
    void run_oneHolderNeeded_somebodyAlwaysHoldsIt() {
        assertNothingIsLost(1, 0);
    }

    @Test
    void run_twoHoldersNeeded_twoAlwaysHoldIt() {
        assertNothingIsLost(2, 0);
    }

    @Test
    void run_oneLiarAndTwoHoldersNeeded_oneAlwaysHoldsIt() {
        assertNothingIsLost(2, 1);
    }

    @Test
    void run_asManyLiarsAsHoldersNeeded_entriesAreLost() {
        assertThat(lost(2, 2, true)).isPositive();
    }

    @Test
    void run_withoutPromises_entriesAreLost() {
        assertThat(lost(1, 0, false)).isPositive();
    }

    private static int lost(int needed, int liars, boolean promising) {
        int lost = 0;
        for (int seed = 0; seed < 200; seed++) {
            if (model(seed, needed, liars, promising).run(EVENTS).isPresent()) {
                lost++;
            }
        }
        return lost;
    }
}
