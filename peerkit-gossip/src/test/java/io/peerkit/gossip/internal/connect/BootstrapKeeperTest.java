// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BootstrapKeeperTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final NodeAddress A = new NodeAddress("/a");
    private static final NodeAddress B = new NodeAddress("/b");
    private static final NodeId NODE = new NodeId("node");

    private final SplittableRandom random = new SplittableRandom(1);
    private final BootstrapKeeper keeper = new BootstrapKeeper(List.of(A, B));

    @Test
    void plan_atStart_dialsAllOnce() {
        assertThat(keeper.plan(NOW)).isEqualTo(new BootstrapKeeper.Plan(List.of(A, B), java.util.Optional.empty()));
        assertThat(keeper.plan(NOW).dials()).isEmpty();
    }

    @Test
    void failed_retry_dialedAgainWhenDue() {
        keeper.plan(NOW);
        Instant due = keeper.failed(A, true, NOW, random).wakeAt().orElseThrow();
        assertThat(due).isBetween(NOW.plusSeconds(1), NOW.plusSeconds(2));
        assertThat(keeper.plan(due.minusMillis(1)).dials()).isEmpty();
        assertThat(keeper.plan(due).dials()).containsExactly(A);
    }

    @Test
    void plan_clockSteppedBack_noWaitGetsLonger() {
        keeper.plan(NOW);
        keeper.failed(A, true, NOW, random);
        Instant then = NOW.minusSeconds(1_000_000);
        keeper.plan(then);
        assertThat(keeper.plan(then.plusSeconds(60)).dials()).containsExactly(A);
    }

    @Test
    void failed_denied_givenUp() {
        keeper.plan(NOW);
        assertThat(keeper.failed(A, false, NOW, random).wakeAt()).isEmpty();
        assertThat(keeper.plan(NOW.plusSeconds(1_000)).dials()).isEmpty();
    }

    @Test
    void gone_connectedNode_dialedAgain() {
        keeper.plan(NOW);
        assertThat(keeper.connected(A, NODE, true, NOW, random).wakeAt()).isEmpty();
        assertThat(keeper.gone(new NodeId("other"), NOW, random).wakeAt()).isEmpty();
        Instant due = keeper.gone(NODE, NOW, random).wakeAt().orElseThrow();
        assertThat(keeper.plan(due).dials()).containsExactly(A);
    }

    @Test
    void connected_goneAlready_dialedAgain() {
        keeper.plan(NOW);
        assertThat(keeper.connected(A, NODE, false, NOW, random).wakeAt()).isPresent();
    }
}
