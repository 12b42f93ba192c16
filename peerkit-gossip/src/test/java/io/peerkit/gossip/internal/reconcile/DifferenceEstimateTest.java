// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.peerkit.api.InvalidBytesException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DifferenceEstimateTest {
    @Test
    void addAndRemove_sameEntries_backToZero() {
        SplittableRandom random = new SplittableRandom(1);
        long[] bits = random.longs(1_000).toArray();
        DifferenceEstimate estimate = new DifferenceEstimate();
        for (long one : bits) {
            estimate.add(one);
        }
        assertThat(estimate.toBytes()).isNotEqualTo(new byte[DifferenceEstimate.LENGTH_BYTES]);
        for (long one : bits) {
            estimate.remove(one);
        }
        assertThat(estimate.toBytes()).isEqualTo(new byte[DifferenceEstimate.LENGTH_BYTES]);
    }

    @Test
    void add_eachBit_countedInItsByte() {
        for (int bit = 0; bit < Long.SIZE; bit++) {
            DifferenceEstimate estimate = new DifferenceEstimate();
            estimate.add(1L << bit);
            byte[] expected = new byte[DifferenceEstimate.LENGTH_BYTES];
            expected[bit] = 1;
            assertThat(estimate.toBytes()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 1_000, 4_000})
    void between_differencesOnBothSides_rightInTheMeanAndSeldomFarOff(int differences) {
        SplittableRandom random = new SplittableRandom(differences);
        int trials = 400;
        double sum = 0;
        int farOff = 0;
        for (int i = 0; i < trials; i++) {
            DifferenceEstimate one = new DifferenceEstimate();
            DifferenceEstimate other = new DifferenceEstimate();
            int left = random.nextInt(differences + 1);
            for (int k = 0; k < differences; k++) {
                (k < left ? one : other).add(random.nextLong());
            }
            int guess = DifferenceEstimate.between(one.toBytes(), left, other.toBytes(), differences - left);
            assertThat(guess).isGreaterThanOrEqualTo(Math.abs(2 * left - differences));
            sum += guess;
            farOff += guess < differences * 0.55 || guess > differences * 1.6 ? 1 : 0;
        }
        assertThat(sum / trials).isCloseTo(differences, within(0.05 * differences + 0.5));
        assertThat(farOff).isLessThan(trials / 50);
    }

    @Test
    void between_farApart_staysLarge() {
        SplittableRandom random = new SplittableRandom(7);
        DifferenceEstimate one = new DifferenceEstimate();
        for (int i = 0; i < 200_000; i++) {
            one.add(random.nextLong());
        }
        DifferenceEstimate other = new DifferenceEstimate();
        for (int i = 0; i < 200_000; i++) {
            other.add(random.nextLong());
        }
        assertThat(DifferenceEstimate.between(one.toBytes(), 200_000, other.toBytes(), 200_000))
                .isGreaterThan(7_000);
    }

    @Test
    void plus_disjointSets_thatOfTheUnion() {
        SplittableRandom random = new SplittableRandom(9);
        DifferenceEstimate one = new DifferenceEstimate();
        DifferenceEstimate other = new DifferenceEstimate();
        DifferenceEstimate both = new DifferenceEstimate();
        for (int i = 0; i < 1_000; i++) {
            long bits = random.nextLong();
            (i % 3 == 0 ? one : other).add(bits);
            both.add(bits);
        }
        assertThat(DifferenceEstimate.plus(one.toBytes(), other.toBytes())).isEqualTo(both.toBytes());
    }

    @Test
    void require_otherLength_refused() {
        assertThatThrownBy(() -> DifferenceEstimate.require(new byte[63]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be 64");
    }
}
