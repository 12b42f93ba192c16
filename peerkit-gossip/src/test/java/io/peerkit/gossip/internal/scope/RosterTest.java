// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final AgentId SELF = agent(1);
    private static final AgentId ANN = agent(2);
    private static final AgentId BOB = agent(3);

    private final Roster roster = new Roster(SELF, Duration.ofSeconds(12));

    @Test
    void tick_newAgents_membersAtOnce() {
        assertThat(roster.members()).containsExactly(SELF);
        assertThat(roster.tick(List.of(BOB, ANN))).isTrue();
        assertThat(roster.members()).containsExactly(SELF, ANN, BOB);
        assertThat(roster.tick(List.of(BOB, ANN))).isFalse();
    }

    @Test
    void tick_agentAway_memberUntilTheGraceIsOver() {
        roster.tick(List.of(ANN, BOB));
        for (int i = 0; i < 3; i++) {
            assertThat(roster.tick(List.of(ANN))).isFalse();
            assertThat(roster.members()).contains(BOB);
        }
        assertThat(roster.tick(List.of(ANN))).isTrue();
        assertThat(roster.members()).containsExactly(SELF, ANN);
    }

    @Test
    void tick_backWithinTheGrace_nothingChangesAndTheGraceBeginsAnew() {
        roster.tick(List.of(ANN));
        for (int i = 0; i < 10; i++) {
            assertThat(roster.tick(List.of())).isFalse();
            assertThat(roster.tick(List.of())).isFalse();
            assertThat(roster.tick(List.of(ANN))).isFalse();
        }
        assertThat(roster.members()).containsExactly(SELF, ANN);
    }

    private static AgentId agent(int number) {
        byte[] id = new byte[32];
        id[0] = (byte) number;
        return AgentId.of(id);
    }
}
