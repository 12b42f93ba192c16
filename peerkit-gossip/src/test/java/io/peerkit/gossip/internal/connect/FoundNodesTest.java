// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FoundNodesTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final List<NodeAddress> HERE = List.of(new NodeAddress("/here"));
    private static final NodeId NODE = new NodeId("node");

    private final SplittableRandom random = new SplittableRandom(1);
    private final FoundNodes nodes = new FoundNodes();

    private static NodeId node(int number) {
        return new NodeId("node" + number);
    }

    private void find(int count, Instant now) {
        for (int i = 0; i < count; i++) {
            nodes.found(node(i), HERE, false, now);
        }
    }

    @Test
    void found_newNode_dialedOnce() {
        nodes.found(NODE, HERE, false, NOW);
        assertThat(nodes.plan(false, NOW).dials()).containsExactly(new FoundNodes.Dial(NODE, HERE));
        nodes.found(NODE, HERE, false, NOW);
        assertThat(nodes.plan(true, NOW).dials()).isEmpty();
    }

    @Test
    void found_connectedAlready_dialedOnlyWhenNeeded() {
        nodes.found(NODE, HERE, true, NOW);
        assertThat(nodes.plan(false, NOW).dials()).isEmpty();
        assertThat(nodes.plan(true, NOW).dials()).hasSize(1);
    }

    @Test
    void gone_metBefore_dialedAgainWhenNeeded() {
        nodes.found(NODE, HERE, false, NOW);
        nodes.plan(false, NOW);
        nodes.connected(NODE, true, NOW, random);
        nodes.gone(NODE, NOW, random);
        Instant later = NOW.plusSeconds(3);
        assertThat(nodes.plan(false, later).dials()).isEmpty();
        assertThat(nodes.plan(true, later).dials()).hasSize(1);
    }

    @Test
    void failed_retry_laterAndLater() {
        nodes.found(NODE, HERE, false, NOW);
        nodes.plan(true, NOW);
        nodes.failed(NODE, true, NOW, random);
        assertThat(nodes.plan(true, NOW.plusMillis(999)).dials()).isEmpty();
        assertThat(nodes.plan(true, NOW.plusSeconds(2)).dials()).hasSize(1);
        nodes.failed(NODE, true, NOW, random);
        assertThat(nodes.plan(true, NOW.plusMillis(1_999)).dials()).isEmpty();
    }

    @Test
    void failed_denied_givenUp() {
        nodes.found(NODE, HERE, false, NOW);
        nodes.plan(true, NOW);
        nodes.failed(NODE, false, NOW, random);
        nodes.found(NODE, HERE, false, NOW);
        assertThat(nodes.plan(true, NOW.plusSeconds(100)).dials()).isEmpty();
    }

    @Test
    void failed_newAddresses_dialedAtOnce() {
        nodes.found(NODE, HERE, false, NOW);
        nodes.plan(true, NOW);
        nodes.failed(NODE, true, NOW, random);
        List<NodeAddress> there = List.of(new NodeAddress("/there"));
        nodes.found(NODE, there, false, NOW);
        assertThat(nodes.plan(true, NOW).dials()).containsExactly(new FoundNodes.Dial(NODE, there));
    }

    @Test
    void plan_manyFound_fewDialsAtATime() {
        find(100, NOW);
        assertThat(nodes.plan(true, NOW).dials()).hasSize(FoundNodes.MAX_DIALS);
        assertThat(nodes.plan(true, NOW).dials()).isEmpty();
        nodes.failed(node(0), true, NOW, random);
        assertThat(nodes.plan(true, NOW).dials()).hasSize(1);
    }

    @Test
    void plan_flood_dialsAMinuteBounded() {
        find(1_000, NOW);
        int dials = 0;
        for (int i = 0; i < 100; i++) {
            for (FoundNodes.Dial dial : nodes.plan(true, NOW).dials()) {
                dials++;
                nodes.failed(dial.node(), true, NOW, random);
            }
        }
        assertThat(dials).isEqualTo(FoundNodes.MAX_RECENT_DIALS);
        find(1_000, NOW.plus(FoundNodes.DIALS_WITHIN));
        assertThat(nodes.plan(true, NOW.plus(FoundNodes.DIALS_WITHIN)).dials()).isNotEmpty();
    }

    @Test
    void plan_enoughConnected_restLeftToTheStrategy() {
        find(100, NOW);
        int dials = 0;
        for (int i = 0; i < 100; i++) {
            for (FoundNodes.Dial dial : nodes.plan(false, NOW).dials()) {
                dials++;
                nodes.connected(dial.node(), true, NOW, random);
            }
        }
        assertThat(dials).isEqualTo(FoundNodes.MAX_CONNECTIONS);
    }

    @Test
    void found_notAnyMore_forgotten() {
        find(FoundNodes.MAX_NODES, NOW);
        nodes.found(NODE, HERE, false, NOW);
        Instant later = NOW.plus(FoundNodes.FORGET_AFTER).plus(Duration.ofSeconds(1));
        assertThat(nodes.plan(true, later)).isEqualTo(new FoundNodes.Plan(List.of(), Optional.empty()));
        nodes.found(NODE, HERE, false, later);
        assertThat(nodes.plan(true, later).dials()).containsExactly(new FoundNodes.Dial(NODE, HERE));
    }

    @Test
    void retryNow_waiting_dialedWithinASecond() {
        nodes.found(NODE, HERE, false, NOW);
        nodes.plan(true, NOW);
        for (int i = 0; i < 10; i++) {
            nodes.failed(NODE, true, NOW, random);
        }
        nodes.retryNow(NOW, random);
        assertThat(nodes.plan(true, NOW.plus(Backoff.SOON)).dials()).hasSize(1);
    }
}
