// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Agrees by HTTP that a connection is a WebSocket, and hands over to an {@link UpgradeHandler}. Ends a peer that takes too long.
 *
 * @param <M> what the other side sends
 */
abstract class WebSocketUpgrade<M extends FullHttpMessage> extends SimpleChannelInboundHandler<M> {
    private final boolean secure;
    private final Duration limit;
    private final CompletableFuture<Connection> upgraded;
    private final UpgradeHandler next;
    private boolean started;
    private Runnable cancelTimeout = () -> {};

    /**
     * Prepares a connection.
     *
     * @param type what the other side sends
     * @param secure whether TLS stands before this handler
     * @param limit how long it may take until the connection is a WebSocket
     * @param upgraded is told of a failure
     * @param next takes over
     */
    WebSocketUpgrade(
            Class<M> type,
            boolean secure,
            Duration limit,
            CompletableFuture<Connection> upgraded,
            UpgradeHandler next) {
        super(type);
        this.secure = secure;
        this.limit = limit;
        this.upgraded = upgraded;
        this.next = next;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (started) {
            return;
        }
        started = true;
        next.beginsAt(Connection.nanoTime(ctx.executor()));
        var timer = ctx.executor()
                .schedule(
                        () -> fail(ctx, new PeerUnreachableException("websocket handshake took over " + limit)),
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
        cancelTimeout = () -> timer.cancel(false);
        if (!secure) {
            begin(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && tls.isSuccess()) {
            begin(ctx);
        }
    }

    /** The way is free: a dialer speaks first. */
    abstract void begin(ChannelHandlerContext ctx);

    /** The agreement was sent or received; goes on when that worked. */
    final void agreed(ChannelHandlerContext ctx, ChannelFuture sent) {
        sent.addListener(done -> {
            if (done.isSuccess() && !ctx.isRemoved()) {
                cancelTimeout.run();
                ctx.pipeline().addLast(new WebSocketBytes(), next);
                ctx.pipeline().remove(this);
            } else if (!done.isSuccess()) {
                fail(ctx, broken(ctx, done.cause()));
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(
                ctx,
                new PeerUnreachableException("node at " + ctx.channel().remoteAddress()
                        + " closed the connection in the websocket handshake"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        fail(ctx, broken(ctx, failure));
    }

    static PeerUnreachableException broken(ChannelHandlerContext ctx, Throwable failure) {
        return new PeerUnreachableException(
                "websocket handshake with " + ctx.channel().remoteAddress() + " failed: " + failure.getMessage(),
                failure);
    }

    final void fail(ChannelHandlerContext ctx, PeerUnreachableException why) {
        cancelTimeout.run();
        upgraded.completeExceptionally(why);
        var unused = ctx.close();
    }
}
