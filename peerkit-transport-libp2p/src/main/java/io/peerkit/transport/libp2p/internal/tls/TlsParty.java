// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import java.util.function.Supplier;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/** What client and server have in common: what is offered, whose certificate is shown, who is let in. One for a handshake. */
final class TlsParty {
    /** What is agreed on by ALPN when no multiplexer is: it follows by multistream-select. */
    static final String NO_MUXER = "libp2p";

    /** The longest message of the handshake in bytes; the longest known ones are certificates of 1,000. */
    static final int MAX_MESSAGE_BYTES = 16_384;

    private static final SignatureAndHashAlgorithm ECDSA_WITH_SHA256 =
            SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);

    private final BcTlsCrypto crypto;
    private final byte[] certificate;
    private final AsymmetricKeyParameter privateKey;
    private final List<String> muxers;
    private final Optional<PeerId> expected;
    private final Supplier<Instant> clock;
    private @Nullable PeerId peer;
    private @Nullable InvalidBytesException failure;

    TlsParty(
            BcTlsCrypto crypto,
            byte[] certificate,
            AsymmetricKeyParameter privateKey,
            List<String> muxers,
            Optional<PeerId> expected,
            Supplier<Instant> clock) {
        this.crypto = crypto;
        this.certificate = certificate;
        this.privateKey = privateKey;
        this.muxers = muxers;
        this.expected = expected;
        this.clock = clock;
    }

    BcTlsCrypto crypto() {
        return crypto;
    }

    static ProtocolVersion[] versions() {
        return ProtocolVersion.TLSv13.only();
    }

    static int[] cipherSuites() {
        return Arrays.stream(CipherSuite.values()).mapToInt(CipherSuite::number).toArray();
    }

    static int[] groups() {
        return new int[] {NamedGroup.x25519, NamedGroup.secp256r1};
    }

    /** The library has it that way. */
    @SuppressWarnings("JdkObsolete")
    Vector<ProtocolName> protocolNames() {
        Vector<ProtocolName> names = new Vector<>();
        muxers.forEach(muxer -> names.add(ProtocolName.asUtf8Encoding(muxer)));
        names.add(ProtocolName.asUtf8Encoding(NO_MUXER));
        return names;
    }

    /** Shows this side's certificate. */
    TlsCredentials credentials(TlsContext context, byte[] requestContext) throws IOException {
        CertificateEntry entry = new CertificateEntry(crypto.createCertificate(certificate), null);
        return new BcDefaultTlsCredentialedSigner(
                new TlsCryptoParameters(context),
                crypto,
                privateKey,
                new Certificate(requestContext, new CertificateEntry[] {entry}),
                ECDSA_WITH_SHA256);
    }

    /** Judges what the peer shows. A dialer has shown nothing of itself by then. */
    void judge(Certificate shown) throws IOException {
        List<byte[]> chain = new ArrayList<>();
        for (TlsCertificate each : shown.getCertificateList()) {
            chain.add(each.getEncoded());
        }
        try {
            peer = PeerCertificate.verify(chain, expected, clock.get());
        } catch (InvalidBytesException e) {
            failure = e;
            throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
        }
    }

    /** The peer, once its certificate was found good; it has shown to hold that one's key only when the handshake is over. */
    Optional<PeerId> peer() {
        return Optional.ofNullable(peer);
    }

    /** Why the certificate was refused. */
    Optional<InvalidBytesException> failure() {
        return Optional.ofNullable(failure);
    }
}
