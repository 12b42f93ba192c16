// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.connection.ConnectionEnd;
import io.peerkit.transport.libp2p.internal.connection.TrafficCounter;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Lets one UDP socket both dial and listen, so that what peers see of a dial is where they can reach this node. Netty's codecs for the
 * two do not know of each other: a datagram goes to the dialing one when its destination is the id of a connection that was dialed here, and
 * to the listening one otherwise.
 */
final class DatagramRouter extends ChannelDuplexHandler implements ConnectionEnd {
    /** How long the socket outlives the connections on it, which tell their peers that they close. */
    private static final long LAST_WORDS_MILLIS = 100;

    private static final int LONG_HEADER = 0x80;
    /** Where the length of the destination's id stands in a long header; a short one begins with the id at 1. */
    private static final int LONG_ID_LENGTH_AT = 5;

    private final TrafficCounter traffic;
    private final SecureRandom random;
    private final Set<ByteBuffer> dialed = new HashSet<>();
    private final Bridge toDialer = new Bridge();
    private @org.jspecify.annotations.Nullable ChannelHandlerContext context;

    private static final class Bridge extends ChannelInboundHandlerAdapter {}

    DatagramRouter(TrafficCounter traffic, SecureRandom random) {
        this.traffic = traffic;
        this.random = random;
    }

    /** Fills the pipeline of the socket. */
    void install(
            ChannelPipeline pipeline,
            io.netty.channel.ChannelHandler dialer,
            io.netty.channel.ChannelHandler listener) {
        // A dial goes from the end of the pipeline to the first codec, which must be the one that dials.
        pipeline.addLast(this, listener, toDialer, dialer);
    }

    /** Makes the id of a connection that is to be dialed; on the event loop. {@link #forget} it with the connection. */
    ByteBuffer newId() {
        byte[] id = new byte[QuicLimits.CONNECTION_ID_BYTES];
        random.nextBytes(id);
        ByteBuffer key = ByteBuffer.wrap(id);
        dialed.add(key);
        return key;
    }

    static QuicConnectionAddress address(ByteBuffer id) {
        return new QuicConnectionAddress(id.duplicate());
    }

    void forget(ByteBuffer id) {
        dialed.remove(id);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf datagram = ((DatagramPacket) message).content();
        traffic.received(datagram.readableBytes());
        if (dialed.contains(destination(datagram))) {
            ctx.pipeline().context(toDialer).fireChannelRead(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /** The id that the datagram is for, or an empty one. */
    private static ByteBuffer destination(ByteBuf datagram) {
        int start = datagram.readerIndex();
        int length = QuicLimits.CONNECTION_ID_BYTES;
        int at = 1;
        if (datagram.readableBytes() <= LONG_ID_LENGTH_AT) {
            return ByteBuffer.allocate(0);
        }
        if ((datagram.getByte(start) & LONG_HEADER) != 0) {
            length = datagram.getUnsignedByte(start + LONG_ID_LENGTH_AT);
            at = LONG_ID_LENGTH_AT + 1;
        }
        if (length != QuicLimits.CONNECTION_ID_BYTES || datagram.readableBytes() < at + length) {
            return ByteBuffer.allocate(0);
        }
        byte[] id = new byte[length];
        datagram.getBytes(start + at, id);
        return ByteBuffer.wrap(id);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        ctx.pipeline().context(toDialer).fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof DatagramPacket packet) {
            traffic.sent(packet.content().readableBytes());
        }
        var unused = ctx.write(message, promise);
    }

    @Override
    public void end(PeerkitException why) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            var unused = ctx.executor()
                    .schedule(
                            () -> {
                                var unusedClose = ctx.channel().close();
                            },
                            LAST_WORDS_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }
}
