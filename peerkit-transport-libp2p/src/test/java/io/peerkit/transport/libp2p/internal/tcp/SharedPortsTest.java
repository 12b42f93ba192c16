// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedPortsTest {
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private static Multiaddr listening(TestSwarm swarm) {
        return swarm.swarm().addresses().get(0);
    }

    private static int localPort(Connection connection) {
        return connection.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    }

    @Test
    void listen_whereAnotherNodeListens_refusedThoughPortsAreShared() throws Exception {
        try (TestSwarm one = new TestSwarm(SETTINGS);
                TestSwarm other = new TestSwarm(SETTINGS)) {
            assertThatThrownBy(() -> TestSwarm.await(other.swarm().listen(List.of(listening(one)))))
                    .hasCauseInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("cannot be opened");
        }
    }

    @Test
    void dial_withinANetwork_fromAnyPort() throws Exception {
        try (TestSwarm one = new TestSwarm(SETTINGS);
                TestSwarm other = new TestSwarm(SETTINGS)) {
            Connection connection = TestSwarm.await(one.dial(other.address()));
            assertThat(localPort(connection)).isNotEqualTo(listening(one).port().orElseThrow());
        }
    }

    @Test
    void punch_peerListens_comesFromThePortThatIsListenedAt() throws Exception {
        try (TestSwarm one = new TestSwarm(SETTINGS);
                TestSwarm other = new TestSwarm(SETTINGS)) {
            Multiaddr address = Multiaddr.parse(other.address());
            Connection connection = TestSwarm.await(
                    one.swarm().punch(listening(other), address.peerId().orElseThrow(), true));
            assertThat(localPort(connection)).isEqualTo(listening(one).port().orElseThrow());
            assertThat(TestSwarm.ping(connection)).isPositive();
        }
    }
}
