// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.keys;

import io.peerkit.api.InvalidBytesException;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/** Checks signatures by keys of other implementations: ECDSA with SHA-256, in DER. */
final class EcdsaKeys {
    /** A compressed point on secp256k1 in bytes. */
    static final int SECP256K1_KEY_BYTES = 33;

    private static final ECDomainParameters SECP256K1 = secp256k1();

    private EcdsaKeys() {}

    private static ECDomainParameters secp256k1() {
        X9ECParameters curve = CustomNamedCurves.getByName("secp256k1");
        return new ECDomainParameters(curve);
    }

    /** The JDK knows this curve no more. */
    static boolean verifySecp256k1(byte[] publicKey, byte[] message, byte[] signature) {
        if (publicKey.length != SECP256K1_KEY_BYTES) {
            throw new InvalidBytesException(
                    "secp256k1 public key of " + publicKey.length + " bytes, must be " + SECP256K1_KEY_BYTES);
        }
        ECDSASigner verifier = new ECDSASigner();
        try {
            verifier.init(false, new ECPublicKeyParameters(SECP256K1.getCurve().decodePoint(publicKey), SECP256K1));
        } catch (IllegalArgumentException e) {
            throw new InvalidBytesException(
                    "secp256k1 public key of " + publicKey.length + " bytes is no usable point", e);
        }
        try {
            BigInteger[] pair = StandardDSAEncoding.INSTANCE.decode(SECP256K1.getN(), signature);
            return verifier.verifySignature(MessageDigest.getInstance("SHA-256").digest(message), pair[0], pair[1]);
        } catch (IOException | IllegalArgumentException e) {
            return false; // no DER of two numbers in range
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** A key on one of the curves that the JDK has, P-256 to P-521. */
    static boolean verify(byte[] subjectPublicKeyInfo, byte[] message, byte[] signature) {
        PublicKey key;
        Signature verifier;
        try {
            key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(subjectPublicKeyInfo));
            verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(key);
            verifier.update(message);
        } catch (GeneralSecurityException e) {
            throw new InvalidBytesException(
                    "ECDSA public key of " + subjectPublicKeyInfo.length + " bytes is no usable point", e);
        }
        try {
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false; // no DER of two numbers
        }
    }
}
