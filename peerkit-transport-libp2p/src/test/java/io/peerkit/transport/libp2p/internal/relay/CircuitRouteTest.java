// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CircuitRouteTest {
    private static final PeerId PEER = NodeKey.fromSeed(new byte[32]).peerId();
    private static final String RELAY = "/ip4/192.0.2.1/tcp/4001/p2p/" + PEER;

    @Test
    void of_relayAndTargetNamed_bothAreThere() {
        PeerId target =
                NodeKey.fromSeed(HexFormat.of().parseHex("01".repeat(32))).peerId();
        assertThat(CircuitRoute.of(Multiaddr.parse(RELAY + "/p2p-circuit/p2p/" + target)))
                .contains(new CircuitRoute(Multiaddr.parse(RELAY), PEER, target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%r",
                "%r/p2p-circuit",
                "/ip4/192.0.2.1/tcp/4001/p2p-circuit/p2p/%p",
                "/p2p-circuit/p2p/%p",
                "%r/p2p-circuit/ip4/192.0.2.1/tcp/1",
                "%r/p2p-circuit/p2p/%p/p2p-circuit/p2p/%p"
            })
    void of_otherWays_none(String text) {
        String address = text.replace("%r", RELAY).replace("%p", PEER.toString());
        assertThat(CircuitRoute.of(Multiaddr.parse(address))).isEmpty();
    }
}
