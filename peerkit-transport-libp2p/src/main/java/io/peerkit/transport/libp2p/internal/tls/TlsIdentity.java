// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * An ECDSA key on P-256 and the self-signed certificate that binds it to the node's key, made once for all connections of a
 * transport.
 *
 * <p>The certificate is valid from {@link #NOT_BEFORE} without an end, so that a peer takes it whatever its clock says; how long
 * it is used is decided by the process that holds the key, in memory alone. Immutable and safe for use by many threads.
 *
 * @param certificate shown to peers
 * @param privateKey its key
 */
public record TlsIdentity(X509Certificate certificate, PrivateKey privateKey) {
    /** Since when the certificate is valid. */
    static final Instant NOT_BEFORE = Instant.parse("2000-01-01T00:00:00Z");

    /** The date that means "without an end" in certificates (RFC 5280, section 4.1.2.5). */
    static final Instant NOT_AFTER = Instant.parse("9999-12-31T23:59:59Z");

    private static final AlgorithmIdentifier ECDSA_WITH_SHA256 =
            new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

    /** Must not be empty for the JDK; peers make nothing of it. */
    private static final X500Name NAME = new X500Name("O=libp2p.io");

    private static final int SERIAL_BITS = 63;

    /**
     * Makes a key and its certificate.
     *
     * @param nodeKey whom they shall stand for
     * @param random makes the key
     * @return the identity
     */
    public static TlsIdentity of(NodeKey nodeKey, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] keyInfo = pair.getPublic().getEncoded();
            Extension binding = new Extension(
                    new ASN1ObjectIdentifier(SignedKey.OID),
                    false,
                    SignedKey.of(nodeKey, keyInfo).encode());
            V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
            body.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random)));
            body.setSignature(ECDSA_WITH_SHA256);
            body.setIssuer(NAME);
            body.setSubject(NAME);
            body.setStartDate(new Time(Date.from(NOT_BEFORE)));
            body.setEndDate(new Time(Date.from(NOT_AFTER)));
            body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(keyInfo));
            body.setExtensions(new Extensions(binding));
            return new TlsIdentity(signed(body.generateTBSCertificate(), pair.getPrivate(), random), pair.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError("every JDK with TLS 1.3 has ECDSA on P-256 and X.509", e);
        }
    }

    private static X509Certificate signed(TBSCertificate body, PrivateKey key, SecureRandom random)
            throws GeneralSecurityException, IOException {
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key, random);
        signer.update(body.getEncoded(ASN1Encoding.DER));
        byte[] encoded = new DERSequence(new ASN1Encodable[] {body, ECDSA_WITH_SHA256, new DERBitString(signer.sign())})
                .getEncoded(ASN1Encoding.DER);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "TlsIdentity[" + certificate.getSerialNumber() + "]";
    }
}
