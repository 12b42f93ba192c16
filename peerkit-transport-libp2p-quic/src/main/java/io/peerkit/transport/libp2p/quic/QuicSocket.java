// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One UDP socket that dials, and listens when it is to. All its connections share its event loop. */
final class QuicSocket {
    private static final int MAX_DATAGRAMS_PER_READ = 64;

    private final CarrierHost host;
    private final QuicTls tls;
    private final DatagramRouter router;
    private final DatagramChannel channel;
    private final boolean isIp4;

    QuicSocket(CarrierHost host, QuicTls tls, boolean ip4, boolean listens, SecureRandom random) {
        this.host = host;
        this.tls = tls;
        isIp4 = ip4;
        router = new DatagramRouter(host.context().traffic(), random);
        channel = new NioDatagramChannel(ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        channel.config().setOption(ChannelOption.SO_RCVBUF, QuicLimits.SOCKET_BUFFER_BYTES);
        channel.config().setOption(ChannelOption.SO_SNDBUF, QuicLimits.SOCKET_BUFFER_BYTES);
        FixedRecvByteBufAllocator buffers = new FixedRecvByteBufAllocator(QuicLimits.MAX_RECEIVED_PAYLOAD_BYTES);
        buffers.maxMessagesPerRead(MAX_DATAGRAMS_PER_READ);
        channel.config().setRecvByteBufAllocator(buffers);
        router.install(channel.pipeline(), dialer(), listener(listens));
    }

    private ChannelHandler dialer() {
        return QuicLimits.set(new QuicClientCodecBuilder())
                .sslEngineProvider(tls::dialer)
                .build();
    }

    private ChannelHandler listener(boolean listens) {
        return QuicLimits.set(new QuicServerCodecBuilder())
                .sslEngineProvider(tls::listener)
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel connection) {
                        if (listens) {
                            accepted(connection);
                        } else {
                            var unused = connection.close();
                        }
                    }
                })
                .streamHandler(streams())
                .build();
    }

    private static ChannelHandler streams() {
        return new ChannelInitializer<QuicStreamChannel>() {
            @Override
            protected void initChannel(QuicStreamChannel stream) {
                QuicMuxer.opened(stream);
            }
        };
    }

    private void accepted(QuicChannel connection) {
        CompletableFuture<Connection> upgraded = new CompletableFuture<>();
        Optional<InetAddress> from = connection.remoteSocketAddress() instanceof InetSocketAddress remote
                ? Optional.of(remote.getAddress())
                : Optional.empty();
        if (host.accept(connection, from, upgraded)) {
            connection.pipeline().addLast(QuicUpgrade.listener(host.context(), tls, upgraded));
        } else {
            var unused = connection.close();
        }
    }

    /** Binds the socket; any free port when that of the address is 0. */
    CompletableFuture<InetSocketAddress> bind(InetSocketAddress address) {
        CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
        host.register(channel, host.nextLoop(), bound);
        channel.bind(address).addListener((ChannelFutureListener) binding -> {
            if (binding.isSuccess()) {
                bound.complete(channel.localAddress());
            } else {
                var unused = channel.close();
                bound.completeExceptionally(new PeerUnreachableException(
                        "udp socket " + address + " cannot be opened: "
                                + binding.cause().getMessage(),
                        binding.cause()));
            }
        });
        return bound;
    }

    /** Whether packets to an address can leave through this socket. */
    boolean reaches(InetAddress remote) {
        InetSocketAddress local = channel.localAddress();
        return channel.isActive()
                && isIp4 == remote instanceof Inet4Address
                && (local.getAddress().isAnyLocalAddress()
                        || local.getAddress().isLoopbackAddress() == remote.isLoopbackAddress());
    }

    void dial(DialAttempt attempt, InetSocketAddress remote) {
        channel.eventLoop().execute(() -> connect(attempt, remote));
    }

    private void connect(DialAttempt attempt, InetSocketAddress remote) {
        ByteBuffer id = router.newId();
        QuicChannel.newBootstrap(channel)
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel connection) {
                        attempt.expected()
                                .ifPresent(peer ->
                                        connection.attr(QuicTls.EXPECTED).set(peer));
                        attempt.tie(connection);
                        connection.closeFuture().addListener(gone -> router.forget(id));
                        host.track(connection);
                        connection.pipeline().addLast(QuicUpgrade.dialer(host.context(), tls, attempt.upgraded()));
                    }
                })
                .streamHandler(streams())
                .localConnectionAddress(DatagramRouter.address(id))
                .remoteAddress(remote)
                .connect()
                .addListener(connecting -> {
                    if (!connecting.isSuccess()) {
                        router.forget(id);
                        attempt.fail(new PeerUnreachableException(
                                "node at " + remote + " cannot be reached by quic: "
                                        + connecting.cause().getMessage(),
                                connecting.cause()));
                    }
                });
    }
}
