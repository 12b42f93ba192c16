// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.keys;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Public keys as libp2p writes them. Ours are Ed25519; those of peers may also be secp256k1 or ECDSA, but not RSA.
 *
 * <pre>{@code
 *   1 type   RSA 0, Ed25519 1, secp256k1 2, ECDSA 3
 *   2 data   for Ed25519 the 32 bytes of RFC 8032, for secp256k1 the 33 of the compressed point, for ECDSA the
 *            SubjectPublicKeyInfo
 * }</pre>
 *
 * <p>A PeerId is derived from these bytes, so only their one deterministic form is read.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#keys">libp2p peer ids, keys</a>
 */
public final class PublicKeys {
    /** The longest public key protobuf in bytes; an RSA key of 8192 bits has fewer than 1,100. */
    public static final int MAX_BYTES = 2_048;

    private static final int TYPE = 1;
    private static final int DATA = 2;
    private static final int RSA = 0;
    private static final int ED25519 = 1;
    private static final int SECP256K1 = 2;
    private static final int ECDSA = 3;
    private static final int MISSING = -1;

    private PublicKeys() {}

    static byte[] encodeEd25519(byte[] publicKey) {
        return encode(ED25519, publicKey);
    }

    private static byte[] encode(int type, byte[] data) {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(TYPE, type);
        out.bytes(DATA, data);
        return out.toBytes();
    }

    /**
     * Checks a signature.
     *
     * <p>The rule for Ed25519 is that of Bouncy Castle: 64 bytes, canonical and not small-order A, canonical R, cofactored
     * equation. Signatures by the other types are DER over SHA-256.
     *
     * @param publicKeyProtobuf the signer's key
     * @param message what was signed
     * @param signature its signature
     * @return whether the signer signed the message
     * @throws InvalidBytesException when the key is malformed, no point on the curve or of an unsupported type
     */
    public static boolean verify(byte[] publicKeyProtobuf, byte[] message, byte[] signature) {
        ProtobufReader in = new ProtobufReader("public key", publicKeyProtobuf, MAX_BYTES);
        int type = MISSING;
        byte[] data = new byte[0];
        while (in.next()) {
            switch (in.field()) {
                case TYPE -> type = (int) Math.max(MISSING, Math.min(in.varint(), Integer.MAX_VALUE));
                case DATA -> data = in.bytes(MAX_BYTES);
                default -> throw new InvalidBytesException("public key has an unknown field " + in.field());
            }
        }
        if (type != ED25519 && type != SECP256K1 && type != ECDSA) {
            throw new InvalidBytesException("key type " + (type == MISSING ? "missing" : type == RSA ? "RSA (0)" : type)
                    + " not supported, must be Ed25519 (1), secp256k1 (2) or ECDSA (3)");
        }
        if (!Arrays.equals(publicKeyProtobuf, encode(type, data))) {
            throw new InvalidBytesException("public key of type " + type + " and " + data.length
                    + " bytes in a protobuf of " + publicKeyProtobuf.length + ", must be in the shortest form");
        }
        return switch (type) {
            case SECP256K1 -> EcdsaKeys.verifySecp256k1(data, message, signature);
            case ECDSA -> EcdsaKeys.verify(data, message, signature);
            default -> verifyEd25519(data, message, signature);
        };
    }

    private static boolean verifyEd25519(byte[] raw, byte[] message, byte[] signature) {
        if (raw.length != Ed25519.PUBLIC_KEY_SIZE) {
            throw new InvalidBytesException(
                    "Ed25519 public key of " + raw.length + " bytes, must be " + Ed25519.PUBLIC_KEY_SIZE);
        }
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyPartialExport(raw, 0);
        if (point == null) {
            throw new InvalidBytesException("Ed25519 public key of " + raw.length + " bytes is no usable point");
        }
        return signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, point, message, 0, message.length);
    }
}
