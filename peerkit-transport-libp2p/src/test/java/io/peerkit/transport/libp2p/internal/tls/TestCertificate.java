// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Makes certificates that nobody should show. */
final class TestCertificate {
    private final List<Extension> extensions = new ArrayList<>();
    private final KeyPair pair = ecPair();
    private PublicKey shown = pair.getPublic();
    private PrivateKey signer = pair.getPrivate();
    private Instant notBefore = Instant.parse("2025-01-01T00:00:00Z");
    private Instant notAfter = Instant.parse("2027-01-01T00:00:00Z");
    private String signature = "SHA256withECDSA";
    private boolean uniqueId;

    static KeyPair ecPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Bound to the dialer of {@link TestTls}. */
    TestCertificate bound(boolean critical) {
        return extension(
                SignedKey.OID,
                critical,
                SignedKey.of(TestTls.DIALER_KEY, shown.getEncoded()).encode());
    }

    TestCertificate extension(String oid, boolean critical, byte[] value) {
        extensions.add(new Extension(new ASN1ObjectIdentifier(oid), critical, value));
        return this;
    }

    TestCertificate valid(Instant from, Instant to) {
        notBefore = from;
        notAfter = to;
        return this;
    }

    TestCertificate signedBy(PrivateKey other) {
        signer = other;
        return this;
    }

    TestCertificate signedAs(String algorithm, PrivateKey other) {
        signature = algorithm;
        signer = other;
        return this;
    }

    TestCertificate showing(PublicKey other) {
        shown = other;
        return this;
    }

    TestCertificate uniqueId() {
        uniqueId = true;
        return this;
    }

    PrivateKey privateKey() {
        return pair.getPrivate();
    }

    X509Certificate make() throws Exception {
        AlgorithmIdentifier algorithm = new AlgorithmIdentifier(
                switch (signature) {
                    case "SHA256withECDSA" -> X9ObjectIdentifiers.ecdsa_with_SHA256;
                    case "SHA1withECDSA" -> X9ObjectIdentifiers.ecdsa_with_SHA1;
                    default -> PKCSObjectIdentifiers.sha256WithRSAEncryption;
                });
        V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
        body.setSerialNumber(new ASN1Integer(BigInteger.ONE));
        body.setSignature(algorithm);
        body.setIssuer(new X500Name("O=test"));
        body.setSubject(new X500Name("O=test"));
        body.setStartDate(new Time(Date.from(notBefore)));
        body.setEndDate(new Time(Date.from(notAfter)));
        body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(shown.getEncoded()));
        if (uniqueId) {
            body.setSubjectUniqueID(new DERBitString(new byte[] {1}));
        }
        if (!extensions.isEmpty()) {
            body.setExtensions(new Extensions(extensions.toArray(new Extension[0])));
        }
        ASN1Encodable unsigned = body.generateTBSCertificate();
        Signature signing = Signature.getInstance(signature);
        signing.initSign(signer);
        signing.update(unsigned.toASN1Primitive().getEncoded("DER"));
        byte[] encoded = new DERSequence(new ASN1Encodable[] {unsigned, algorithm, new DERBitString(signing.sign())})
                .getEncoded("DER");
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
}
