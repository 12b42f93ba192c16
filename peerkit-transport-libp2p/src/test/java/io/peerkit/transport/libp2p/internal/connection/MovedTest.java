// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair.End;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of connections when the machine moved or slept. */
class MovedTest {
    private final EmbeddedPair pair = new EmbeddedPair(new End(), new End()).settle();
    private final Connection connection = pair.dialer.connection();

    @Test
    void moved_peerAnswers_staysOpen() {
        connection.moved(Set.of());
        pair.settle().advance(Muxer.PROBE_TIME.plusSeconds(1)).settle();
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void moved_peerSilent_closedWithinSeconds() {
        pair.connected = false;
        connection.moved(Set.of());
        connection.moved(Set.of());
        pair.settle().advance(Muxer.PROBE_TIME.minusMillis(1)).settle();
        assertThat(connection.isOpen()).isTrue();
        pair.advance(Duration.ofMillis(1)).settle();
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void moved_twiceInARow_eachProbes() {
        connection.moved(Set.of());
        pair.settle().advance(Muxer.PROBE_TIME.plusMillis(1)).settle();
        pair.connected = false;
        connection.moved(Set.of());
        pair.settle().advance(Muxer.PROBE_TIME).settle();
        assertThat(connection.isOpen()).isFalse();
    }
}
