// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Grants a WebSocket, whatever path is asked for. */
final class WebSocketListener extends WebSocketUpgrade<FullHttpRequest> {
    private boolean asked;

    WebSocketListener(boolean secure, Duration limit, CompletableFuture<Connection> upgraded, UpgradeHandler next) {
        super(FullHttpRequest.class, secure, limit, upgraded, next);
    }

    @Override
    void begin(ChannelHandlerContext ctx) {
        // The dialer does.
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (asked) {
            fail(ctx, new PeerUnreachableException("a second request came before the websocket was granted"));
            return;
        }
        asked = true;
        if (!request.decoderResult().isSuccess()) {
            fail(ctx, broken(ctx, request.decoderResult().cause()));
            return;
        }
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(null, null, WebSocketLimits.frames(true)).newHandshaker(request);
        try {
            if (handshaker == null) {
                var refused = WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(ctx.channel());
                refused.addListener(sent ->
                        fail(ctx, new PeerUnreachableException("websocket of an unknown version was asked for")));
            } else {
                agreed(ctx, handshaker.handshake(ctx.channel(), request));
            }
        } catch (WebSocketHandshakeException e) {
            fail(ctx, broken(ctx, e));
        }
    }
}
