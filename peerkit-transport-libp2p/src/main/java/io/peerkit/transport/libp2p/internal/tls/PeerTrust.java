// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link PeerCertificate} in the midst of one handshake: a dialer has shown nothing of itself by then. Keeps what came
 * of it.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private final Optional<PeerId> expected;
    private final Supplier<Instant> clock;
    private @Nullable PeerId peer;
    private @Nullable InvalidBytesException failure;

    PeerTrust(Optional<PeerId> expected, Supplier<Instant> clock) {
        this.expected = expected;
        this.clock = clock;
    }

    /** The peer, once its certificate was found good. */
    Optional<PeerId> peer() {
        return Optional.ofNullable(peer);
    }

    /** Why the certificate was refused. */
    Optional<InvalidBytesException> failure() {
        return Optional.ofNullable(failure);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        try {
            peer = PeerCertificate.verify(List.of(chain), expected, clock.get());
        } catch (InvalidBytesException e) {
            failure = e;
            throw new CertificateException(e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    /** No names of authorities are sent: there are none. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
