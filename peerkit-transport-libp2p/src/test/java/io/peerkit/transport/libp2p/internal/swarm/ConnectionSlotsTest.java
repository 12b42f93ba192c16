// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ConnectionSlotsTest {
    private static Optional<InetAddress> address(int last) throws UnknownHostException {
        return Optional.of(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last}));
    }

    private static ConnectionSlots slots(int max, int perAddress, int pending) {
        return new ConnectionSlots(new SwarmSettings(
                ConnectionSettings.of(Duration.ofSeconds(1)), Duration.ofSeconds(1), max, perAddress, pending, 1));
    }

    @Test
    void accepted_moreThanMayBeOpen_refusedUntilOneCloses() throws Exception {
        ConnectionSlots slots = slots(2, 9, 9);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.dialed()).isPresent();
        assertThat(slots.accepted(address(2))).isEmpty();
        assertThat(slots.dialed()).isEmpty();
        first.release();
        first.release();
        assertThat(slots.accepted(address(2))).isPresent();
        assertThat(slots.dialed()).isEmpty();
    }

    @Test
    void accepted_moreFromOneAddress_refusedWhileOthersMay() throws Exception {
        ConnectionSlots slots = slots(9, 2, 9);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.accepted(address(1))).isPresent();
        assertThat(slots.accepted(address(1))).isEmpty();
        assertThat(slots.accepted(address(2))).isPresent();
        first.release();
        assertThat(slots.accepted(address(1))).isPresent();
    }

    @Test
    void accepted_moreHandshakesThanMayBePending_refusedUntilOneSettles() throws Exception {
        ConnectionSlots slots = slots(9, 9, 2);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.accepted(address(2))).isPresent();
        assertThat(slots.accepted(address(3))).isEmpty();
        assertThat(slots.dialed()).isPresent();
        first.settle();
        first.release();
        assertThat(slots.accepted(address(3))).isPresent();
        assertThat(slots.accepted(address(4))).isEmpty();
    }
}
