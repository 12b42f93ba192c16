// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.gossip.internal.peer.JdkAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnCardTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    private static final List<NodeAddress> ADDRESSES = List.of(new NodeAddress("/x"));

    private final OwnCard own = new OwnCard(new JdkAgent(), LIFETIME);

    @Test
    void renew_twoThirdsOfTheLifetimeGone_issuedAnew() {
        assertThat(own.renew(ADDRESSES, NOW)).isPresent();
        assertThat(own.renew(ADDRESSES, NOW.plusSeconds(599))).isEmpty();
        assertThat(own.renew(ADDRESSES, NOW.plusSeconds(600))).isPresent();
    }

    @Test
    void renew_clockSteppedBackByADay_newerThanTheLast() {
        own.renew(ADDRESSES, NOW);
        assertThat(own.renew(List.of(), NOW.minus(Duration.ofDays(1)))
                        .orElseThrow()
                        .issuedAt())
                .isEqualTo(NOW.plusMillis(1));
    }

    @Test
    void renew_lastOneFromMoreThanADayAhead_issuedAnewAsThatWasRefusedByAll() {
        own.renew(ADDRESSES, NOW.plus(Duration.ofDays(1)).plusMillis(1));
        assertThat(own.renew(ADDRESSES, NOW).orElseThrow().issuedAt()).isEqualTo(NOW);
    }
}
