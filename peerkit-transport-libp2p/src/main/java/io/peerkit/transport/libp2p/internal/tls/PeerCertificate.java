// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges the certificate that a peer shows: no authority stands behind it, only the key of the peer itself. */
public final class PeerCertificate {
    /** The longest certificate in bytes; an RSA key of 8192 bits makes one of less than 4,000. */
    static final int MAX_BYTES = 8_192;

    /** The longest RSA key of a certificate in bits; a longer one would only cost time. */
    static final int MAX_RSA_BITS = 4_096;

    /** How a certificate may be signed: what RFC 8446 allows, less SHA-1. */
    private static final Set<String> SIGNATURES = Set.of(
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "RSASSA-PSS",
            "EdDSA",
            "Ed25519",
            "Ed448");

    private PeerCertificate() {}

    /**
     * Tells who shows these certificates.
     *
     * @param chain what the peer sent, which must be one
     * @param expected whom the address named; anyone when empty
     * @param now the time that the certificate must be valid at
     * @return the peer whose key signed the certificate's
     * @throws InvalidBytesException when there is not one certificate, it is not signed by itself, not valid now, has an
     *     unknown critical extension or no proof of identity, or the peer is not the expected one
     */
    public static PeerId verify(List<X509Certificate> chain, Optional<PeerId> expected, Instant now) {
        if (chain.size() != 1) {
            throw new InvalidBytesException("tls peer shows " + chain.size() + " certificates, must be 1");
        }
        X509Certificate certificate = chain.get(0);
        try {
            checkForm(certificate);
            certificate.checkValidity(Date.from(now));
            SignedKey binding = binding(certificate);
            PeerId peer = PeerId.ofPublicKey(binding.publicKey());
            if (expected.isPresent() && !expected.get().equals(peer)) {
                throw new InvalidBytesException("tls peer is " + peer + ", must be " + expected.get());
            }
            certificate.verify(certificate.getPublicKey());
            if (!binding.isSigned(certificate.getPublicKey().getEncoded())) {
                throw new InvalidBytesException("tls peer claims to be " + peer + " without that key's signature");
            }
            return peer;
        } catch (GeneralSecurityException e) {
            throw new InvalidBytesException("tls peer's certificate is not valid: " + e.getMessage(), e);
        }
    }

    /** What costs little is looked at first. */
    private static void checkForm(X509Certificate certificate) throws GeneralSecurityException {
        int length = certificate.getEncoded().length;
        if (length > MAX_BYTES) {
            throw new InvalidBytesException("tls peer's certificate of " + length + " bytes, at most " + MAX_BYTES);
        }
        if (!SIGNATURES.contains(certificate.getSigAlgName())) {
            throw new InvalidBytesException(
                    "tls peer's certificate is signed by " + certificate.getSigAlgName() + ", must be one of TLS 1.3");
        }
        if (certificate.getPublicKey() instanceof RSAPublicKey rsa
                && rsa.getModulus().bitLength() > MAX_RSA_BITS) {
            throw new InvalidBytesException("tls peer's certificate has an RSA key of "
                    + rsa.getModulus().bitLength() + " bits, at most " + MAX_RSA_BITS);
        }
        if (certificate.getIssuerUniqueID() != null || certificate.getSubjectUniqueID() != null) {
            throw new InvalidBytesException("tls peer's certificate has a unique id, must have none");
        }
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        if (critical != null) {
            critical.stream()
                    .filter(oid -> !oid.equals(SignedKey.OID))
                    .findFirst()
                    .ifPresent(oid -> {
                        throw new InvalidBytesException(
                                "tls peer's certificate has the unknown critical extension " + oid);
                    });
        }
    }

    private static SignedKey binding(X509Certificate certificate) {
        byte[] value = certificate.getExtensionValue(SignedKey.OID);
        if (value == null) {
            throw new InvalidBytesException("tls peer's certificate has no extension " + SignedKey.OID);
        }
        return SignedKey.fromExtension(value);
    }
}
