// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.carrier.ListenAddresses;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Listening and dialing TCP sockets, whatever is spoken over them. Safe for use by any thread. */
public final class TcpSockets {
    private final CarrierHost host;
    private final List<InetSocketAddress> bound = new CopyOnWriteArrayList<>();

    /**
     * Opens nothing yet.
     *
     * @param host the transport
     */
    public TcpSockets(CarrierHost host) {
        this.host = host;
    }

    /**
     * Opens a listening socket.
     *
     * @param address an IP address and a TCP port, whatever follows
     * @param prepare fills the pipeline of an accepted connection; given what to complete with the secured connection
     * @return as {@link io.peerkit.transport.libp2p.internal.carrier.Carrier#listen}
     */
    public CompletableFuture<Void> listen(
            Multiaddr address, BiConsumer<Channel, CompletableFuture<Connection>> prepare) {
        InetSocketAddress socket =
                new InetSocketAddress(address.ip().orElseThrow(), address.port().orElseThrow());
        boolean ip4 = socket.getAddress().getAddress().length == Integer.BYTES;
        ServerSocketChannel server = new NioServerSocketChannel(
                SelectorProvider.provider(), ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        server.pipeline().addLast(new Acceptor(child -> accepted(child, prepare)));
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

    private void accepted(Channel channel, BiConsumer<Channel, CompletableFuture<Connection>> prepare) {
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
                upgraded -> prepare.accept(channel, upgraded));
    }

    /**
     * Looks the host of an address up and connects to it.
     *
     * @param attempt what to do
     * @param prepare fills the pipeline of the channel
     */
    public void dial(DialAttempt attempt, Consumer<Channel> prepare) {
        var unused = host.names().resolve(attempt.address()).whenComplete((remote, failure) -> {
            if (failure != null || attempt.upgraded().isDone()) {
                attempt.fail(failure == null ? new PeerUnreachableException("dial was given up") : failure);
            } else {
                connect(attempt, remote, prepare);
            }
        });
    }

    private void connect(DialAttempt attempt, InetSocketAddress remote, Consumer<Channel> prepare) {
        Channel channel = new NioSocketChannel();
        TcpChannels.configure(channel, host.dialTimeout());
        attempt.tie(channel);
        prepare.accept(channel);
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

    /**
     * Where the listening sockets can be reached.
     *
     * @return as {@link ListenAddresses#of}
     */
    public List<InetSocketAddress> addresses() {
        return ListenAddresses.of(bound);
    }
}
