// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.gossip.internal.overlay.OverlayWorld.Member;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Overlay and push together: who is reached over how many hops, and what comes twice. With {@code -Dpeerkit.spread.nodes=10000} at full
 * size, which takes some minutes and 2 GiB.
 */
class SpreadTest {
    private static final int NODES = Integer.getInteger("peerkit.spread.nodes", 1_000);
    private static final long SEED = Long.getLong("peerkit.sim.seed", 7);
    private static final int SIZE = 8;
    private static final int MOST_HOPS = 8;
    private static final double NEARLY_ALL = 0.999;
    private static final double FEW = 0.10;
    private static final long SETTLE = 90_000;
    private static final long WAIT = 10_000;

    private final SpreadWorld world = new SpreadWorld(SEED, 5, 60, () -> new BoundedViews(SIZE));

    /** What came of several publications of one author. */
    private record Outcome(double reached, double withinHops, int mostHops, double duplicates, long lastMillis) {
        @Override
        public String toString() {
            return String.format(
                    "reached %.2f %%, %.2f %% within %d hops, at most %d hops, %.2f %% of bytes twice, %d ms",
                    100 * reached, 100 * withinHops, MOST_HOPS, mostHops, 100 * duplicates, lastMillis);
        }
    }

    @Test
    void publish_boundedViewsThroughChurnAndFailures_nearlyAllWithinEightHopsAndHardlyAnythingTwice() {
        grow();
        Member author = world.members.get(NODES / 2);
        Outcome first = publish("first entry of an author", author, 1);
        assertThat(first.withinHops()).isGreaterThanOrEqualTo(NEARLY_ALL);
        assertThat(first.duplicates()).isLessThan(FEW);
        Outcome steady = publish("more of the same author", author, 5);
        assertThat(steady.withinHops()).isGreaterThanOrEqualTo(NEARLY_ALL);
        assertThat(steady.duplicates()).isLessThan(FEW);

        churn(author);
        Outcome churned = publish("after a tenth left and as many came", author, 3);
        assertThat(churned.duplicates()).isLessThan(FEW);
        world.run(SETTLE);
        Outcome settled = publish("when they have settled", author, 3);
        assertThat(settled.withinHops()).isGreaterThanOrEqualTo(NEARLY_ALL);
        assertThat(settled.duplicates()).isLessThan(FEW);

        fail(author);
        Outcome failed = publish("right behind the failure of a third", author, 1);
        assertThat(failed.reached()).isGreaterThanOrEqualTo(0.99);
        publish("while it is being repaired", author, 3);
        world.run(SETTLE);
        Outcome repaired = publish("when it is repaired", author, 3);
        assertThat(repaired.withinHops()).isGreaterThanOrEqualTo(NEARLY_ALL);
        assertThat(repaired.duplicates()).isLessThan(FEW);
        assertThat(world.largestPart()).isEqualTo(world.living().size());
    }

    private void grow() {
        Member first = world.add();
        for (int i = 1; i < NODES; i++) {
            world.join(i < 4 ? first : world.members.get(world.random.nextInt(i)));
            world.run(Math.max(1, Math.min(100, 20_000 / i)));
        }
        world.run(SETTLE);
        assertThat(world.largestPart()).isEqualTo(NODES);
        int places = 0;
        for (Member member : world.members) {
            assertThat(member.neighbours()).isBetween(SIZE / 2, SIZE + 1);
            assertThat(member.views().passive().size()).isLessThanOrEqualTo(SIZE * Views.PASSIVE_FACTOR);
            places += member.neighbours();
        }
        assertThat(places).isGreaterThan(NODES * (SIZE - 1));
    }

    /** A tenth leaves without a word, as many come, over a minute. */
    private void churn(Member author) {
        List<Member> leaving = some(NODES / 10, author);
        for (Member member : leaving) {
            world.die(member);
            List<Member> living = world.living();
            world.join(living.get(world.random.nextInt(living.size())));
            world.run(60_000 / leaving.size());
        }
    }

    /** Thirty of a hundred die at once. */
    private void fail(Member author) {
        some(NODES * 3 / 10, author).forEach(world::die);
    }

    private List<Member> some(int count, Member except) {
        List<Member> from = new ArrayList<>(world.living());
        from.remove(except);
        List<Member> some = new ArrayList<>();
        while (some.size() < count) {
            some.add(from.remove(world.random.nextInt(from.size())));
        }
        return some;
    }

    /** Publishes one behind the other, and gives the worst reach and the mean of duplicates. */
    private Outcome publish(String when, Member author, int times) {
        world.reset();
        double reached = 1;
        double within = 1;
        int most = 0;
        long last = 0;
        for (int i = 0; i < times; i++) {
            SpreadWorld.Spread spread = world.spread(world.publish(author));
            world.run(WAIT);
            int nodes = world.living().size();
            reached = Math.min(reached, (double) spread.reached / nodes);
            within = Math.min(within, spread.within(MOST_HOPS, nodes));
            most = Math.max(most, spread.mostHops);
            last = Math.max(last, spread.last - spread.began);
        }
        Outcome outcome = new Outcome(reached, within, most, (double) world.duplicateBytes / world.wholeBytes, last);
        System.out.println("seed " + SEED + ", " + NODES + " nodes, " + when + ": " + outcome);
        return outcome;
    }
}
