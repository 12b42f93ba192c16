// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import org.junit.jupiter.api.Test;

class WantListTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final EntryId ONE = id(1);

    private final WantList wants = new WantList();

    private static EntryId id(int number) {
        return EntryId.ofHeader(new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    @Test
    void announced_twice_firstPeerIsAsked() {
        assertThat(wants.announced(A, ONE)).isEqualTo(WantList.Answer.ASK);
        assertThat(wants.announced(A, ONE)).isEqualTo(WantList.Answer.WAIT);
        assertThat(wants.announced(B, ONE)).isEqualTo(WantList.Answer.WAIT);
        assertThat(wants.arrived(ONE)).containsExactlyInAnyOrder(A, B);
        assertThat(wants.size()).isZero();
        assertThat(wants.arrived(ONE)).isEmpty();
    }

    @Test
    void tick_peerDoesNotDeliver_anotherIsAskedThenItIsLeftToSync() {
        wants.announced(A, ONE);
        wants.announced(B, ONE);
        assertThat(wants.tick().asks()).isEmpty();
        assertThat(wants.tick().asks()).containsExactly(new WantList.Ask(B, ONE));
        assertThat(wants.tick().asks()).isEmpty();
        WantList.Retry last = wants.tick();
        assertThat(last.asks()).isEmpty();
        assertThat(last.silent()).containsExactly(B);
        assertThat(wants.size()).isZero();
    }

    @Test
    void gone_peerThatWasAsked_anotherIsAskedAtOnce() {
        wants.announced(A, ONE);
        wants.announced(B, ONE);
        wants.announced(A, id(2));
        WantList.Retry retry = wants.gone(A);
        assertThat(retry.asks()).containsExactly(new WantList.Ask(B, ONE));
        assertThat(retry.silent()).isEmpty();
        assertThat(wants.size()).isEqualTo(1);
        assertThat(wants.gone(B).asks()).isEmpty();
        assertThat(wants.size()).isZero();
    }

    @Test
    void announced_byOnePeer_boundedAndFreedByArrival() {
        for (int i = 0; i < WantList.MAX_PER_PEER; i++) {
            assertThat(wants.announced(A, id(i))).isEqualTo(WantList.Answer.ASK);
        }
        assertThat(wants.announced(A, id(-1))).isEqualTo(WantList.Answer.FULL);
        assertThat(wants.announced(B, id(-1))).isEqualTo(WantList.Answer.ASK);
        wants.arrived(id(5));
        assertThat(wants.announced(A, id(-2))).isEqualTo(WantList.Answer.ASK);
    }

    @Test
    void announced_byMany_boundedTogether() {
        for (int i = 0; i < WantList.MAX_WANTS; i++) {
            NodeId peer = new NodeId("peer " + i / WantList.MAX_PER_PEER);
            assertThat(wants.announced(peer, id(i))).isEqualTo(WantList.Answer.ASK);
        }
        assertThat(wants.announced(A, id(-1))).isEqualTo(WantList.Answer.FULL);
    }
}
