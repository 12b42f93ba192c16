// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebSocketAddressTest {
    @ParameterizedTest
    @CsvSource({
        "/ip4/192.0.2.1/tcp/80/ws, ws://192.0.2.1:80/",
        "/ip6/2001:db8::1/tcp/80/ws, ws://[2001:db8::1]:80/",
        "/dns4/example.org/tcp/443/wss, wss://example.org:443/",
        "/dns/example.org/tcp/443/tls/ws, wss://example.org:443/",
        "/ip4/192.0.2.1/tcp/443/tls/sni/example.org/ws, wss://example.org:443/",
    })
    void of_eachForm_uriOfTheServer(String text, String uri) {
        for (String end : new String[] {"", "/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN"}) {
            WebSocketAddress address =
                    WebSocketAddress.of(Multiaddr.parse(text + end)).orElseThrow();
            assertThat(address.uri()).hasToString(uri);
            assertThat(address.isSecure()).isEqualTo(uri.startsWith("wss"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ip4/192.0.2.1/tcp/80",
                "/ip4/192.0.2.1/udp/80/ws",
                "/ip4/192.0.2.1/tcp/80/ws/ws",
                "/ip4/192.0.2.1/tcp/80/tls",
                "/ip4/192.0.2.1/tcp/80/sni/example.org/ws",
                "/ip4/192.0.2.1/udp/80/quic-v1",
                "/ip4/192.0.2.1/tcp/80/ws/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit",
                "/dnsaddr/example.org/tcp/80/ws",
                "/ws",
            })
    void of_anythingElse_empty(String text) {
        assertThat(WebSocketAddress.of(Multiaddr.parse(text))).isEmpty();
    }
}
