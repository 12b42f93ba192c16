// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightingsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final AgentId ANN = AgentId.of(new byte[32]);

    private final Sightings sightings = new Sightings();

    @Test
    void present_connectedOrWithACard_there() {
        assertThat(sightings.present(List.of(ANN), List.of())).containsExactly(ANN);
        assertThat(sightings.present(List.of(), List.of(card(NOON)))).containsExactly(ANN);
    }

    @Test
    void present_connectionLostAfterTheCard_goneUntilTheNext() {
        sightings.disconnected(ANN, NOON.plusSeconds(60));

        assertThat(sightings.present(List.of(), List.of(card(NOON)))).isEmpty();
        assertThat(sightings.present(List.of(), List.of(card(NOON.plusSeconds(61)))))
                .containsExactly(ANN);
    }

    @Test
    void present_connectedAgain_there() {
        sightings.disconnected(ANN, NOON.plusSeconds(60));
        sightings.connected(ANN);

        assertThat(sightings.present(List.of(), List.of(card(NOON)))).containsExactly(ANN);
    }

    private static AgentInfo card(Instant issued) {
        return new AgentInfo(ANN, List.of(), issued, issued.plusSeconds(900), new byte[0]);
    }
}
