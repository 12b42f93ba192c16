// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AccessGrantTest {
    private static Set<String> names(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.toSet());
    }

    @Test
    void grant_capabilities_largestTakenAndOneMoreRefused() {
        AgentId agent = AgentId.of(new byte[32]);
        assertThat(new AccessGrant(agent, names(AccessGrant.MAX_CAPABILITIES)).capabilities())
                .hasSize(AccessGrant.MAX_CAPABILITIES);
        assertThatThrownBy(() -> new AccessGrant(agent, names(AccessGrant.MAX_CAPABILITIES + 1)))
                .isInstanceOf(InvalidBytesException.class);
    }
}
