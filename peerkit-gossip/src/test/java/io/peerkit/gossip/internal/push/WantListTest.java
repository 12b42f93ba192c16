// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.push.WantList.Expected;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WantListTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId PARENT = new NodeId("parent");
    private static final long ROUTE = 5;
    private static final EntryId ONE = id(1);

    private final WantList wants = new WantList();

    private static EntryId id(int number) {
        return EntryId.ofHeader(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private WantList.Answer announced(NodeId peer, EntryId id) {
        return wants.announced(peer, id, ROUTE, 1, Expected.NOT, Optional.empty());
    }

    private WantList.Answer awaited(NodeId peer, int hops) {
        Expected expected = peer.equals(PARENT) ? Expected.NOT : Expected.FROM_PARENT;
        return wants.announced(peer, ONE, ROUTE, hops, expected, Optional.of(PARENT));
    }

    private WantList.Retry ticks(int count) {
        WantList.Retry last = wants.tick();
        for (int i = 1; i < count; i++) {
            assertThat(last.asks()).isEmpty();
            assertThat(last.silent()).isEmpty();
            last = wants.tick();
        }
        return last;
    }

    @Test
    void announced_twice_firstPeerIsAsked() {
        assertThat(announced(A, ONE)).isEqualTo(WantList.Answer.ASK);
        assertThat(announced(A, ONE)).isEqualTo(WantList.Answer.WAIT);
        assertThat(announced(B, ONE)).isEqualTo(WantList.Answer.WAIT);
        WantList.Found found = wants.arrived(ONE);
        assertThat(found.announcers()).containsExactlyInAnyOrder(A, B);
        assertThat(found.asked()).contains(A);
        assertThat(found.hops()).isEqualTo(1);
        assertThat(wants.size()).isZero();
        assertThat(wants.arrived(ONE).announcers()).isEmpty();
    }

    @Test
    void tick_peerDoesNotDeliver_anotherIsAskedThenItIsLeftToSync() {
        announced(A, ONE);
        announced(B, ONE);
        assertThat(ticks(WantList.PATIENCE_TICKS).asks()).containsExactly(new WantList.Ask(B, ONE, ROUTE));
        WantList.Retry last = ticks(WantList.PATIENCE_TICKS);
        assertThat(last.asks()).isEmpty();
        assertThat(last.silent()).containsExactly(B);
        assertThat(wants.size()).isZero();
    }

    @Test
    void tick_peerDeliversOthers_patienceLastsButNotForEver() {
        announced(A, ONE);
        announced(B, ONE);
        int waited = 0;
        for (WantList.Retry retry = wants.tick(); retry.asks().isEmpty(); retry = wants.tick()) {
            wants.delivered(A);
            waited++;
        }
        assertThat(waited)
                .isBetween(WantList.MAX_PATIENCE_TICKS, WantList.MAX_PATIENCE_TICKS + WantList.PATIENCE_TICKS);
    }

    @Test
    void tick_parentDoesNotDeliver_nearestAnnouncerIsAskedAndParentIsOverdue() {
        assertThat(awaited(A, 6)).isEqualTo(WantList.Answer.WAIT);
        assertThat(awaited(B, 3)).isEqualTo(WantList.Answer.WAIT);
        WantList.Retry retry = ticks(WantList.AWAIT_TICKS);
        assertThat(retry.asks()).containsExactly(new WantList.Ask(B, ONE, ROUTE));
        assertThat(retry.overdue()).containsEntry(ROUTE, PARENT);
    }

    @Test
    void tick_parentDeliversOthers_awaitedLongerButNotForEver() {
        awaited(A, 6);
        int waited = 0;
        for (WantList.Retry retry = wants.tick(); retry.asks().isEmpty(); retry = wants.tick()) {
            wants.delivered(PARENT);
            waited++;
        }
        assertThat(waited).isBetween(WantList.MAX_AWAIT_TICKS - 1, WantList.MAX_AWAIT_TICKS + WantList.AWAIT_TICKS);
    }

    @Test
    void announced_byTheAwaitedParentItself_isAskedAtOnce() {
        awaited(A, 6);
        assertThat(awaited(PARENT, 2)).isEqualTo(WantList.Answer.ASK);
        assertThat(wants.arrived(ONE).asked()).contains(PARENT);
    }

    @Test
    void announced_severalToChooseFrom_nearestIsAsked() {
        wants.announced(A, ONE, ROUTE, 9, Expected.FROM_THE_BEST, Optional.empty());
        wants.announced(B, ONE, ROUTE, 7, Expected.FROM_THE_BEST, Optional.empty());
        WantList.Retry retry = ticks(WantList.CHOOSE_TICKS);
        assertThat(retry.asks()).containsExactly(new WantList.Ask(B, ONE, ROUTE));
        assertThat(retry.overdue()).isEmpty();
    }

    @Test
    void gone_peerThatWasAsked_anotherIsAskedAtOnce() {
        announced(A, ONE);
        announced(B, ONE);
        announced(A, id(2));
        WantList.Retry retry = wants.gone(A);
        assertThat(retry.asks()).containsExactly(new WantList.Ask(B, ONE, ROUTE));
        assertThat(retry.silent()).isEmpty();
        assertThat(wants.size()).isEqualTo(1);
        assertThat(wants.gone(B).asks()).isEmpty();
        assertThat(wants.size()).isZero();
    }

    @Test
    void gone_awaitedParent_announcerIsAskedAtOnce() {
        awaited(A, 6);
        assertThat(wants.gone(PARENT).asks()).containsExactly(new WantList.Ask(A, ONE, ROUTE));
    }

    @Test
    void announced_byOnePeer_boundedAndFreedByArrival() {
        for (int i = 0; i < WantList.MAX_PER_PEER; i++) {
            assertThat(announced(A, id(i))).isEqualTo(WantList.Answer.ASK);
        }
        assertThat(announced(A, id(-1))).isEqualTo(WantList.Answer.FULL);
        assertThat(announced(B, id(-1))).isEqualTo(WantList.Answer.ASK);
        wants.arrived(id(5));
        assertThat(announced(A, id(-2))).isEqualTo(WantList.Answer.ASK);
    }

    @Test
    void announced_byMany_boundedTogether() {
        for (int i = 0; i < WantList.MAX_WANTS; i++) {
            NodeId peer = new NodeId("peer " + i / WantList.MAX_PER_PEER);
            assertThat(announced(peer, id(i))).isEqualTo(WantList.Answer.ASK);
        }
        assertThat(announced(A, id(-1))).isEqualTo(WantList.Answer.FULL);
    }

    @Test
    void announced_byOneThatNeverDelivers_ignoredThenForgiven() {
        for (int i = 0; i < WantList.MAX_UNRESOLVED + WantList.PATIENCE_TICKS; i++) {
            announced(A, id(i));
        }
        for (int i = 0; i < WantList.PATIENCE_TICKS; i++) {
            wants.tick();
        }
        assertThat(announced(A, id(-1))).isEqualTo(WantList.Answer.IGNORED);
        assertThat(announced(B, id(-1))).isEqualTo(WantList.Answer.ASK);
        while (wants.isBusy()) {
            wants.tick();
        }
        assertThat(announced(A, id(-2))).isEqualTo(WantList.Answer.ASK);
    }
}
