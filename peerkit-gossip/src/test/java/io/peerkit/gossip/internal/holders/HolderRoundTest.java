// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.holders.HolderRound.Candidate;
import io.peerkit.gossip.internal.holders.HolderRound.Moment;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HolderRoundTest {
    private static final Moment BEGIN = new Moment(1_000_000, 700);
    private static final EntryKey ONE = key(1);
    private static final EntryKey TWO = key(2);

    private static EntryKey key(int number) {
        return new EntryKey(number, EntryId.ofHeader(new byte[] {(byte) number}));
    }

    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[0] = (byte) number;
        return AgentId.of(id);
    }

    private static List<AgentId> agents(int count) {
        return IntStream.range(0, count).mapToObj(HolderRoundTest::agent).toList();
    }

    private static Moment after(long millis) {
        return new Moment(BEGIN.wallMillis() + millis, BEGIN.ticks() + millis / 1_000);
    }

    private static HolderRound round(int needed, int holders) {
        return new HolderRound(List.of(new Candidate(ONE, needed, agents(holders))), BEGIN);
    }

    @Test
    void start_manyHolders_twoMoreThanNeededAreAsked() {
        assertThat(round(3, 10).start()).extracting(HolderRound.Ask::agent).containsExactlyElementsOf(agents(5));
    }

    @Test
    void start_fewerHoldersThanNeeded_nobodyIsAsked() {
        HolderRound round = round(3, 2);
        assertThat(round.start()).isEmpty();
        assertThat(round.isOver(BEGIN)).isTrue();
    }

    @Test
    void start_severalEntries_oneQuestionForEachAgent() {
        HolderRound round =
                new HolderRound(List.of(new Candidate(ONE, 1, agents(1)), new Candidate(TWO, 1, agents(2))), BEGIN);
        assertThat(round.start())
                .containsExactly(
                        new HolderRound.Ask(agent(0), List.of(ONE, TWO)), new HolderRound.Ask(agent(1), List.of(TWO)));
    }

    @Test
    void confirmed_enough_toldOnceWithThoseWhoHoldIt() {
        HolderRound round = round(2, 4);
        assertThat(round.confirmed(agent(0), Set.of(ONE.id()), after(10))).isEmpty();
        assertThat(round.confirmed(agent(1), Set.of(), after(10))).isEmpty();
        assertThat(round.confirmed(agent(2), Set.of(ONE.id()), after(20)))
                .containsExactly(new HolderRound.Enough(ONE, Set.of(agent(0), agent(2))));
        assertThat(round.confirmed(agent(3), Set.of(ONE.id()), after(20))).isEmpty();
        assertThat(round.isOver(after(20))).isTrue();
    }

    @Test
    void confirmed_sameAgentTwiceOrNotAsked_countsOnce() {
        HolderRound round = round(2, 4);
        round.confirmed(agent(0), Set.of(ONE.id()), after(10));
        assertThat(round.confirmed(agent(0), Set.of(ONE.id()), after(10))).isEmpty();
        assertThat(round.confirmed(agent(9), Set.of(ONE.id()), after(10))).isEmpty();
    }

    @Test
    void confirmed_withinTheWindow_countsAndOneMillisecondLaterDoesNot() {
        assertThat(round(1, 1).confirmed(agent(0), Set.of(ONE.id()), after(HolderRound.WINDOW_MILLIS)))
                .hasSize(1);
        assertThat(round(1, 1).confirmed(agent(0), Set.of(ONE.id()), after(HolderRound.WINDOW_MILLIS + 1)))
                .isEmpty();
    }

    @Test
    void confirmed_clocksDisagree_theWorseOneCounts() {
        // The machine slept: the wall clock went on, the ticks did not.
        Moment slept = new Moment(BEGIN.wallMillis() + 60_000, BEGIN.ticks() + 1);
        // The wall clock was set back by a little less than what passed.
        Moment setBack = new Moment(BEGIN.wallMillis() + 1, BEGIN.ticks() + 31);
        Moment before = new Moment(BEGIN.wallMillis() - 1, BEGIN.ticks());
        for (Moment moment : List.of(slept, setBack, before)) {
            assertThat(round(1, 1).confirmed(agent(0), Set.of(ONE.id()), moment))
                    .isEmpty();
            assertThat(round(1, 1).isOver(moment)).isTrue();
        }
    }

    @Test
    void failed_all_over() {
        HolderRound round = round(1, 2);
        round.failed(agent(0));
        assertThat(round.isOver(BEGIN)).isFalse();
        round.failed(agent(1));
        assertThat(round.isOver(BEGIN)).isTrue();
    }
}
