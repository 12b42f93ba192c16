// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands on the connections that a listening socket accepts. */
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** How long accepting pauses when the system has no more sockets to give. */
    private static final long PAUSE_SECONDS = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    private final Consumer<Channel> accepted;

    Acceptor(Consumer<Channel> accepted) {
        this.accepted = accepted;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object child) {
        accepted.accept((Channel) child);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        LOG.warn("cannot accept connections for the moment: {}", failure.toString());
        ctx.channel().config().setAutoRead(false);
        var unused = ctx.executor()
                .schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }
}
