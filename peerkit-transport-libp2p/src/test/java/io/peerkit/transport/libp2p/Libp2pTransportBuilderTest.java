// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class Libp2pTransportBuilderTest {
    private static final String PEER = "12D3KooWBA5JxyUTTDHbs42RDFkQ8hLmmuBRmNyXZwvCcS3ZdJGG";

    private static void refused(Libp2pTransport.Builder settings, String setting) {
        assertThatThrownBy(() -> {
                    try (TestNode node = new TestNode(settings)) {
                        throw new AssertionError("started as " + node.peer());
                    }
                })
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(setting + " ");
    }

    private static Libp2pTransport.Builder loopback() {
        return Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"));
    }

    @Test
    void start_wrongSetting_messageNamesIt() {
        refused(loopback().noListen(), "noListen");
        refused(Libp2pTransport.builder().listen(new NodeAddress("nonsense")), "listen");
        refused(Libp2pTransport.builder().listen(new NodeAddress("/dns4/localhost/tcp/0")), "listen");
        refused(Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/udp/0")), "listen");
        refused(Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0/p2p/" + PEER)), "listen");
        refused(loopback().relay(new RelayAddress("/ip4/127.0.0.1/tcp/4001")), "relay");
        refused(loopback().relay(new RelayAddress("nonsense")), "relay");
        String relay = "/ip4/127.0.0.1/tcp/4001/p2p/" + PEER;
        refused(loopback().relay(new RelayAddress(relay + "/p2p-circuit/p2p/" + PEER)), "relay");
        refused(loopback().secureChannels(List.of()), "secureChannels");
        refused(loopback().secureChannels(List.of(SecureChannelKind.TLS)), "secureChannels");
        refused(loopback().secureChannels(List.of(SecureChannelKind.NOISE, SecureChannelKind.NOISE)), "secureChannels");
        refused(loopback().handshakeTimeout(Duration.ofMillis(9)), "handshakeTimeout");
        refused(loopback().handshakeTimeout(Duration.ofMinutes(5).plusMillis(1)), "handshakeTimeout");
        refused(loopback().dialTimeout(Duration.ZERO), "dialTimeout");
        refused(loopback().maxReceiveBytes(1_048_575), "maxReceiveBytes");
        refused(loopback().maxReceiveBytes(68_719_476_737L), "maxReceiveBytes");
        refused(loopback().maxReceiveBytesPerPeer(1_048_575), "maxReceiveBytesPerPeer");
        refused(loopback().maxReceiveBytesPerPeer(68_719_476_737L), "maxReceiveBytesPerPeer");
        refused(loopback().maxConnections(0), "maxConnections");
        refused(loopback().maxConnections(65_537), "maxConnections");
        refused(loopback().maxConnectionsPerAddress(0), "maxConnectionsPerAddress");
        refused(loopback().maxPendingHandshakes(0), "maxPendingHandshakes");
        refused(loopback().acceptRate(0, 1), "acceptRate");
        refused(loopback().acceptRate(1, 65_537), "acceptRate");
        refused(loopback().dialRate(65_537, 1), "dialRate");
        refused(loopback().dialRate(1, 0), "dialRate");
        refused(loopback().maxStreamsPerProtocol(0), "maxStreamsPerProtocol");
    }

    @Test
    void start_settingsAtTheirBounds_started() throws Exception {
        RelayAddress relay = new RelayAddress("/ip4/127.0.0.1/tcp/4001/p2p/" + PEER);
        try (TestNode node = new TestNode(loopback()
                .relay(relay)
                .maxReceiveBytes(68_719_476_736L)
                .maxReceiveBytesPerPeer(1_048_576)
                .secureChannels(List.of(SecureChannelKind.NOISE, SecureChannelKind.TLS))
                .handshakeTimeout(Duration.ofMillis(10))
                .dialTimeout(Duration.ofMinutes(5))
                .maxConnections(65_536)
                .maxConnectionsPerAddress(1)
                .maxPendingHandshakes(1))) {
            assertThat(node.transport().relays()).containsExactly(relay);
        }
    }

    @Test
    void listenAddresses_wildcard_interfacesWithLoopbackLastAndTheNodesName() throws Exception {
        try (TestNode node = new TestNode(Libp2pTransport.builder())) {
            assertThat(node.transport().listenAddresses())
                    .isNotEmpty()
                    .allSatisfy(address -> assertThat(address.value())
                            .startsWith("/ip4/")
                            .doesNotContain("/0.0.0.0/")
                            .endsWith("/p2p/" + node.peer()));
            assertThat(node.transport().listenAddresses().stream()
                            .map(NodeAddress::value)
                            .reduce((first, last) -> last)
                            .orElseThrow())
                    .contains("/127.0.0.1/");
        }
    }

    @Test
    void listenAddresses_noListen_none() throws Exception {
        try (TestNode node = new TestNode(Libp2pTransport.builder().noListen())) {
            assertThat(node.transport().listenAddresses()).isEmpty();
        }
    }

    @Test
    void start_portTaken_unreachable() throws Exception {
        try (TestNode node = new TestNode()) {
            String taken = node.address().substring(0, node.address().indexOf("/p2p/"));
            assertThatThrownBy(() -> {
                        try (TestNode second =
                                new TestNode(Libp2pTransport.builder().listen(new NodeAddress(taken)))) {
                            throw new AssertionError("started as " + second.peer());
                        }
                    })
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining(taken);
        }
    }

    @Test
    void handleStreams_protocolOfTheTransport_refused() throws Exception {
        try (TestNode node = new TestNode()) {
            for (String own : new String[] {
                "/peerkit/access/2.0.0", "/peerkit/message/2.0.0", "/peerkit/agents/2.0.0", "/ipfs/ping/1.0.0"
            }) {
                assertThatThrownBy(() -> node.transport().handleStreams(new ProtocolId(own), stream -> {}))
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(own);
            }
        }
    }
}
