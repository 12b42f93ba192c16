// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Judges the certificate that a peer shows: no authority stands behind it, only the key of the peer itself.
 *
 * <p>The JDK's own certificates are not used, since they must name an issuer and js-libp2p names none.
 */
public final class PeerCertificate {
    /** The longest certificate in bytes; an RSA key of 4096 bits makes one of less than 3,000. */
    static final int MAX_BYTES = 8_192;

    /** The longest RSA key of a certificate in bits; a longer one would only cost time. */
    static final int MAX_RSA_BITS = 4_096;

    /** How a certificate may be signed, and by what key: what RFC 8446 allows, less SHA-1. */
    private static final Map<ASN1ObjectIdentifier, Algorithm> ALGORITHMS = Map.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256,
            new Algorithm("SHA256withECDSA", "EC"),
            X9ObjectIdentifiers.ecdsa_with_SHA384,
            new Algorithm("SHA384withECDSA", "EC"),
            X9ObjectIdentifiers.ecdsa_with_SHA512,
            new Algorithm("SHA512withECDSA", "EC"),
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            new Algorithm("SHA256withRSA", "RSA"),
            PKCSObjectIdentifiers.sha384WithRSAEncryption,
            new Algorithm("SHA384withRSA", "RSA"),
            PKCSObjectIdentifiers.sha512WithRSAEncryption,
            new Algorithm("SHA512withRSA", "RSA"),
            new ASN1ObjectIdentifier("1.3.101.112"),
            new Algorithm("Ed25519", "Ed25519"));

    private static final ASN1ObjectIdentifier BINDING = new ASN1ObjectIdentifier(SignedKey.OID);

    private record Algorithm(String signature, String key) {}

    private PeerCertificate() {}

    /**
     * Tells who shows these certificates.
     *
     * @param chain what the peer sent in DER, which must be one
     * @param expected whom the address named; anyone when empty
     * @param now the time that the certificate must be valid at
     * @return the peer whose key signed the certificate's
     * @throws InvalidBytesException when there is not one certificate, it is malformed, not signed by itself, not valid now,
     *     has an unknown critical extension or no proof of identity, or the peer is not the expected one
     */
    public static PeerId verify(List<byte[]> chain, Optional<PeerId> expected, Instant now) {
        if (chain.size() != 1) {
            throw new InvalidBytesException("tls peer shows " + chain.size() + " certificates, must be 1");
        }
        Certificate certificate = parse(chain.get(0));
        try {
            return verify(certificate, expected, now);
        } catch (InvalidBytesException e) {
            throw e;
        } catch (RuntimeException e) { // the library looks into parts when they are asked for
            throw new InvalidBytesException("tls peer's certificate is malformed", e);
        }
    }

    private static PeerId verify(Certificate certificate, Optional<PeerId> expected, Instant now) {
        checkForm(certificate);
        checkTime(certificate, now);
        SignedKey binding = binding(certificate.getExtensions());
        PeerId peer = PeerId.ofPublicKey(binding.publicKey());
        if (expected.isPresent() && !expected.get().equals(peer)) {
            throw new InvalidBytesException("tls peer is " + peer + ", must be " + expected.get());
        }
        checkSelfSigned(certificate);
        if (!binding.isSigned(der(certificate.getSubjectPublicKeyInfo()))) {
            throw new InvalidBytesException("tls peer claims to be " + peer + " without that key's signature");
        }
        return peer;
    }

    private static Certificate parse(byte[] encoded) {
        if (encoded.length > MAX_BYTES) {
            throw new InvalidBytesException(
                    "tls peer's certificate of " + encoded.length + " bytes, at most " + MAX_BYTES);
        }
        Certificate certificate;
        try {
            certificate = Certificate.getInstance(encoded);
        } catch (RuntimeException e) { // of many kinds
            throw new InvalidBytesException("tls peer's certificate of " + encoded.length + " bytes is malformed", e);
        }
        if (!Arrays.equals(der(certificate), encoded)) {
            throw new InvalidBytesException("tls peer's certificate of " + encoded.length + " bytes is no DER");
        }
        return certificate;
    }

    private static byte[] der(org.bouncycastle.asn1.ASN1Object object) {
        try {
            return object.getEncoded(ASN1Encoding.DER);
        } catch (IOException | RuntimeException e) {
            throw new InvalidBytesException("tls peer's certificate cannot be written as DER", e);
        }
    }

    private static void checkForm(Certificate certificate) {
        if (certificate.getIssuerUniqueID() != null || certificate.getSubjectUniqueID() != null) {
            throw new InvalidBytesException("tls peer's certificate has a unique id, must have none");
        }
        Extensions extensions = certificate.getExtensions();
        if (extensions != null) {
            for (ASN1ObjectIdentifier oid : extensions.getCriticalExtensionOIDs()) {
                if (!oid.equals(BINDING)) {
                    throw new InvalidBytesException("tls peer's certificate has the unknown critical extension " + oid);
                }
            }
        }
    }

    private static void checkTime(Certificate certificate, Instant now) {
        Instant from = instant(certificate.getStartDate());
        Instant to = instant(certificate.getEndDate());
        if (now.isBefore(from) || now.isAfter(to)) {
            throw new InvalidBytesException(
                    "tls peer's certificate is valid from " + from + " to " + to + ", it is " + now);
        }
    }

    private static Instant instant(Time time) {
        try {
            return time.toASN1Primitive() instanceof org.bouncycastle.asn1.ASN1UTCTime utc
                    ? utc.getAdjustedDate().toInstant()
                    : ((org.bouncycastle.asn1.ASN1GeneralizedTime) time.toASN1Primitive())
                            .getDate()
                            .toInstant();
        } catch (ParseException | RuntimeException e) {
            throw new InvalidBytesException("tls peer's certificate has no readable date", e);
        }
    }

    private static SignedKey binding(@org.jspecify.annotations.Nullable Extensions extensions) {
        Extension binding = extensions == null ? null : extensions.getExtension(BINDING);
        if (binding == null) {
            throw new InvalidBytesException("tls peer's certificate has no extension " + SignedKey.OID);
        }
        return SignedKey.decode(binding.getExtnValue().getOctets());
    }

    private static void checkSelfSigned(Certificate certificate) {
        Algorithm algorithm = ALGORITHMS.get(certificate.getSignatureAlgorithm().getAlgorithm());
        if (algorithm == null
                || !certificate
                        .getSignatureAlgorithm()
                        .equals(certificate.getTBSCertificate().getSignature())) {
            throw new InvalidBytesException("tls peer's certificate is signed as "
                    + certificate.getSignatureAlgorithm().getAlgorithm() + ", must be one of TLS 1.3");
        }
        try {
            PublicKey key = KeyFactory.getInstance(algorithm.key())
                    .generatePublic(new X509EncodedKeySpec(der(certificate.getSubjectPublicKeyInfo())));
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() > MAX_RSA_BITS) {
                throw new InvalidBytesException("tls peer's certificate has an RSA key of "
                        + rsa.getModulus().bitLength() + " bits, at most " + MAX_RSA_BITS);
            }
            Signature verifier = Signature.getInstance(algorithm.signature());
            verifier.initVerify(key);
            verifier.update(der(certificate.getTBSCertificate()));
            if (!verifier.verify(certificate.getSignature().getOctets())) {
                throw new InvalidBytesException("tls peer's certificate is not signed by its own key");
            }
        } catch (GeneralSecurityException e) {
            throw new InvalidBytesException("tls peer's certificate is not signed by its own key", e);
        }
    }
}
