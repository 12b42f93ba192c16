// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.Channel;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Connections over TCP, secured and muxed by an {@link UpgradeHandler}. */
public final class TcpCarrier implements Carrier {
    private final CarrierHost host;
    private final TcpSockets sockets;
    private final ExpectedDials expected = new ExpectedDials(System::nanoTime);

    /**
     * Opens nothing yet.
     *
     * @param host the transport
     */
    public TcpCarrier(CarrierHost host) {
        this.host = host;
        sockets = new TcpSockets(host);
    }

    @Override
    public boolean dials(Multiaddr address) {
        return address.isTcp() && address.port().orElse(0) != 0;
    }

    @Override
    public boolean listens(Multiaddr address) {
        return address.isTcp() && address.ip().isPresent() && address.peerId().isEmpty();
    }

    @Override
    public CompletableFuture<Void> listen(Multiaddr address) {
        return sockets.listen(address, (channel, upgraded) -> channel.pipeline().addLast(accepting(channel, upgraded)));
    }

    private UpgradeHandler accepting(Channel channel, CompletableFuture<Connection> upgraded) {
        Optional<PeerId> punching =
                channel.remoteAddress() instanceof InetSocketAddress remote ? expected.take(remote) : Optional.empty();
        return punching.isPresent()
                ? UpgradeHandler.dialer(host.context(), punching, upgraded)
                : UpgradeHandler.listener(host.context(), upgraded);
    }

    @Override
    public void expect(Multiaddr from, PeerId peer) {
        from.ip()
                .ifPresent(
                        ip -> expected.add(new InetSocketAddress(ip, from.port().orElseThrow()), peer));
    }

    @Override
    public void dial(DialAttempt attempt) {
        sockets.dial(
                attempt,
                channel -> channel.pipeline()
                        .addLast(UpgradeHandler.dialer(host.context(), attempt.expected(), attempt.upgraded())));
    }

    @Override
    public void punch(DialAttempt attempt, boolean initiator) {
        sockets.punch(
                attempt,
                channel -> channel.pipeline()
                        .addLast(
                                initiator
                                        ? UpgradeHandler.dialer(host.context(), attempt.expected(), attempt.upgraded())
                                        : UpgradeHandler.listener(host.context(), attempt.upgraded())));
    }

    @Override
    public void probe(DialAttempt attempt) {
        sockets.probe(
                attempt,
                channel -> channel.pipeline()
                        .addLast(UpgradeHandler.dialer(
                                host.context().withoutAccess(), attempt.expected(), attempt.upgraded())));
    }

    @Override
    public List<Multiaddr> addresses() {
        return sockets.addresses().stream()
                .map(socket -> Multiaddr.ofTcp(socket.getAddress(), socket.getPort()))
                .toList();
    }
}
