// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripTest {
    private final RoundTrip roundTrip = new RoundTrip();

    @Test
    void start_whileOneIsWantedOrOutstanding_refused() {
        assertThat(roundTrip.start()).isTrue();
        assertThat(roundTrip.start()).isFalse();
        int value = roundTrip.send(10);
        assertThat(roundTrip.start()).isFalse();
        assertThat(roundTrip.answered(value, 25)).isEqualTo(15);
        assertThat(roundTrip.start()).isTrue();
    }

    @Test
    void answered_notAsked_ignored() {
        assertThat(roundTrip.answered(0, 5)).isEqualTo(-1);
        roundTrip.start();
        int value = roundTrip.send(0);
        assertThat(roundTrip.answered(value + 1, 5)).isEqualTo(-1);
        assertThat(roundTrip.answered(value, 5)).isEqualTo(5);
        assertThat(roundTrip.answered(value, 5)).isEqualTo(-1);
        assertThat(roundTrip.smoothedNanos()).isEqualTo(5);
    }

    @Test
    void smoothedNanos_severalSamples_leansToTheNewest() {
        long[] samples = {100, 200, 400};
        for (long sample : samples) {
            roundTrip.start();
            roundTrip.answered(roundTrip.send(1000), 1000 + sample);
        }
        assertThat(roundTrip.smoothedNanos()).isEqualTo(275);
    }
}
