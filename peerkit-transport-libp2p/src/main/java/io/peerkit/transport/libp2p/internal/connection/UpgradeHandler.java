// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.upgrade.Upgrade;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out an {@link Upgrade} on a channel that has just become active, and hands over to a {@link Connection}. */
public final class UpgradeHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeHandler.class);

    private final ConnectionContext context;
    private final boolean dialer;
    private final CompletableFuture<Connection> upgraded;
    private final Upgrade upgrade;
    private long startNanos;
    private boolean begun;
    private boolean started;
    private boolean admitted;
    private Runnable cancelTimeout = () -> {};

    private UpgradeHandler(
            ConnectionContext context,
            boolean dialer,
            Optional<PeerId> expected,
            CompletableFuture<Connection> upgraded) {
        this.context = context;
        this.dialer = dialer;
        this.upgraded = upgraded;
        boolean early = context.settings().earlyMuxer();
        upgrade = dialer
                ? Upgrade.dialer(context.security(), early, expected)
                : Upgrade.listener(context.security(), early);
    }

    /**
     * For a connection that this side opened.
     *
     * @param context what connections share
     * @param expected whom the address named; anyone when empty
     * @param upgraded completes with the secured connection, or fails with {@link AccessDeniedException} or
     *     {@link PeerUnreachableException}; on the event loop
     * @return the handler
     */
    public static UpgradeHandler dialer(
            ConnectionContext context, Optional<PeerId> expected, CompletableFuture<Connection> upgraded) {
        return new UpgradeHandler(context, true, expected, upgraded);
    }

    /**
     * For a connection that the peer opened.
     *
     * @param context what connections share
     * @param upgraded as for {@link #dialer}
     * @return the handler
     */
    public static UpgradeHandler listener(ConnectionContext context, CompletableFuture<Connection> upgraded) {
        return new UpgradeHandler(context, false, Optional.empty(), upgraded);
    }

    /**
     * Says that the connection's time began before this handler's turn.
     *
     * @param nanos when, by the clock of the event loop
     */
    public void beginsAt(long nanos) {
        begun = true;
        startNanos = nanos;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            start(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        start(ctx);
    }

    private void start(ChannelHandlerContext ctx) {
        if (started) {
            return;
        }
        started = true;
        long now = Connection.nanoTime(ctx.channel());
        if (!begun) {
            startNanos = now;
        }
        Duration limit = context.settings().handshakeTimeout();
        var timer = ctx.executor()
                .schedule(
                        () -> fail(ctx, new PeerUnreachableException("handshake took over " + limit)),
                        limit.toNanos() - (now - startNanos),
                        TimeUnit.NANOSECONDS);
        cancelTimeout = () -> timer.cancel(false);
        send(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        context.traffic().received(in.readableBytes());
        boolean handedOver = false;
        try {
            Optional<ByteBuf> ahead = upgrade.feed(in);
            send(ctx);
            if (isAdmitted(ctx) && upgrade.isDone()) {
                handedOver = true;
                handOver(ctx, in, ahead);
            }
        } catch (PeerkitException e) {
            send(ctx);
            fail(ctx, new PeerUnreachableException("handshake with " + remote(ctx) + " failed: " + e.getMessage(), e));
        } finally {
            if (!handedOver) {
                in.release();
            }
        }
    }

    private void send(ChannelHandlerContext ctx) {
        byte[] output = upgrade.takeOutput();
        if (output.length > 0) {
            context.traffic().sent(output.length);
            var unused = ctx.writeAndFlush(Unpooled.wrappedBuffer(output), ctx.voidPromise());
        }
    }

    /** Judges the peer as soon as it has proven who it is. */
    private boolean isAdmitted(ChannelHandlerContext ctx) {
        Optional<SecureChannel> secure = upgrade.channel();
        if (admitted || secure.isEmpty()) {
            return admitted;
        }
        PeerId peer = secure.get().remote();
        if (peer.equals(context.self())) {
            fail(ctx, new PeerUnreachableException("node at " + remote(ctx) + " is this node itself"));
        } else if (!context.policy().admits(peer)) {
            fail(ctx, new AccessDeniedException("node " + peer + " was denied before"));
        } else {
            admitted = true;
        }
        return admitted;
    }

    private void handOver(ChannelHandlerContext ctx, ByteBuf rest, Optional<ByteBuf> ahead) {
        cancelTimeout.run();
        if (upgraded.isDone()) {
            // Another address was faster.
            ahead.ifPresent(ByteBuf::release);
            rest.release();
            var unused = ctx.close();
            return;
        }
        SecureChannel secure = upgrade.channel().orElseThrow();
        Connection connection = new Connection(ctx.channel(), context, dialer, secure.remote(), made -> {
            YamuxMuxer muxer = new YamuxMuxer(made, ctx.channel(), secure, context);
            ctx.pipeline().replace(this, "connection", new ConnectionHandler(made, muxer, context.traffic()));
            return muxer;
        });
        Duration limit = context.settings().handshakeTimeout();
        connection.start(limit.minusNanos(Connection.nanoTime(ctx.channel()) - startNanos));
        if (!upgraded.complete(connection)) {
            connection.close(new PeerUnreachableException("connection to " + connection.node() + " is not needed"));
        }
        ctx.pipeline().get(ConnectionHandler.class).begin(ahead, rest);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new PeerUnreachableException("node at " + remote(ctx) + " closed the connection in the handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        fail(ctx, new PeerUnreachableException("connection to " + remote(ctx) + " broke in the handshake", failure));
    }

    private void fail(ChannelHandlerContext ctx, PeerkitException why) {
        cancelTimeout.run();
        if (upgraded.completeExceptionally(why)) {
            LOG.debug("connection with {} failed: {}", remote(ctx), why.getMessage());
        }
        var unused = ctx.close();
    }

    void close(Channel channel, PeerkitException why) {
        cancelTimeout.run();
        upgraded.completeExceptionally(why);
        var unused = channel.close();
    }

    private static String remote(ChannelHandlerContext ctx) {
        return String.valueOf(ctx.channel().remoteAddress());
    }
}
