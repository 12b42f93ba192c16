// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import java.util.Optional;

/** Tells a connection over a byte stream what happens to its channel. */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
    private final Connection connection;
    private final YamuxMuxer muxer;
    private final TrafficCounter traffic;

    ConnectionHandler(Connection connection, YamuxMuxer muxer, TrafficCounter traffic) {
        this.connection = connection;
        this.muxer = muxer;
        this.traffic = traffic;
    }

    /** Takes what came together with the end of the handshake. */
    void begin(Optional<ByteBuf> plaintext, ByteBuf rest) {
        plaintext.ifPresent(muxer::receivedPlaintext);
        muxer.received(rest);
        connection.flush();
    }

    void close(PeerkitException why) {
        connection.close(why);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        traffic.received(bytes.readableBytes());
        muxer.received(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            connection.flushSoon();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.close(new PeerUnreachableException("node " + connection.node() + " closed the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        connection.close(new PeerUnreachableException("connection to " + connection.node() + " broke", failure));
    }
}
