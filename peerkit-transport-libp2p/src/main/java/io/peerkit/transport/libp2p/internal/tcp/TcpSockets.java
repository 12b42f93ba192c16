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
import io.peerkit.transport.libp2p.internal.multiformats.PublicAddresses;
import java.io.IOException;
import java.net.BindException;
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
        Optional<IOException> taken = SharedPorts.taken(socket);
        if (taken.isPresent()) {
            return CompletableFuture.failedFuture(unopened(address, taken.get()));
        }
        boolean ip4 = socket.getAddress().getAddress().length == Integer.BYTES;
        ServerSocketChannel server = new NioServerSocketChannel(
                SelectorProvider.provider(), ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        server.pipeline().addLast(new Acceptor(child -> accepted(child, prepare)));
        CompletableFuture<Void> listening = new CompletableFuture<>();
        SharedPorts.share(server);
        host.register(server, host.nextLoop(), listening);
        server.bind(socket).addListener((ChannelFutureListener) binding -> {
            if (binding.isSuccess()) {
                bound.add(server.localAddress());
                listening.complete(null);
            } else {
                var unused = server.close();
                listening.completeExceptionally(unopened(address, binding.cause()));
            }
        });
        return listening;
    }

    private static PeerUnreachableException unopened(Multiaddr address, Throwable cause) {
        return new PeerUnreachableException(
                "listen address " + address + " cannot be opened: " + cause.getMessage(), cause);
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
     * Looks the host of an address up and connects to it; to observers on the internet from a port at which this node listens,
     * where that can be, so that they see what is of use to others. Other dials leave from any port: what is left of one that
     * failed, in routers, would stand in the way of a dial from both sides later.
     *
     * @param attempt what to do
     * @param prepare fills the pipeline of the channel; called again when a second one is needed
     */
    public void dial(DialAttempt attempt, Consumer<Channel> prepare) {
        resolved(attempt, remote -> {
            boolean observed = attempt.expected().map(host::observes).orElse(false);
            Optional<InetSocketAddress> local =
                    observed && PublicAddresses.isPublic(remote.getAddress()) ? localFor(remote) : Optional.empty();
            connect(attempt, remote, local, local.isPresent(), prepare);
        });
    }

    /**
     * Connects to an address that connects to this node at the same time; from a port at which this node listens, or not at
     * all.
     *
     * @param attempt what to do
     * @param prepare fills the pipeline of the channel
     */
    public void punch(DialAttempt attempt, Consumer<Channel> prepare) {
        resolved(attempt, remote -> {
            Optional<InetSocketAddress> local = localFor(remote);
            if (local.isPresent()) {
                connect(attempt, remote, local, false, prepare);
            } else {
                attempt.fail(new PeerUnreachableException("no port is shared from which to dial " + remote));
            }
        });
    }

    /**
     * Connects to an address from any port at which this node does not listen.
     *
     * @param attempt what to do
     * @param prepare fills the pipeline of the channel
     */
    public void probe(DialAttempt attempt, Consumer<Channel> prepare) {
        resolved(attempt, remote -> connect(attempt, remote, Optional.empty(), false, prepare));
    }

    private void resolved(DialAttempt attempt, Consumer<InetSocketAddress> then) {
        var unused = host.names().resolve(attempt.address()).whenComplete((remote, failure) -> {
            if (failure != null || attempt.upgraded().isDone()) {
                attempt.fail(failure == null ? new PeerUnreachableException("dial was given up") : failure);
            } else {
                then.accept(remote);
            }
        });
    }

    private Optional<InetSocketAddress> localFor(InetSocketAddress remote) {
        int family = remote.getAddress().getAddress().length;
        return SharedPorts.possible()
                ? bound.stream()
                        .filter(local -> local.getAddress().getAddress().length == family)
                        .filter(local -> !local.getAddress().isLoopbackAddress()
                                || remote.getAddress().isLoopbackAddress())
                        .findFirst()
                : Optional.empty();
    }

    private void connect(
            DialAttempt attempt,
            InetSocketAddress remote,
            Optional<InetSocketAddress> local,
            boolean otherwiseFromAnyPort,
            Consumer<Channel> prepare) {
        NioSocketChannel channel = new NioSocketChannel();
        TcpChannels.configure(channel, host.dialTimeout());
        local.ifPresent(shared -> SharedPorts.share(channel));
        prepare.accept(channel);
        host.register(channel, attempt.loop(), attempt.upgraded());
        var unused = attempt.upgraded().whenComplete((connection, failure) -> {
            if (failure != null) {
                // Without the minute in which the system keeps a closed connection: the next attempt has the same two
                // ends.
                local.ifPresent(shared -> channel.config().setSoLinger(0));
                var unusedToo = channel.close();
            }
        });
        channel.connect(remote, local.orElse(null)).addListener((ChannelFutureListener) connecting -> {
            if (connecting.isSuccess()) {
                channel.closeFuture().addListener(gone -> attempt.release().run());
            } else if (otherwiseFromAnyPort
                    && connecting.cause() instanceof BindException
                    && !attempt.upgraded().isDone()) {
                // A connection with the same two ends is there, or was a moment ago.
                connect(attempt, remote, Optional.empty(), false, prepare);
            } else {
                attempt.fail(new PeerUnreachableException(
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
