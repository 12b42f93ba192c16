// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What libp2p puts into a certificate: who holds its key, and that one's signature.
 *
 * <pre>{@code
 *   SEQUENCE {
 *     OCTET STRING   the public key's protobuf
 *     OCTET STRING   signature by that key over "libp2p-tls-handshake:" and the certificate's SubjectPublicKeyInfo
 *   }
 * }</pre>
 *
 * <p>Only DER is read: definite lengths in their shortest form, nothing missing and nothing behind.
 */
final class SignedKey {
    /** The extension that carries it. */
    static final String OID = "1.3.6.1.4.1.53594.1.1";

    /** The longest signature in bytes; RSA with 8192 bits has 1,024. */
    static final int MAX_SIGNATURE_BYTES = 2_048;

    /** The longest form in bytes: two octet strings and the sequence, each behind a tag and a length of three bytes. */
    static final int MAX_BYTES = PublicKeys.MAX_BYTES + MAX_SIGNATURE_BYTES + 3 * 4;

    private static final byte[] SIGNED_PREFIX = "libp2p-tls-handshake:".getBytes(StandardCharsets.US_ASCII);
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /** The first length that does not fit into a byte of its own. */
    private static final int LONG_FORM = 0x80;

    private final byte[] publicKey;
    private final byte[] signature;

    private SignedKey(byte[] publicKey, byte[] signature) {
        this.publicKey = publicKey;
        this.signature = signature;
    }

    /** Lets a node stand for the holder of a certificate's key. */
    static SignedKey of(NodeKey nodeKey, byte[] subjectPublicKeyInfo) {
        return new SignedKey(nodeKey.publicKeyProtobuf(), nodeKey.sign(signedBytes(subjectPublicKeyInfo)));
    }

    /**
     * Reads the sequence.
     *
     * @throws InvalidBytesException when it is no DER of this form
     */
    static SignedKey decode(byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded);
        ByteBuffer fields = ByteBuffer.wrap(element(in, SEQUENCE, MAX_BYTES));
        requireEnd(in);
        byte[] publicKey = element(fields, OCTET_STRING, PublicKeys.MAX_BYTES);
        byte[] signature = element(fields, OCTET_STRING, MAX_SIGNATURE_BYTES);
        requireEnd(fields);
        return new SignedKey(publicKey, signature);
    }

    byte[] encode() {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        write(fields, OCTET_STRING, publicKey);
        write(fields, OCTET_STRING, signature);
        ByteArrayOutputStream sequence = new ByteArrayOutputStream();
        write(sequence, SEQUENCE, fields.toByteArray());
        return sequence.toByteArray();
    }

    /** The protobuf of the key that names the peer. */
    byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * Whether the named key signed the certificate's.
     *
     * @throws InvalidBytesException when the named key is malformed or of an unsupported type
     */
    boolean isSigned(byte[] subjectPublicKeyInfo) {
        return PublicKeys.verify(publicKey, signedBytes(subjectPublicKeyInfo), signature);
    }

    private static byte[] signedBytes(byte[] subjectPublicKeyInfo) {
        return ByteBuffer.allocate(SIGNED_PREFIX.length + subjectPublicKeyInfo.length)
                .put(SIGNED_PREFIX)
                .put(subjectPublicKeyInfo)
                .array();
    }

    private static byte[] element(ByteBuffer in, int tag, int maxBytes) {
        int found = octet(in);
        if (found != tag) {
            throw new InvalidBytesException("certificate extension has tag " + found + ", must be " + tag);
        }
        int length = length(in);
        if (length > maxBytes || length > in.remaining()) {
            throw new InvalidBytesException(
                    "certificate extension states " + length + " bytes, at most " + Math.min(maxBytes, in.remaining()));
        }
        byte[] content = new byte[length];
        in.get(content);
        return content;
    }

    private static int length(ByteBuffer in) {
        int first = octet(in);
        if (first < LONG_FORM) {
            return first;
        }
        int count = first - LONG_FORM;
        if (count < 1 || count > 2) {
            throw new InvalidBytesException(
                    "certificate extension has a length of " + count + " bytes, must be 1 or 2");
        }
        int length = octet(in);
        if (count == 2) {
            length = length << Byte.SIZE | octet(in);
        }
        if (length < (count == 1 ? LONG_FORM : 1 << Byte.SIZE)) {
            throw new InvalidBytesException("certificate extension has length " + length + " in " + count
                    + " bytes, must be the shortest form");
        }
        return length;
    }

    private static int octet(ByteBuffer in) {
        if (!in.hasRemaining()) {
            throw new InvalidBytesException("certificate extension ends within an element");
        }
        return in.get() & 0xff;
    }

    private static void requireEnd(ByteBuffer in) {
        if (in.hasRemaining()) {
            throw new InvalidBytesException("certificate extension has " + in.remaining() + " bytes behind its end");
        }
    }

    private static void write(ByteArrayOutputStream out, int tag, byte[] content) {
        out.write(tag);
        if (content.length >= 1 << Byte.SIZE) {
            out.write(LONG_FORM + 2);
            out.write(content.length >>> Byte.SIZE);
        } else if (content.length >= LONG_FORM) {
            out.write(LONG_FORM + 1);
        }
        out.write(content.length);
        out.writeBytes(content);
    }
}
