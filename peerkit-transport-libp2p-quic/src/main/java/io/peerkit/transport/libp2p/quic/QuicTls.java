// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.AttributeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.tls.TlsIdentity;
import java.util.Optional;

/**
 * libp2p's TLS within QUIC: both sides show the certificate that binds their node's key, and ALPN is {@code libp2p}.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/quic/README.md">libp2p over QUIC</a>
 */
final class QuicTls {
    private static final String ALPN = "libp2p";

    /** Whom the dialed address named. */
    static final AttributeKey<PeerId> EXPECTED = AttributeKey.valueOf(QuicTls.class, "EXPECTED");

    private final QuicTrust trust = new QuicTrust();
    private final QuicSslContext dialer;
    private final QuicSslContext listener;

    QuicTls(TlsIdentity identity) {
        dialer = QuicSslContextBuilder.forClient()
                .keyManager(identity.privateKey(), null, identity.certificate())
                .trustManager(trust)
                .endpointIdentificationAlgorithm("") // the node proves who it is, not its host
                .applicationProtocols(ALPN)
                .earlyData(false)
                .build();
        listener = QuicSslContextBuilder.forServer(identity.privateKey(), null, identity.certificate())
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .applicationProtocols(ALPN)
                .earlyData(false)
                .build();
    }

    QuicSslEngine dialer(QuicChannel channel) {
        return watched(channel, dialer.newEngine(ByteBufAllocator.DEFAULT));
    }

    QuicSslEngine listener(QuicChannel channel) {
        return watched(channel, listener.newEngine(ByteBufAllocator.DEFAULT));
    }

    private QuicSslEngine watched(QuicChannel channel, QuicSslEngine engine) {
        trust.expect(engine, Optional.ofNullable(channel.attr(EXPECTED).get()));
        channel.closeFuture().addListener(gone -> trust.forget(engine));
        return engine;
    }

    /** Who has proven to be at the other end; empty before the handshake is over. */
    Optional<PeerId> peer(QuicChannel channel) {
        return Optional.ofNullable(channel.sslEngine()).flatMap(trust::peer);
    }

    /** Why the peer's certificate was refused. */
    Optional<String> refusal(QuicChannel channel) {
        return Optional.ofNullable(channel.sslEngine()).flatMap(trust::refusal);
    }
}
