// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.gossip.internal.overlay.OverlayWorld.Member;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptiveViewsTest {
    private static final long CARD_LIFETIME = 900_000;

    /** Everybody of a network that is about to grow, visitors, and some on their way out. */
    private static final int MOST_AT_ONCE = AdaptiveViews.GROWN + OverlayTalk.MAX_VISITORS + 16;

    /** A world in which cards flood among those who want all of them, and expire. */
    private static final class Flooded extends OverlayWorld {
        int mostConnections;

        Flooded() {
            super(11, 5, 60, AdaptiveViews::new);
        }

        private static boolean isFlooded(Member member) {
            return member.strategy.maxCards() == Integer.MAX_VALUE;
        }

        @Override
        void linked(Member here, Member to) {
            mostConnections = Math.max(mostConnections, here.peers.size());
            after(50, () -> learn(here, to));
            if (isFlooded(here)) {
                for (Member other : living()) {
                    if (isFlooded(other)) {
                        after(100, () -> learn(other, here));
                        after(100, () -> learn(here, other));
                    }
                }
            }
        }

        @Override
        void die(Member member) {
            super.die(member);
            after(CARD_LIFETIME, () -> living().forEach(other -> other.strategy.agentForgotten(member.id)));
        }

        void grow(int size) {
            while (living().size() < size) {
                List<Member> there = living();
                if (there.isEmpty()) {
                    add();
                } else {
                    join(there.get(0));
                }
                run(500);
            }
        }

        int bounded() {
            return (int) living().stream()
                    .filter(member -> ((AdaptiveViews) member.strategy).isBounded())
                    .count();
        }
    }

    private final Flooded world = new Flooded();

    @Test
    void smallNetwork_everybodyConnected() {
        world.grow(20);
        world.run(60_000);
        assertThat(world.bounded()).isZero();
        assertThat(world.members).allMatch(member -> member.peers.size() == 19);
    }

    @Test
    void networkAtTheEdge_noChangeBackAndForth() {
        world.grow(AdaptiveViews.GROWN + 1);
        world.run(120_000);
        assertThat(world.bounded()).isZero();
        List<Member> leaving = new ArrayList<>(world.living().subList(30, 40));
        leaving.forEach(world::die);
        world.run(2 * CARD_LIFETIME);
        assertThat(world.bounded()).isZero();
    }

    @Test
    void networkGrows_viewsWithoutAStormAndTogether() {
        world.grow(AdaptiveViews.GROWN + 1);
        world.run(30_000);
        world.members.forEach(member -> member.told = 0);
        world.grow(150);
        world.run(300_000);
        assertThat(world.bounded()).isEqualTo(150);
        assertThat(world.largestPart()).isEqualTo(150);
        assertThat(world.members)
                .allMatch(member ->
                        member.peers.size() >= AdaptiveViews.VIEW - 2 && member.peers.size() <= AdaptiveViews.VIEW + 2);
        assertThat(world.mostConnections).isLessThanOrEqualTo(MOST_AT_ONCE);
        long told = world.members.stream().mapToLong(member -> member.told).sum();
        assertThat(told / 150).as("messages of a node in six minutes").isLessThan(1_000);
    }

    @Test
    void networkShrinks_everybodyConnectedAgainButNotAtOnce() {
        world.grow(100);
        world.run(300_000);
        assertThat(world.bounded()).isEqualTo(100);
        List<Member> leaving = new ArrayList<>(world.living().subList(0, 88));
        for (Member member : leaving) {
            world.die(member);
            world.run(200);
        }
        world.run(120_000);
        assertThat(world.bounded()).isEqualTo(12);
        assertThat(world.largestPart()).isEqualTo(12);
        world.run(2 * CARD_LIFETIME);
        assertThat(world.bounded()).isZero();
        assertThat(world.living()).allMatch(member -> member.peers.size() == 11);
    }
}
