// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.storage.Storage;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class AgentInfoTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static AgentInfo info(int addresses, int bytes, Instant expiresAt) {
        return new AgentInfo(
                AgentId.of(new byte[32]),
                Collections.nCopies(addresses, new NodeAddress("x")),
                NOW,
                expiresAt,
                new byte[bytes]);
    }

    @Test
    void info_bounds_largestTakenAndOneMoreRefused() {
        Instant later = NOW.plusMillis(1);
        assertThat(info(AgentInfo.MAX_ADDRESSES, AgentInfo.MAX_BYTES + Storage.SEALING_BYTES, later)
                        .addresses())
                .hasSize(AgentInfo.MAX_ADDRESSES);
        assertThatThrownBy(() -> info(AgentInfo.MAX_ADDRESSES + 1, 0, later)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> info(0, AgentInfo.MAX_BYTES + Storage.SEALING_BYTES + 1, later))
                .isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> info(0, 0, NOW)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void isExpired_fromTheMomentItSays() {
        AgentInfo info = info(0, 0, NOW.plusMillis(10));

        assertThat(info.isExpired(NOW.plusMillis(9))).isFalse();
        assertThat(info.isExpired(NOW.plusMillis(10))).isTrue();
    }
}
