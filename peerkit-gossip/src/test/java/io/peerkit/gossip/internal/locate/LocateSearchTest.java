// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.gossip.internal.locate.LocateSearch.Action;
import io.peerkit.gossip.internal.locate.LocateSearch.Ask;
import io.peerkit.gossip.internal.locate.LocateSearch.Dial;
import io.peerkit.gossip.internal.locate.LocateSearch.Drop;
import io.peerkit.gossip.internal.locate.LocateSearch.End;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocateSearchTest {
    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[0] = (byte) number;
        id[1] = (byte) (number >>> 8);
        return AgentId.of(id);
    }

    private static List<AgentId> agents(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(LocateSearchTest::agent)
                .toList();
    }

    private static LocateSearch search(int near, int far) {
        return new LocateSearch(agents(0, near), agents(1_000, far), 0);
    }

    @Test
    void start_nobodyKnown_overAtOnce() {
        assertThat(search(0, 0).start(0)).containsExactly(new End(false));
    }

    @Test
    void start_many_asksTheNearestAlone() {
        assertThat(search(5, 5).start(0)).containsExactly(new Ask(agent(0)));
    }

    @Test
    void lacking_one_asksTwoMore() {
        LocateSearch search = search(5, 0);
        search.start(0);
        assertThat(search.lacking(agent(0), 10)).containsExactly(new Ask(agent(1)), new Ask(agent(2)));
        assertThat(search.lacking(agent(1), 20)).containsExactly(new Ask(agent(3)), new Ask(agent(4)));
        assertThat(search.lacking(agent(2), 20)).isEmpty();
    }

    @Test
    void tick_silence_oneMoreAfterTheHedgeAndNotBefore() {
        LocateSearch search = search(5, 0);
        search.start(0);
        assertThat(search.wakeAt()).isEqualTo(LocateSearch.HEDGE_MILLIS);
        assertThat(search.tick(LocateSearch.HEDGE_MILLIS - 1)).isEmpty();
        assertThat(search.tick(LocateSearch.HEDGE_MILLIS)).containsExactly(new Ask(agent(1)));
        assertThat(search.tick(2 * LocateSearch.HEDGE_MILLIS)).containsExactly(new Ask(agent(2)));
        assertThat(search.tick(3 * LocateSearch.HEDGE_MILLIS)).isEmpty();
    }

    @Test
    void found_othersUnderWay_droppedAndOver() {
        LocateSearch search = search(5, 0);
        search.start(0);
        search.tick(LocateSearch.HEDGE_MILLIS);
        assertThat(search.found(agent(1))).containsExactly(new Drop(agent(0)), new End(true));
        assertThat(search.isOver()).isTrue();
        assertThat(search.lacking(agent(0), 600)).isEmpty();
        assertThat(search.found(agent(0))).isEmpty();
    }

    @Test
    void lacking_all_overWithoutWaitingForTheDeadline() {
        LocateSearch search = search(2, 0);
        search.start(0);
        search.lacking(agent(0), 1);
        assertThat(search.lacking(agent(1), 2)).containsExactly(new End(false));
    }

    @Test
    void dial_onlyWhenNoConnectedPeerIsLeft_andAskedWhenReached() {
        LocateSearch search = search(1, 9);
        assertThat(search.start(0)).containsExactly(new Ask(agent(0)));
        assertThat(search.lacking(agent(0), 1)).containsExactly(new Dial(agent(1_000)), new Dial(agent(1_001)));
        assertThat(search.reached(agent(1_000), 50)).containsExactly(new Ask(agent(1_000)));
        assertThat(search.reached(agent(1_000), 51)).isEmpty();
        assertThat(search.unreachable(agent(1_001), 60)).containsExactly(new Dial(agent(1_002)));
        search.unreachable(agent(1_002), 60);
        assertThat(search.unreachable(agent(1_003), 60)).isEmpty();
        assertThat(search.lacking(agent(1_000), 70)).containsExactly(new End(false));
    }

    @Test
    void tick_silentPeer_droppedAfterItsPatience() {
        LocateSearch search = search(1, 0);
        search.start(0);
        assertThat(search.tick(LocateSearch.PATIENCE_MILLIS - 1)).isEmpty();
        assertThat(search.tick(LocateSearch.PATIENCE_MILLIS)).containsExactly(new Drop(agent(0)), new End(false));
    }

    @Test
    void busy_onlyPeer_askedAgainAfterARest() {
        LocateSearch search = search(1, 0);
        search.start(0);
        assertThat(search.busy(agent(0), 10)).isEmpty();
        assertThat(search.tick(10 + LocateSearch.BUSY_MILLIS - 1)).isEmpty();
        assertThat(search.wakeAt()).isEqualTo(10 + LocateSearch.BUSY_MILLIS);
        assertThat(search.tick(10 + LocateSearch.BUSY_MILLIS)).containsExactly(new Ask(agent(0)));
        assertThat(search.lacking(agent(0), 1_020)).containsExactly(new End(false));
    }

    /** Whatever peers do, it ends in time, asks each at most once, few at a time, and wakes itself until then. */
    @Test
    void run_randomPeers_boundsHold() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LocateSearch search = search(random.nextInt(60), random.nextInt(60));
            Set<AgentId> asked = new HashSet<>();
            Set<AgentId> dialed = new HashSet<>();
            Set<AgentId> rested = new HashSet<>();
            int asks = 0;
            List<AgentId> open = new ArrayList<>();
            List<AgentId> dialing = new ArrayList<>();
            long now = 0;
            List<Action> actions = search.start(now);
            while (true) {
                for (Action action : actions) {
                    if (action instanceof Ask ask) {
                        asks++;
                        assertThat(asked.add(ask.agent()) || rested.remove(ask.agent()))
                                .isTrue();
                        open.add(ask.agent());
                    } else if (action instanceof Dial dial) {
                        assertThat(dialed.add(dial.agent())).isTrue();
                        dialing.add(dial.agent());
                    } else if (action instanceof Drop drop) {
                        assertThat(open.remove(drop.agent())).isTrue();
                    }
                }
                assertThat(open).hasSizeLessThanOrEqualTo(LocateSearch.MAX_PARALLEL);
                if (search.isOver()) {
                    break;
                }
                assertThat(search.wakeAt()).isGreaterThan(now);
                switch (random.nextInt(5)) {
                    case 2 -> {
                        actions = List.of();
                        if (!open.isEmpty()) {
                            rested.add(open.get(0));
                            actions = search.busy(open.remove(0), now);
                        }
                    }
                    case 0 ->
                        actions = open.isEmpty()
                                ? List.of()
                                : search.lacking(open.remove(random.nextInt(open.size())), now);
                    case 1 ->
                        actions = dialing.isEmpty()
                                ? List.of()
                                : random.nextBoolean()
                                        ? search.reached(dialing.remove(0), now)
                                        : search.unreachable(dialing.remove(0), now);
                    default -> {
                        now = search.wakeAt();
                        actions = search.tick(now);
                    }
                }
            }
            assertThat(now).isLessThanOrEqualTo(LocateSearch.DEADLINE_MILLIS);
            assertThat(asks).isLessThanOrEqualTo(LocateSearch.MAX_ASKED);
            assertThat(dialed).hasSizeLessThanOrEqualTo(LocateSearch.MAX_DIALS);
        }
    }
}
