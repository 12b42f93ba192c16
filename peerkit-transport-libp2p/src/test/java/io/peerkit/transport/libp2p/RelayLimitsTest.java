// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RelayLimitsTest {
    private static RelayLimits.Builder limits() {
        return RelayLimits.defaults().toBuilder();
    }

    private static void refused(RelayLimits.Builder limits, String name) {
        assertThatThrownBy(limits::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(name);
    }

    @Test
    void build_nothingChanged_theDefaults() {
        assertThat(limits().build()).isEqualTo(RelayLimits.defaults());
    }

    @Test
    void build_atEachBoundAndBeyond_takenAndRefused() {
        assertThat(limits().maxReservations(1).build().maxReservations()).isEqualTo(1);
        refused(limits().maxReservations(0), "maxReservations");
        assertThat(limits().maxReservations(1_000_000).build().maxReservations())
                .isEqualTo(1_000_000);
        refused(limits().maxReservations(1_000_001), "maxReservations");
        refused(limits().maxReservationsPerAddress(0), "maxReservationsPerAddress");
        refused(limits().maxAsksPerMinute(0), "maxAsksPerMinute");
        refused(limits().maxCircuits(0), "maxCircuits");
        refused(limits().maxCircuitsPerPeer(0), "maxCircuitsPerPeer");
        refused(limits().maxCircuitsPerAddress(0), "maxCircuitsPerAddress");
        refused(limits().circuitBytes(-1), "circuitBytes");
        refused(limits().bytesPerSecond(-1), "bytesPerSecond");
        refused(limits().circuitLife(Duration.ofMillis(1_500)), "circuitLife");
        refused(limits().circuitLife(Duration.ofSeconds(-1)), "circuitLife");
        refused(limits().reservationLife(Duration.ofSeconds(59)), "reservationLife");
        assertThat(limits().reservationLife(Duration.ofHours(24)).build().reservationLife())
                .isEqualTo(Duration.ofHours(24));
        refused(limits().reservationLife(Duration.ofHours(24).plusSeconds(1)), "reservationLife");
    }
}
