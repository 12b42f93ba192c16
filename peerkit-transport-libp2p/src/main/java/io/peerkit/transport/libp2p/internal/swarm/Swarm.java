// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.peerkit.api.ClosedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.Traffic;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionCloser;
import io.peerkit.transport.libp2p.internal.connection.ConnectionContext;
import io.peerkit.transport.libp2p.internal.connection.ConnectionPolicy;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.TrafficCounter;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import io.peerkit.transport.libp2p.internal.dial.DialRace;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.identify.IdentifyService;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The libp2p stack without the access gate: sockets, encrypted connections, identify and ping. What is let in is for a
 * {@link ConnectionPolicy} to say.
 *
 * <p>Safe for use by any thread.
 */
public final class Swarm implements AutoCloseable {
    /** The least and the most that one read of a socket takes, in bytes. */
    private static final int MIN_READ_BYTES = 2_048;

    private static final int FIRST_READ_BYTES = 16_384;
    private static final int MAX_READ_BYTES = 262_144;

    /** Above the second figure in bytes nothing more is given to a socket, until it falls below the first. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(262_144, 524_288);

    private static final int STATIC_KEY_BYTES = 32;

    /** How long {@link #close} waits for connections to end, and then for threads. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(4);

    private final SwarmSettings settings;
    private final ConnectionContext context;
    private final IdentifyService identify;
    private final EventLoops loops;
    private final ConnectionSlots slots;
    private final NameResolver names = new NameResolver();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final List<InetSocketAddress> bound = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * Prepares a swarm; it opens nothing before {@link #listen} or {@link #dial}.
     *
     * @param settings what it may use
     * @param key who this node is
     * @param policy decides who may connect and what is served to whom
     * @param protocols what is spoken; identify and ping are added
     */
    public Swarm(SwarmSettings settings, NodeKey key, ConnectionPolicy policy, ProtocolTable protocols) {
        this.settings = settings;
        slots = new ConnectionSlots(settings);
        loops = new EventLoops(settings.threads());
        SecureRandom random = new SecureRandom();
        byte[] staticKey = new byte[STATIC_KEY_BYTES];
        random.nextBytes(staticKey);
        identify = new IdentifyService(key, this::addresses, protocols);
        protocols.add(PingProtocol.ID, connection -> PingProtocol.listener());
        context = new ConnectionContext(
                settings.connections(),
                NoiseIdentity.of(key, staticKey),
                random,
                policy,
                protocols,
                new TrafficCounter(),
                identify::established);
    }

    /**
     * Opens listening sockets.
     *
     * @param addresses IP addresses and TCP ports
     * @return a future that completes when all are open, or failed with {@link PeerUnreachableException} when one cannot be;
     *     close the swarm then
     */
    public CompletableFuture<Void> listen(List<Multiaddr> addresses) {
        return CompletableFuture.allOf(addresses.stream().map(this::listen).toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> listen(Multiaddr address) {
        InetSocketAddress socket =
                new InetSocketAddress(address.ip().orElseThrow(), address.port().orElseThrow());
        boolean ip4 = socket.getAddress().getAddress().length == Integer.BYTES;
        ServerSocketChannel server = new NioServerSocketChannel(
                SelectorProvider.provider(), ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        server.pipeline().addLast(new Acceptor(this::accepted));
        CompletableFuture<Void> listening = new CompletableFuture<>();
        register(server, loops.next(), listening);
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

    /** Gives a channel to an event loop. */
    private void register(Channel channel, EventLoop loop, CompletableFuture<?> failed) {
        channels.add(channel);
        channel.closeFuture().addListener(gone -> channels.remove(channel));
        loop.register(channel).addListener((ChannelFutureListener) registering -> {
            if (!registering.isSuccess() || closed) {
                var unused = channel.close();
                failed.completeExceptionally(new ClosedException("transport is closed"));
            }
        });
    }

    private void accepted(Channel channel) {
        InetSocketAddress remote = ((NioSocketChannel) channel).remoteAddress();
        Optional<ConnectionSlots.Slot> slot = remote == null ? Optional.empty() : slots.accepted(remote.getAddress());
        if (slot.isEmpty() || closed) {
            slot.ifPresent(ConnectionSlots.Slot::release);
            channel.unsafe().closeForcibly();
            return;
        }
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        var unused = upgraded.thenCompose(Connection::established)
                .whenComplete((connection, failure) -> slot.get().settle());
        configure(channel);
        channel.closeFuture().addListener(gone -> slot.get().release());
        channel.pipeline().addLast(UpgradeHandler.listener(context, upgraded));
        register(channel, loops.next(), upgraded);
    }

    private void configure(Channel channel) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setConnectTimeoutMillis((int) settings.dialTimeout().toMillis());
        config.setWriteBufferWaterMark(UNSENT);
        config.setRecvByteBufAllocator(
                new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES));
    }

    /**
     * Connects to a node, at whichever of its addresses answers first in order of preference.
     *
     * @param targets where it may be
     * @return a future of the secured connection, completed on an event loop, or failed with
     *     {@link PeerUnreachableException}, {@link io.peerkit.api.AccessDeniedException} or {@link ClosedException}
     */
    public CompletableFuture<Connection> dial(DialTargets targets) {
        try {
            return new DialRace<Connection>(
                            loops.next(),
                            address -> dial(address, targets.peer()),
                            late -> late.execute(() -> late.close(
                                    new PeerUnreachableException("another address of " + late.node() + " was faster"))),
                            targets.addresses())
                    .start();
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ClosedException("transport is closed", e));
        }
    }

    private CompletableFuture<Connection> dial(Multiaddr address, Optional<PeerId> expected) {
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        Optional<ConnectionSlots.Slot> slot = slots.dialed();
        if (slot.isEmpty()) {
            upgraded.completeExceptionally(new PeerUnreachableException(
                    "connections are " + settings.maxConnections() + ", no more may be opened"));
            return upgraded;
        }
        EventLoop loop = loops.next();
        Duration limit = settings.dialTimeout();
        var timer = loop.schedule(
                () -> upgraded.completeExceptionally(
                        new PeerUnreachableException("node at " + address + " did not answer within " + limit)),
                limit.toNanos(),
                TimeUnit.NANOSECONDS);
        var unused = upgraded.whenComplete((connection, failure) -> timer.cancel(false));
        var unusedToo = names.resolve(address).whenComplete((remote, failure) -> {
            if (failure == null && !upgraded.isDone() && !closed) {
                connect(loop, remote, expected, upgraded, slot.get());
            } else {
                slot.get().release();
                upgraded.completeExceptionally(failure == null ? new ClosedException("transport is closed") : failure);
            }
        });
        return upgraded;
    }

    private void connect(
            EventLoop loop,
            InetSocketAddress remote,
            Optional<PeerId> expected,
            CompletableFuture<Connection> upgraded,
            ConnectionSlots.Slot slot) {
        Channel channel = new NioSocketChannel();
        configure(channel);
        channel.closeFuture().addListener(gone -> slot.release());
        channel.pipeline().addLast(UpgradeHandler.dialer(context, expected, upgraded));
        register(channel, loop, upgraded);
        channel.connect(remote).addListener((ChannelFutureListener) connecting -> {
            if (!connecting.isSuccess()) {
                upgraded.completeExceptionally(new PeerUnreachableException(
                        "node at " + remote + " cannot be reached: "
                                + connecting.cause().getMessage(),
                        connecting.cause()));
            }
        });
        var unused = upgraded.whenComplete((connection, failure) -> {
            if (failure != null) {
                var unusedToo = channel.close();
            }
        });
    }

    /**
     * Where others can reach this node; asks the system for its network interfaces.
     *
     * @return addresses without the node's name
     */
    public List<Multiaddr> addresses() {
        return closed ? List.of() : ListenAddresses.of(bound);
    }

    /**
     * What peers say of themselves.
     *
     * @return the service
     */
    public IdentifyService identify() {
        return identify;
    }

    /**
     * What went over all sockets so far.
     *
     * @return a moment's figures
     */
    public Traffic traffic() {
        return context.traffic().traffic();
    }

    /** Closes sockets and threads; returns when they are gone, except on a thread of the swarm itself, where it cannot wait. */
    @Override
    public void close() {
        closed = true;
        names.close();
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (Channel channel : channels) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            channel.closeFuture().addListener(gone -> end.complete(null));
            ends.add(end);
            closeChannel(channel);
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, CLOSING_TIME.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> shutDown = all.thenRun(() -> loops.shutdown(CLOSING_TIME));
        if (loops.isOnLoop()) {
            return;
        }
        try {
            shutDown.join();
            loops.awaitEnd(CLOSING_TIME);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeChannel(Channel channel) {
        try {
            channel.eventLoop()
                    .execute(() -> ConnectionCloser.close(channel, new ClosedException("transport is closed")));
        } catch (IllegalStateException | RejectedExecutionException e) {
            channel.unsafe().closeForcibly(); // not registered, or its loop has ended
        }
    }
}
