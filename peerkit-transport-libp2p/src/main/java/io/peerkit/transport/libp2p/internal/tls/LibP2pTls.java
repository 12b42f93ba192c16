// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import io.peerkit.transport.libp2p.internal.secure.Security;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * Secures connections by TLS 1.3 with libp2p's proof of identity and early choice of a multiplexer.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/tls/tls.md">libp2p TLS, r0</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/connections/inlined-muxer-negotiation.md">early muxer
 *     negotiation</a>
 */
public final class LibP2pTls implements Security {
    /** The protocol's name in multistream-select. */
    public static final String PROTOCOL = "/tls/1.0.0";

    private final BcTlsCrypto crypto;
    private final byte[] certificate;
    private final AsymmetricKeyParameter privateKey;
    private final Supplier<Instant> clock;

    /**
     * Secures the connections of a transport.
     *
     * @param identity who this node is
     * @param random makes the secrets of handshakes
     * @param clock tells the time at which a peer's certificate must be valid
     */
    public LibP2pTls(TlsIdentity identity, SecureRandom random, Supplier<Instant> clock) {
        this.crypto = new BcTlsCrypto(random);
        this.clock = clock;
        try {
            certificate = identity.certificate().getEncoded();
            privateKey = PrivateKeyFactory.createKey(identity.privateKey().getEncoded());
        } catch (IOException | CertificateEncodingException e) {
            throw new AssertionError("a key and a certificate of our own can be encoded", e);
        }
    }

    @Override
    public String protocol() {
        return PROTOCOL;
    }

    @Override
    public SecureHandshake dialer(List<String> muxers, Optional<PeerId> expected) {
        return TlsHandshake.client(party(muxers, expected));
    }

    @Override
    public SecureHandshake listener(List<String> muxers) {
        return TlsHandshake.server(party(muxers, Optional.empty()));
    }

    private TlsParty party(List<String> muxers, Optional<PeerId> expected) {
        return new TlsParty(crypto, certificate, privateKey, List.copyOf(muxers), expected, clock);
    }
}
