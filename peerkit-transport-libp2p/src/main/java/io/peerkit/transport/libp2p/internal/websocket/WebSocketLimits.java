// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.peerkit.api.InvalidBytesException;

/** The bounds of what a peer sends on a WebSocket. */
final class WebSocketLimits {
    /** The longest request or status line in bytes. */
    static final int MAX_LINE_BYTES = 4_096;

    /** The longest headers of a request or response in bytes, all together. */
    static final int MAX_HEADER_BYTES = 8_192;

    /** The longest body of a request or response in bytes; a WebSocket has none, a page that says why not may have one. */
    static final int MAX_BODY_BYTES = 8_192;

    /** The longest frame in bytes; it is gathered before it is looked at. */
    static final int MAX_FRAME_BYTES = 1_048_576;

    private WebSocketLimits() {}

    static HttpDecoderConfig http() {
        return new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE_BYTES).setMaxHeaderSize(MAX_HEADER_BYTES);
    }

    /** Gathers a request or response; one that is too long ends the connection. */
    static HttpObjectAggregator whole() {
        return new HttpObjectAggregator(MAX_BODY_BYTES, true) {
            @Override
            protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
                ctx.fireExceptionCaught(
                        new InvalidBytesException("http body of more than " + MAX_BODY_BYTES + " bytes"));
            }
        };
    }

    /** Of a side that lets in masked frames only, as a server must, or unmasked ones, as a client must. */
    static WebSocketDecoderConfig frames(boolean masked) {
        return WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .expectMaskedFrames(masked)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                // Text is refused anyhow.
                .withUTF8Validator(false)
                .build();
    }
}
