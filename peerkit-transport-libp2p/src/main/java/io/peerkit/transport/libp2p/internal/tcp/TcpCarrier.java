// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.carrier.ListenAddresses;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Connections over TCP, secured and muxed by an {@link UpgradeHandler}. */
public final class TcpCarrier implements Carrier {
    private final CarrierHost host;
    private final List<InetSocketAddress> bound = new CopyOnWriteArrayList<>();

    /**
     * Opens nothing yet.
     *
     * @param host the transport
     */
    public TcpCarrier(CarrierHost host) {
        this.host = host;
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
        InetSocketAddress socket =
                new InetSocketAddress(address.ip().orElseThrow(), address.port().orElseThrow());
        boolean ip4 = socket.getAddress().getAddress().length == Integer.BYTES;
        ServerSocketChannel server = new NioServerSocketChannel(
                SelectorProvider.provider(), ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        server.pipeline().addLast(new Acceptor(this::accepted));
        CompletableFuture<Void> listening = new CompletableFuture<>();
        host.register(server, host.nextLoop(), listening);
        server.bind(socket).addListener((ChannelFutureListener) binding -> {
            if (binding.isSuccess()) {
                bound.add(server.localAddress());
                listening.complete(null);
            } else {
                var unused = server.close();
                listening.completeExceptionally(new PeerUnreachableException(
                        "listen address " + address + " cannot be opened: "
                                + binding.cause().getMessage(),
                        binding.cause()));
            }
        });
        return listening;
    }

    private void accepted(Channel channel) {
        InetSocketAddress remote = ((NioSocketChannel) channel).remoteAddress();
        if (remote == null) {
            channel.unsafe().closeForcibly(); // gone already
            return;
        }
        TcpChannels.configure(channel, host.dialTimeout());
        host.accept(
                channel,
                host.nextLoop(),
                Optional.of(remote.getAddress()),
                upgraded -> channel.pipeline().addLast(UpgradeHandler.listener(host.context(), upgraded)));
    }

    @Override
    public void dial(DialAttempt attempt) {
        var unused = host.names().resolve(attempt.address()).whenComplete((remote, failure) -> {
            if (failure != null || attempt.upgraded().isDone()) {
                attempt.fail(failure == null ? new PeerUnreachableException("dial was given up") : failure);
            } else {
                connect(attempt, remote);
            }
        });
    }

    private void connect(DialAttempt attempt, InetSocketAddress remote) {
        Channel channel = new NioSocketChannel();
        TcpChannels.configure(channel, host.dialTimeout());
        attempt.tie(channel);
        channel.pipeline().addLast(UpgradeHandler.dialer(host.context(), attempt.expected(), attempt.upgraded()));
        host.register(channel, attempt.loop(), attempt.upgraded());
        channel.connect(remote).addListener((ChannelFutureListener) connecting -> {
            if (!connecting.isSuccess()) {
                attempt.upgraded()
                        .completeExceptionally(new PeerUnreachableException(
                                "node at " + remote + " cannot be reached: "
                                        + connecting.cause().getMessage(),
                                connecting.cause()));
            }
        });
    }

    @Override
    public List<Multiaddr> addresses() {
        return ListenAddresses.of(bound).stream()
                .map(socket -> Multiaddr.ofTcp(socket.getAddress(), socket.getPort()))
                .toList();
    }
}
