// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpServerCodec;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.tcp.TcpSockets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/**
 * Connections over WebSocket, with TLS of the Web below or without, secured and muxed by an {@link UpgradeHandler} as over TCP.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/websockets/README.md">libp2p over WebSockets</a>
 */
public final class WebSocketCarrier implements Carrier {
    private final CarrierHost host;
    private final WebSocketTls tls;
    private final TcpSockets plain;
    private final TcpSockets secure;

    /**
     * Opens nothing yet.
     *
     * @param host the transport
     * @param tls proves the name of this server to others, and decides what servers are trusted; without it none is proven, and
     *     the platform decides
     */
    public WebSocketCarrier(CarrierHost host, Optional<SSLContext> tls) {
        this.host = host;
        this.tls = new WebSocketTls(tls);
        plain = new TcpSockets(host);
        secure = new TcpSockets(host);
    }

    /**
     * Whether an address is that of a WebSocket.
     *
     * @param address any
     * @return whether it has the form
     */
    public static boolean isWebSocket(Multiaddr address) {
        return WebSocketAddress.of(address).isPresent();
    }

    @Override
    public boolean dials(Multiaddr address) {
        return WebSocketAddress.of(address).filter(each -> each.port() != 0).isPresent();
    }

    @Override
    public boolean listens(Multiaddr address) {
        return WebSocketAddress.of(address)
                        .filter(each -> !each.isSecure() || tls.listens())
                        .isPresent()
                && address.ip().isPresent()
                && address.peerId().isEmpty();
    }

    @Override
    public CompletableFuture<Void> listen(Multiaddr address) {
        boolean isSecure = WebSocketAddress.of(address).orElseThrow().isSecure();
        return (isSecure ? secure : plain)
                .listen(address, (channel, upgraded) -> accepted(channel, isSecure, upgraded));
    }

    private void accepted(Channel channel, boolean isSecure, CompletableFuture<Connection> upgraded) {
        Duration limit = host.context().settings().handshakeTimeout();
        ChannelPipeline pipeline = channel.pipeline();
        if (isSecure) {
            pipeline.addLast(tls.listener(limit));
        }
        pipeline.addLast(
                new HttpServerCodec(WebSocketLimits.http()),
                WebSocketLimits.whole(),
                new WebSocketListener(isSecure, limit, upgraded, UpgradeHandler.listener(host.context(), upgraded)));
    }

    @Override
    public void dial(DialAttempt attempt) {
        WebSocketAddress target = WebSocketAddress.of(attempt.address()).orElseThrow();
        Duration limit = host.context().settings().handshakeTimeout();
        sockets(target).dial(attempt, channel -> {
            ChannelPipeline pipeline = channel.pipeline();
            if (target.isSecure()) {
                pipeline.addLast(tls.dialer(target.serverName(), target.port(), limit));
            }
            UpgradeHandler next = UpgradeHandler.dialer(host.context(), attempt.expected(), attempt.upgraded());
            pipeline.addLast(
                    new HttpClientCodec(WebSocketLimits.http(), false, false),
                    WebSocketLimits.whole(),
                    new WebSocketDialer(target.uri(), target.isSecure(), limit, attempt, next));
        });
    }

    private TcpSockets sockets(WebSocketAddress target) {
        return target.isSecure() ? secure : plain;
    }

    @Override
    public List<Multiaddr> addresses() {
        List<Multiaddr> addresses = new ArrayList<>();
        plain.addresses()
                .forEach(each ->
                        addresses.add(Multiaddr.parse(Multiaddr.ofTcp(each.getAddress(), each.getPort()) + "/ws")));
        secure.addresses()
                .forEach(each ->
                        addresses.add(Multiaddr.parse(Multiaddr.ofTcp(each.getAddress(), each.getPort()) + "/tls/ws")));
        return addresses;
    }
}
