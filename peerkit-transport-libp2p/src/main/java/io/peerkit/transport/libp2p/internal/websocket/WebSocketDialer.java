// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import java.net.URI;
import java.time.Duration;

/** Asks for a WebSocket. */
final class WebSocketDialer extends WebSocketUpgrade<FullHttpResponse> {
    private final WebSocketClientHandshaker handshaker;

    WebSocketDialer(URI uri, boolean secure, Duration limit, DialAttempt attempt, UpgradeHandler next) {
        super(FullHttpResponse.class, secure, limit, attempt.upgraded(), next);
        handshaker = WebSocketClientHandshakerFactory.newHandshaker(
                uri,
                WebSocketVersion.V13,
                null,
                false,
                EmptyHttpHeaders.INSTANCE,
                WebSocketLimits.MAX_FRAME_BYTES,
                true,
                false);
    }

    @Override
    void begin(ChannelHandlerContext ctx) {
        handshaker.handshake(ctx.channel()).addListener(sent -> {
            if (!sent.isSuccess()) {
                fail(ctx, broken(ctx, sent.cause()));
            }
        });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
        try {
            handshaker.finishHandshake(ctx.channel(), response);
            agreed(ctx, ctx.newSucceededFuture());
        } catch (WebSocketHandshakeException e) {
            fail(ctx, broken(ctx, e));
        }
    }
}
