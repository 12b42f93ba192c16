// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.websocket;

import io.netty.handler.ssl.SslHandler;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * TLS below WebSocket, as the Web has it. It proves the name of a server and nothing about the node, which proves itself inside.
 */
final class WebSocketTls {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final Optional<SSLContext> own;

    WebSocketTls(Optional<SSLContext> own) {
        this.own = own;
    }

    /** Whether there is a certificate to listen with. */
    boolean listens() {
        return own.isPresent();
    }

    SslHandler listener(Duration limit) {
        SSLEngine engine = own.orElseThrow().createSSLEngine();
        engine.setUseClientMode(false);
        return handler(engine, engine.getSSLParameters(), limit);
    }

    /** Takes only a certificate for that name, by an authority that the application trusts, or else the platform. */
    SslHandler dialer(String serverName, int port, Duration limit) {
        SSLEngine engine = own.orElseGet(WebSocketTls::platform).createSSLEngine(serverName, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return handler(engine, parameters, limit);
    }

    private static SSLContext platform() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no default for TLS", e);
        }
    }

    private static SslHandler handler(SSLEngine engine, SSLParameters parameters, Duration limit) {
        parameters.setProtocols(VERSIONS);
        engine.setSSLParameters(parameters);
        SslHandler handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(limit.toMillis());
        // The close of the socket follows at once.
        handler.setCloseNotifyFlushTimeoutMillis(0);
        return handler;
    }
}
