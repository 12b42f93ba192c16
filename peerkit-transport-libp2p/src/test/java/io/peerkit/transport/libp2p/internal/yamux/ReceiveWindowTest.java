// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReceiveWindowTest {
    private static final int INITIAL = Yamux.INITIAL_WINDOW_BYTES;
    private static final int MIB = 1024 * 1024;
    private static final long MILLI = 1_000_000L;
    private static final long ROUND_TRIP = 50 * MILLI;

    private final ReceiveBudget budget = new ReceiveBudget(16 * MIB, SharedBudget.of(Long.MAX_VALUE));
    private final ReceiveWindow window = new ReceiveWindow(budget, 4 * MIB);

    @Test
    void use_theWholeWindow_butNotOneMore() {
        assertThat(window.use(INITIAL + 1, 0)).isFalse();
        assertThat(window.use(INITIAL, 0)).isTrue();
        assertThat(window.use(0, 0)).isTrue();
        assertThat(window.use(1, 0)).isFalse();
    }

    @Test
    void consumed_lessThanHalf_nothingYet() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL / 2 - 1, 0, 0)).isZero();
        assertThat(window.credit()).isZero();
        assertThat(window.consumed(1, 0, 0)).isEqualTo(INITIAL / 2);
        assertThat(window.credit()).isEqualTo(INITIAL / 2);
    }

    @Test
    void consumed_withinFourRoundTrips_doubles() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL, 4 * ROUND_TRIP - 1, ROUND_TRIP)).isEqualTo(2 * INITIAL);
        assertThat(window.bytes()).isEqualTo(2 * INITIAL);
        assertThat(budget.windowBytes()).isEqualTo(2 * INITIAL);
    }

    @Test
    void consumed_inFourRoundTrips_stays() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL, 4 * ROUND_TRIP, ROUND_TRIP)).isEqualTo(INITIAL);
        assertThat(window.bytes()).isEqualTo(INITIAL);
    }

    @Test
    void consumed_slowThenQuick_eachStepCountsByItself() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL, 1000 * ROUND_TRIP, ROUND_TRIP)).isEqualTo(INITIAL);
        window.use(INITIAL, 1000 * ROUND_TRIP);
        assertThat(window.consumed(INITIAL, 1001 * ROUND_TRIP, ROUND_TRIP)).isEqualTo(2 * INITIAL);
    }

    @Test
    void consumed_roundTripUnknown_stays() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL, 1, 0)).isEqualTo(INITIAL);
    }

    @Test
    void consumed_tinyRoundTrip_countsAsTheShortest() {
        window.use(INITIAL, 0);
        assertThat(window.consumed(INITIAL, 4 * ReceiveWindow.MIN_ROUND_TRIP_NANOS - 1, 1))
                .isEqualTo(2 * INITIAL);
    }

    @Test
    void consumed_fastForLong_stopsAtTheLargestWindow() {
        for (int i = 0; i < 100; i++) {
            int all = (int) window.credit();
            assertThat(window.use(all, i)).isTrue();
            window.consumed(all, i, ROUND_TRIP);
        }
        assertThat(window.bytes()).isEqualTo(4 * MIB);
        assertThat(window.credit()).isEqualTo(4 * MIB);
    }

    @Test
    void consumed_budgetUsedByOthers_growsByWhatIsLeft() {
        ReceiveBudget small = new ReceiveBudget(2 * INITIAL + 5, SharedBudget.of(Long.MAX_VALUE));
        ReceiveWindow first = new ReceiveWindow(small, 4 * MIB);
        ReceiveWindow second = new ReceiveWindow(small, 4 * MIB);
        first.use(INITIAL, 0);
        second.use(INITIAL, 0);
        assertThat(first.consumed(INITIAL, 1, ROUND_TRIP)).isEqualTo(INITIAL + 5);
        assertThat(second.consumed(INITIAL, 1, ROUND_TRIP)).isEqualTo(INITIAL);
        first.close();
        second.use(INITIAL, 1);
        assertThat(second.consumed(INITIAL, 2, ROUND_TRIP)).isEqualTo(2 * INITIAL);
        second.close();
        assertThat(small.windowBytes()).isZero();
    }

    private static void grow(ReceiveWindow window, int to) {
        while (window.bytes() < to) {
            int all = (int) window.credit();
            window.use(all, 0);
            window.consumed(all, 1, ROUND_TRIP);
        }
    }

    @Test
    void consumed_halfTookLong_halvedButNotBelowTheFirstSize() {
        grow(window, 4 * MIB);
        long now = 1;
        for (int size : new int[] {2 * MIB, MIB, 2 * INITIAL, INITIAL, INITIAL}) {
            int before = window.bytes();
            long credit = window.credit();
            now += ReceiveWindow.IDLE_NANOS;
            assertThat(window.use(before / 2, now)).isTrue();
            int delta = window.consumed(before / 2, now, ROUND_TRIP);
            assertThat(window.bytes()).isEqualTo(size);
            assertThat(window.credit()).isEqualTo(credit - before / 2 + delta).isEqualTo(size);
            assertThat(budget.windowBytes()).isEqualTo(size);
        }
    }

    @Test
    void consumed_newStreamsNeedTheBudget_grownOnesGiveWay() {
        SharedBudget peer = SharedBudget.of(4 * MIB);
        ReceiveBudget mine = new ReceiveBudget(16 * MIB, peer);
        ReceiveWindow large = new ReceiveWindow(mine, 16 * MIB);
        grow(large, 4 * MIB);
        assertThat(peer.windowBytes()).isEqualTo(4 * MIB);
        ReceiveWindow other = new ReceiveWindow(new ReceiveBudget(16 * MIB, peer), 16 * MIB);
        assertThat(peer.isPressed()).isTrue();
        large.use(2 * MIB, 2);
        assertThat(large.consumed(2 * MIB, 3, ROUND_TRIP)).isZero();
        assertThat(large.bytes()).isEqualTo(2 * MIB);
        assertThat(peer.windowBytes()).isEqualTo(2 * MIB + INITIAL);
        other.use(INITIAL, 3);
        assertThat(other.consumed(INITIAL, 4, ROUND_TRIP)).isEqualTo(2 * INITIAL);
        other.close();
        large.close();
        assertThat(peer.windowBytes()).isZero();
    }
}
