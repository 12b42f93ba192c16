// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.LimitExceededException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class DeniedAgentsTest {
    private final DeniedAgents denied = new DeniedAgents();

    @Test
    void block_tenThousand_taken_oneMore_refused() {
        for (int i = 0; i < DeniedAgents.MAX_BLOCKED; i++) {
            denied.block(agent(i));
        }
        assertThatThrownBy(() -> denied.block(agent(DeniedAgents.MAX_BLOCKED)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("at most 10000");
        denied.block(agent(0));
        assertThat(denied.contains(agent(0))).isTrue();
        assertThat(denied.contains(agent(DeniedAgents.MAX_BLOCKED))).isFalse();
    }

    @Test
    void proofFailed_oneMoreThanBound_oldestForgottenButNoneThatWasBlocked() {
        denied.block(agent(-1));
        denied.proofFailed(agent(-1));
        for (int i = 0; i < DeniedAgents.MAX_FAILED - 1; i++) {
            denied.proofFailed(agent(i));
        }
        denied.proofFailed(agent(0));
        assertThat(denied.contains(agent(0))).isTrue();
        denied.proofFailed(agent(DeniedAgents.MAX_FAILED));
        denied.proofFailed(agent(DeniedAgents.MAX_FAILED + 1));
        assertThat(denied.contains(agent(-1))).isTrue();
        assertThat(denied.contains(agent(0))).isFalse();
        assertThat(denied.contains(agent(1))).isTrue();
        assertThat(denied.contains(agent(DeniedAgents.MAX_FAILED + 1))).isTrue();
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }
}
