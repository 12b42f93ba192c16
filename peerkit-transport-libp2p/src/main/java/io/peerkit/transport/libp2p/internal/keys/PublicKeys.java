// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.keys;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Public keys as libp2p writes them, of which only Ed25519 is supported.
 *
 * <pre>{@code
 *   1 type   RSA 0, Ed25519 1, secp256k1 2, ECDSA 3
 *   2 data   for Ed25519 the 32 bytes of RFC 8032
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
    private static final int ED25519 = 1;

    private PublicKeys() {}

    static byte[] encodeEd25519(byte[] publicKey) {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(TYPE, ED25519);
        out.bytes(DATA, publicKey);
        return out.toBytes();
    }

    /**
     * Checks a signature.
     *
     * <p>The rule is that of Bouncy Castle: 64 bytes, canonical and not small-order A, canonical R, cofactored equation.
     *
     * @param publicKeyProtobuf the signer's key
     * @param message what was signed
     * @param signature its signature
     * @return whether the signer signed the message
     * @throws InvalidBytesException when the key is malformed, no point on the curve or of an unsupported type
     */
    public static boolean verify(byte[] publicKeyProtobuf, byte[] message, byte[] signature) {
        byte[] raw = decodeEd25519(publicKeyProtobuf);
        Ed25519.PublicPoint point = Ed25519.validatePublicKeyPartialExport(raw, 0);
        if (point == null) {
            throw new InvalidBytesException("Ed25519 public key of " + raw.length + " bytes is no usable point");
        }
        return signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    private static byte[] decodeEd25519(byte[] protobuf) {
        ProtobufReader in = new ProtobufReader("public key", protobuf, MAX_BYTES);
        long type = -1;
        byte[] data = new byte[0];
        while (in.next()) {
            switch (in.field()) {
                case TYPE -> type = in.varint();
                case DATA -> data = in.bytes(MAX_BYTES);
                default -> throw new InvalidBytesException("public key has an unknown field " + in.field());
            }
        }
        if (type != ED25519) {
            throw new InvalidBytesException("key type " + describe(type) + " not supported, must be Ed25519 (1)");
        }
        if (data.length != Ed25519.PUBLIC_KEY_SIZE || !Arrays.equals(protobuf, encodeEd25519(data))) {
            throw new InvalidBytesException(
                    "Ed25519 public key of " + data.length + " bytes in a protobuf of " + protobuf.length + ", must be "
                            + Ed25519.PUBLIC_KEY_SIZE + " in " + encodeEd25519(new byte[32]).length);
        }
        return data;
    }

    private static String describe(long type) {
        return switch ((int) Math.max(-1, Math.min(type, 4))) {
            case -1 -> "missing";
            case 0 -> "RSA (0)";
            case 2 -> "secp256k1 (2)";
            case 3 -> "ECDSA (3)";
            default -> Long.toString(type);
        };
    }
}
