// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExpectedDialsTest {
    private static final PeerId PEER =
            NodeKey.fromSeed(new byte[NodeKey.SEED_BYTES]).peerId();

    private long now;
    private final ExpectedDials expected = new ExpectedDials(() -> now);

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void take_expected_onceAndOnlyThatAddress() {
        expected.add(address(1), PEER);
        assertThat(expected.take(address(2))).isEmpty();
        assertThat(expected.take(address(1))).contains(PEER);
        assertThat(expected.take(address(1))).isEmpty();
    }

    @Test
    void take_afterItsLife_nobody() {
        expected.add(address(1), PEER);
        expected.add(address(2), PEER);
        now = ExpectedDials.LIFE.toNanos() - 1;
        assertThat(expected.take(address(1))).contains(PEER);
        now++;
        assertThat(expected.take(address(2))).isEmpty();
    }

    @Test
    void add_moreThanTheBound_oldestGone() {
        for (int port = 1; port <= ExpectedDials.MAX + 1; port++) {
            expected.add(address(port), PEER);
        }
        assertThat(expected.take(address(1))).isEmpty();
        assertThat(expected.take(address(2))).contains(PEER);
    }

    @Test
    void accept_fromAnExpectedAddress_listenerBeginsTheHandshake() throws Exception {
        try (TestSwarm swarm = new TestSwarm(ConnectionSettings.of(Duration.ofSeconds(10)));
                Socket peer = new Socket()) {
            peer.bind(address(0));
            Multiaddr from = Multiaddr.ofTcp(InetAddress.getLoopbackAddress(), peer.getLocalPort());
            swarm.swarm().expect(List.of(from), PEER);

            peer.setSoTimeout(20_000);
            peer.connect(address(Multiaddr.parse(swarm.address()).port().orElseThrow()));

            // The peer has said nothing: only who begins speaks first.
            byte[] header = peer.getInputStream().readNBytes(20);
            assertThat(new String(header, StandardCharsets.US_ASCII)).isEqualTo("\u0013/multistream/1.0.0\n");
        }
    }
}
