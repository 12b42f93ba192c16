// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.peerkit.api.InvalidBytesException;

/** Makes a stream of bytes of an open WebSocket: where frames begin and end means nothing. */
final class WebSocketBytes extends ChannelDuplexHandler {
    private boolean closing;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        WebSocketFrame frame = (WebSocketFrame) message;
        if (closing) {
            frame.release();
        } else if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            ctx.fireChannelRead(frame.content());
        } else if (frame instanceof PingWebSocketFrame) {
            pong(ctx, frame);
        } else if (frame instanceof PongWebSocketFrame) {
            frame.release();
        } else {
            boolean ended = frame instanceof CloseWebSocketFrame;
            frame.release();
            if (!ended) {
                ctx.fireExceptionCaught(new InvalidBytesException("websocket carries text, must be binary"));
            }
            var unused = ctx.channel().close();
        }
    }

    /** A peer that does not take its answers gets none: the protocol lets a later one stand for those before. */
    private static void pong(ChannelHandlerContext ctx, WebSocketFrame ping) {
        if (ctx.channel().isWritable()) {
            var unused = ctx.writeAndFlush(new PongWebSocketFrame(ping.content()), ctx.voidPromise());
        } else {
            ping.release();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        var unused = ctx.write(new BinaryWebSocketFrame((ByteBuf) message), promise);
    }

    /** Says so as far as the socket takes it at once; nobody waits for the answer. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!closing && ctx.channel().isActive()) {
            closing = true;
            var unused = ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        }
        var unused = ctx.close(promise);
    }
}
