// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

    private final Shrinker shrinker = new Shrinker(() -> true);

    @Test
    void shrink_twoOfAHundredMatter_onlyTheyAreLeft() {
        List<Integer> left = shrinker.shrink(HUNDRED, part -> part.contains(13) && part.contains(77));

        assertThat(left).containsExactly(13, 77);
        assertThat(shrinker.runs()).isLessThan(100);
    }

    @Test
    void shrink_allMatter_allAreLeft() {
        assertThat(shrinker.shrink(HUNDRED, part -> part.size() == 100)).isEqualTo(HUNDRED);
    }

    @Test
    void shrink_noneMatters_noneIsLeft() {
        assertThat(shrinker.shrink(HUNDRED, part -> true)).isEmpty();
        assertThat(shrinker.shrink(List.of(1), part -> true)).isEmpty();
        assertThat(shrinker.shrink(List.of(), part -> true)).isEmpty();
    }

    @Test
    void shrink_oneOfOneMatters_itIsLeft() {
        assertThat(shrinker.shrink(List.of(1), part -> !part.isEmpty())).containsExactly(1);
    }

    @Test
    void shrink_randomSets_noElementCanBeLeftOut() {
        Random random = new Random(Simulation.seed(4));
        for (int i = 0; i < 500; i++) {
            List<Integer> needed =
                    HUNDRED.stream().filter(each -> random.nextInt(20) == 0).toList();
            assertThat(shrinker.shrink(HUNDRED, part -> part.containsAll(needed)))
                    .isEqualTo(needed);
        }
    }

    @Test
    void shrink_outOfTime_bestSoFarThatFails() {
        int[] tries = {0};
        Shrinker hurried = new Shrinker(() -> ++tries[0] <= 5);

        List<Integer> left = hurried.shrink(HUNDRED, part -> part.contains(13) && part.contains(77));

        assertThat(hurried.runs()).isEqualTo(5);
        assertThat(left).contains(13, 77).hasSizeLessThan(100);
    }
}
