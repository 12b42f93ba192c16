// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import io.peerkit.transport.libp2p.internal.secure.Security;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * Secures connections by TLS 1.3 with libp2p's proof of identity and early choice of a multiplexer.
 *
 * <p>Each connection has a context of its own, which takes some microseconds: its trust manager knows whom this connection
 * expects, and no session outlives its connection, so none is ever resumed.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/tls/tls.md">libp2p TLS, r0</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/connections/inlined-muxer-negotiation.md">early muxer
 *     negotiation</a>
 */
public final class LibP2pTls implements Security {
    /** The protocol's name in multistream-select. */
    public static final String PROTOCOL = "/tls/1.0.0";

    /** What is agreed on by ALPN when no multiplexer is: it follows by multistream-select. */
    static final String NO_MUXER = "libp2p";

    private static final String VERSION = "TLSv1.3";

    /** Best first; AES in hardware is faster than ChaCha20 on every platform that the JDK has intrinsics for. */
    private static final String[] CIPHER_SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    /**
     * The JDK neither sends nor keeps a ticket when sessions are to live longer than the seven days that RFC 8446 allows for
     * tickets. There is no other switch for a single context.
     */
    private static final int NO_TICKETS_SECONDS = (int) Duration.ofDays(8).toSeconds();

    private final KeyManager[] ownCertificate;
    private final SecureRandom random;
    private final Supplier<Instant> clock;

    /**
     * Secures the connections of a transport.
     *
     * @param identity who this node is
     * @param random makes the secrets of handshakes
     * @param clock tells the time at which a peer's certificate must be valid
     */
    public LibP2pTls(TlsIdentity identity, SecureRandom random, Supplier<Instant> clock) {
        this.ownCertificate = new KeyManager[] {new OwnCertificate(identity)};
        this.random = random;
        this.clock = clock;
    }

    @Override
    public String protocol() {
        return PROTOCOL;
    }

    @Override
    public SecureHandshake dialer(List<String> muxers, Optional<PeerId> expected) {
        return handshake(true, muxers, expected);
    }

    @Override
    public SecureHandshake listener(List<String> muxers) {
        return handshake(false, muxers, Optional.empty());
    }

    private TlsHandshake handshake(boolean client, List<String> muxers, Optional<PeerId> expected) {
        PeerTrust trust = new PeerTrust(expected, clock);
        try {
            SSLContext context = SSLContext.getInstance(VERSION);
            context.init(ownCertificate, new TrustManager[] {trust}, random);
            context.getClientSessionContext().setSessionTimeout(NO_TICKETS_SECONDS);
            context.getServerSessionContext().setSessionTimeout(NO_TICKETS_SECONDS);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(client);
            engine.setSSLParameters(parameters(muxers));
            return new TlsHandshake(engine, trust);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform offers no " + VERSION, e);
        }
    }

    /** No server name is sent: none was set. */
    private static SSLParameters parameters(List<String> muxers) {
        SSLParameters parameters = new SSLParameters(CIPHER_SUITES, new String[] {VERSION});
        parameters.setUseCipherSuitesOrder(true);
        parameters.setNeedClientAuth(true);
        parameters.setApplicationProtocols(
                Stream.concat(muxers.stream(), Stream.of(NO_MUXER)).toArray(String[]::new));
        return parameters;
    }
}
