// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static final long MILLIS = 1_000_000;

    private final Spread spread = new Spread();

    @Test
    void reached_severalNodes_countedOnceEach() {
        spread.reached(3, 0, 50 * MILLIS);
        spread.reached(9, 1, 80 * MILLIS);
        spread.reached(900, 2, 75 * MILLIS);
        spread.reached(9, 5, 99 * MILLIS);
        spread.reached(-1, 1, 99 * MILLIS);

        assertThat(spread.born()).isEqualTo(Duration.ofMillis(50));
        assertThat(spread.reached()).isEqualTo(3);
        assertThat(spread.byHops()).startsWith(1, 1, 1, 0);
        assertThat(spread.arrivalMillis()).containsExactly(0, 25, 30);
        assertThat(spread.hopsAt(900)).isEqualTo(2);
        assertThat(spread.hopsAt(901)).isZero();
    }

    @Test
    void reached_overMoreHopsThanAreToldApart_theMost() {
        spread.reached(0, Spread.MAX_HOPS + 1, 0);

        assertThat(spread.byHops()[Spread.MAX_HOPS]).isEqualTo(1);
    }

    @Test
    void reach_ofOneEntry_itsFigures() {
        for (int i = 0; i < 10; i++) {
            spread.reached(i, i / 3, i * 10L * MILLIS);
        }

        Recorder.Reach reach = Recorder.reach(List.of(spread));

        assertThat(reach.entries()).isEqualTo(1);
        assertThat(reach.halfMillis()).isEqualTo(40);
        assertThat(reach.mostMillis()).isEqualTo(90);
        assertThat(reach.allMillis()).isEqualTo(90);
        assertThat(reach.hopsFor(0.3)).isZero();
        assertThat(reach.hopsFor(0.9)).isEqualTo(2);
        assertThat(reach.hopsFor(1)).isEqualTo(3);
    }

    @Test
    void reach_ofNothing_zeros() {
        Recorder.Reach reach = Recorder.reach(List.of());

        assertThat(reach.entries()).isZero();
        assertThat(reach.mostMillis()).isZero();
        assertThat(reach.hopsFor(1)).isZero();
    }
}
