// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BulkTurnTest {
    private final BulkTurn<String> turn = new BulkTurn<>();
    private final AtomicLong stored = new AtomicLong();

    private void ticks(int count, long perTick) {
        for (int i = 0; i < count; i++) {
            stored.addAndGet(perTick);
            turn.tick();
        }
    }

    @Test
    void take_second_refusedUntilTheFirstIsOver() {
        assertThat(turn.take("one", stored::get)).isTrue();
        assertThat(turn.take("two", stored::get)).isFalse();
        assertThat(turn.take("one", stored::get)).isTrue();

        turn.over("two");
        assertThat(turn.take("two", stored::get)).isFalse();
        turn.over("one");
        assertThat(turn.take("two", stored::get)).isTrue();
    }

    @Test
    void tick_holderThatStalls_losesTheTurnAfterAWindow() {
        turn.take("one", stored::get);
        ticks(BulkTurn.WINDOW_TICKS - 1, 0);
        assertThat(turn.isTaken()).isTrue();
        ticks(1, 0);
        assertThat(turn.take("two", () -> 0)).isTrue();
    }

    @Test
    void tick_holderThatTrickles_losesTheTurnBelowTheLeast() {
        int least = BulkTurn.MIN_ENTRIES / BulkTurn.WINDOW_TICKS;
        turn.take("one", stored::get);
        ticks(BulkTurn.WINDOW_TICKS, least);
        assertThat(turn.isTaken()).isTrue();
        ticks(BulkTurn.WINDOW_TICKS, least - 1);
        assertThat(turn.isTaken()).isFalse();
    }

    @Test
    void tick_longHold_onlyForTheFast() {
        turn.take("one", stored::get);
        ticks(BulkTurn.LONG_TICKS - 1, BulkTurn.MIN_ENTRIES);
        assertThat(turn.isTaken()).isTrue();
        ticks(1, BulkTurn.MIN_ENTRIES);
        assertThat(turn.isTaken()).isFalse();

        turn.take("two", stored::get);
        ticks(3 * BulkTurn.LONG_TICKS, BulkTurn.FAST_ENTRIES / BulkTurn.WINDOW_TICKS);
        assertThat(turn.isTaken()).isTrue();
    }

    @Test
    void take_countFromBefore_doesNotCount() {
        stored.set(1_000_000);
        turn.take("one", stored::get);
        ticks(BulkTurn.WINDOW_TICKS, 0);
        assertThat(turn.isTaken()).isFalse();
    }
}
