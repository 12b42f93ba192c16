// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.MultiaddrProtocol;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What a multiaddr says that leads to a WebSocket: {@code /HOST/tcp/PORT} and then {@code /ws}, {@code /wss}, {@code /tls/ws} or
 * {@code /tls/sni/NAME/ws}, perhaps with a node's name at its end.
 *
 * @param host an IP address or a name
 * @param port the TCP port
 * @param isSecure whether TLS is spoken below WebSocket
 * @param serverName whose certificate must be shown: {@code host}, or what {@code sni} says
 */
record WebSocketAddress(String host, int port, boolean isSecure, String serverName) {
    private static final List<MultiaddrProtocol> PLAIN = List.of(MultiaddrProtocol.WS);
    private static final List<MultiaddrProtocol> SECURE_SHORT = List.of(MultiaddrProtocol.WSS);
    private static final List<MultiaddrProtocol> SECURE = List.of(MultiaddrProtocol.TLS, MultiaddrProtocol.WS);
    private static final List<MultiaddrProtocol> SECURE_NAMED =
            List.of(MultiaddrProtocol.TLS, MultiaddrProtocol.SNI, MultiaddrProtocol.WS);
    private static final int BEHIND_PORT = 2;

    /**
     * Reads an address.
     *
     * @param address any
     * @return what it says, or empty when it leads elsewhere
     */
    static Optional<WebSocketAddress> of(Multiaddr address) {
        List<Multiaddr.Component> all = address.components();
        int end = all.size() - (address.peerId().isPresent() ? 1 : 0);
        Optional<String> host = address.host();
        if (host.isEmpty() || end <= BEHIND_PORT || all.get(1).protocol() != MultiaddrProtocol.TCP) {
            return Optional.empty();
        }
        List<Multiaddr.Component> rest = all.subList(BEHIND_PORT, end);
        List<MultiaddrProtocol> protocols =
                rest.stream().map(Multiaddr.Component::protocol).toList();
        boolean named = protocols.equals(SECURE_NAMED);
        boolean secure = named || protocols.equals(SECURE) || protocols.equals(SECURE_SHORT);
        if (!secure && !protocols.equals(PLAIN)) {
            return Optional.empty();
        }
        String serverName = named ? rest.get(1).value() : host.get();
        return Optional.of(new WebSocketAddress(host.get(), address.port().orElseThrow(), secure, serverName));
    }

    /** What the request names; the path means nothing to libp2p. */
    URI uri() {
        String literal = serverName.contains(":") ? "[" + serverName + "]" : serverName;
        return URI.create((isSecure ? "wss://" : "ws://") + literal + ":" + port + "/");
    }
}
