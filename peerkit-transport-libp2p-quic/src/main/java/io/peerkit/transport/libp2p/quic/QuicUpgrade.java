// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.carrier.QuicSocketAddress;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionContext;
import io.peerkit.transport.libp2p.internal.connection.ConnectionEnd;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for QUIC's handshake, judges the peer, and from then on tells a {@link Connection} what happens to its channel. */
final class QuicUpgrade extends ChannelInboundHandlerAdapter implements ConnectionEnd {
    private final ConnectionContext context;
    private final QuicTls tls;
    private final boolean dialer;
    private final CompletableFuture<Connection> upgraded;
    private Runnable cancelTimeout = () -> {};
    private long startNanos;
    private @Nullable QuicChannel channel;
    private @Nullable Connection connection;

    private QuicUpgrade(
            ConnectionContext context, QuicTls tls, boolean dialer, CompletableFuture<Connection> upgraded) {
        this.context = context;
        this.tls = tls;
        this.dialer = dialer;
        this.upgraded = upgraded;
    }

    static QuicUpgrade dialer(ConnectionContext context, QuicTls tls, CompletableFuture<Connection> upgraded) {
        return new QuicUpgrade(context, tls, true, upgraded);
    }

    static QuicUpgrade listener(ConnectionContext context, QuicTls tls, CompletableFuture<Connection> upgraded) {
        return new QuicUpgrade(context, tls, false, upgraded);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        QuicChannel quic = (QuicChannel) ctx.channel();
        channel = quic;
        startNanos = Connection.nanoTime(ctx.executor());
        Duration limit = context.settings().handshakeTimeout();
        var timer = ctx.executor()
                .schedule(
                        () -> fail(quic, new PeerUnreachableException("quic handshake took over " + limit)),
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
        cancelTimeout = () -> timer.cancel(false);
        if (ctx.channel().isActive()) {
            secured(quic);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (connection == null) {
            secured((QuicChannel) ctx.channel());
        }
    }

    private void secured(QuicChannel quic) {
        PeerId peer = tls.peer(quic).orElse(null);
        if (peer == null) {
            fail(quic, new PeerUnreachableException("node at " + remote(quic) + " has not proven who it is"));
        } else if (peer.equals(context.self())) {
            fail(quic, new PeerUnreachableException("node at " + remote(quic) + " is this node itself"));
        } else if (!context.policy().admits(peer)) {
            fail(quic, new AccessDeniedException("node " + peer + " was denied before"));
        } else if (upgraded.isDone()) {
            var unused = quic.close(); // another address was faster
        } else {
            handOver(quic, peer);
        }
    }

    private void handOver(QuicChannel quic, PeerId peer) {
        cancelTimeout.run();
        InetSocketAddress seen = remote(quic);
        QuicSocketAddress remote = seen == null ? null : new QuicSocketAddress(seen.getAddress(), seen.getPort());
        Connection made =
                new Connection(quic, context, dialer, peer, () -> remote, owner -> new QuicMuxer(owner, quic));
        connection = made;
        if (dialer) {
            // Only when this turn is over does the codec know how many streams the peer allows.
            quic.eventLoop().execute(() -> start(made));
        } else {
            start(made);
        }
    }

    private void start(Connection made) {
        Duration limit = context.settings().handshakeTimeout();
        made.start(limit.minusNanos(made.nanoTime() - startNanos));
        if (!upgraded.complete(made)) {
            made.close(new PeerUnreachableException("connection to " + made.node() + " is not needed"));
        }
    }

    private static @Nullable InetSocketAddress remote(QuicChannel quic) {
        return quic.remoteSocketAddress() instanceof InetSocketAddress remote ? remote : null;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        QuicChannel quic = (QuicChannel) ctx.channel();
        if (connection != null) {
            connection.close(new PeerUnreachableException("node " + connection.node()
                    + (quic.isTimedOut() ? " did not answer any more" : " closed the connection")));
        } else {
            fail(
                    quic,
                    new PeerUnreachableException("node at " + remote(quic) + " ended the quic handshake"
                            + tls.refusal(quic).map(why -> ": " + why).orElse("")));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        end(new PeerUnreachableException("quic connection broke: " + failure.getMessage(), failure));
    }

    @Override
    public void end(PeerkitException why) {
        if (connection != null) {
            connection.close(why);
        } else if (channel != null) {
            fail(channel, why);
        }
    }

    private void fail(QuicChannel quic, PeerkitException why) {
        cancelTimeout.run();
        upgraded.completeExceptionally(why);
        var unused = quic.close();
    }
}
