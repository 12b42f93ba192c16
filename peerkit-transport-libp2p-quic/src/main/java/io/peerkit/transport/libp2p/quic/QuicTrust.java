// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.tls.PeerCertificate;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link PeerCertificate} in the midst of each handshake, before a dialer has shown anything of itself, and keeps what came
 * of it as long as the connection lives. Safe for use by many threads.
 */
final class QuicTrust extends X509ExtendedTrustManager {
    private record Handshake(Optional<PeerId> expected, Optional<PeerId> peer, Optional<String> refusal) {}

    private final Map<SSLEngine, Handshake> handshakes = new ConcurrentHashMap<>();

    void expect(SSLEngine engine, Optional<PeerId> expected) {
        handshakes.put(engine, new Handshake(expected, Optional.empty(), Optional.empty()));
    }

    void forget(SSLEngine engine) {
        handshakes.remove(engine);
    }

    Optional<PeerId> peer(SSLEngine engine) {
        return Optional.ofNullable(handshakes.get(engine)).flatMap(Handshake::peer);
    }

    Optional<String> refusal(SSLEngine engine) {
        return Optional.ofNullable(handshakes.get(engine)).flatMap(Handshake::refusal);
    }

    private void check(X509Certificate[] chain, @Nullable SSLEngine engine) throws CertificateException {
        Handshake handshake = engine == null ? null : handshakes.get(engine);
        if (handshake == null) {
            throw new CertificateException("certificate comes outside of any handshake");
        }
        Optional<PeerId> expected = handshake.expected();
        try {
            List<byte[]> encoded = new ArrayList<>();
            for (X509Certificate certificate : chain) {
                encoded.add(certificate.getEncoded()); // the JDK cannot read every certificate that libp2p allows
            }
            PeerId peer = PeerCertificate.verify(encoded, expected, Instant.now());
            handshakes.replace(engine, new Handshake(expected, Optional.of(peer), Optional.empty()));
        } catch (InvalidBytesException e) {
            handshakes.replace(
                    engine, new Handshake(expected, Optional.empty(), Optional.of(String.valueOf(e.getMessage()))));
            throw new CertificateException(e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null);
    }

    /** No names of authorities are sent: there are none. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
