// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeId;
import org.junit.jupiter.api.Test;

class SyncScheduleTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");

    private final SyncSchedule schedule = new SyncSchedule();

    SyncScheduleTest() {
        schedule.connected(A);
        schedule.connected(B);
        schedule.connected(C);
    }

    @Test
    void round_peersInTurn_eachOnce() {
        for (NodeId expected : new NodeId[] {A, B, C, A}) {
            assertThat(schedule.round(any -> true)).contains(expected);
            schedule.began(expected);
        }
    }

    @Test
    void round_busyPeer_keepsItsTurn() {
        assertThat(schedule.round(peer -> !peer.equals(A))).contains(B);
        schedule.began(B);
        assertThat(schedule.round(any -> true)).contains(A);
    }

    @Test
    void dirtyPeers_untilASessionBegins() {
        schedule.dirty(B);
        schedule.dirty(new NodeId("unknown"));
        assertThat(schedule.dirtyPeers(any -> false)).isEmpty();
        assertThat(schedule.dirtyPeers(any -> true)).containsExactly(B);
        schedule.began(B);
        assertThat(schedule.dirtyPeers(any -> true)).isEmpty();
    }

    @Test
    void gone_isForgotten() {
        schedule.dirty(A);
        schedule.gone(A);
        schedule.began(A);
        assertThat(schedule.dirtyPeers(any -> true)).isEmpty();
        assertThat(schedule.round(any -> true)).contains(B);
    }
}
