// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multiformats.Varint;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A payload signed by a node for one purpose.
 *
 * <pre>{@code
 *   1 public_key     3 payload
 *   2 payload_type   5 signature   over domain, payload type and payload, each behind its varint length
 * }</pre>
 *
 * <p>The domain says what the signature is for; it is not transmitted.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md">RFC 0002</a>
 */
public final class SignedEnvelope {
    /** The longest envelope in bytes. */
    public static final int MAX_BYTES = 8_192;

    private static final int MAX_TYPE_BYTES = 64;
    private static final int MAX_SIGNATURE_BYTES = 2_048;

    private static final int PUBLIC_KEY = 1;
    private static final int PAYLOAD_TYPE = 2;
    private static final int PAYLOAD = 3;
    private static final int SIGNATURE = 5;

    private final PeerId signer;
    private final byte[] payload;

    private SignedEnvelope(PeerId signer, byte[] payload) {
        this.signer = signer;
        this.payload = payload;
    }

    /**
     * Signs a payload.
     *
     * @param key signs
     * @param domain what the signature is for
     * @param payloadType the payload's multicodec
     * @param payload what is signed
     * @return the envelope's bytes
     */
    public static byte[] seal(NodeKey key, String domain, byte[] payloadType, byte[] payload) {
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(PUBLIC_KEY, key.publicKeyProtobuf());
        out.bytes(PAYLOAD_TYPE, payloadType);
        out.bytes(PAYLOAD, payload);
        out.bytes(SIGNATURE, key.sign(signedBytes(domain, payloadType, payload)));
        return out.toBytes();
    }

    /**
     * Reads an envelope and checks its signature.
     *
     * @param envelope the envelope's bytes
     * @param domain what the signature must be for
     * @param payloadType what the payload must be
     * @return the envelope
     * @throws InvalidBytesException when it is malformed, of another type or not signed for this domain
     */
    public static SignedEnvelope open(byte[] envelope, String domain, byte[] payloadType) {
        ProtobufReader in = new ProtobufReader("signed envelope", envelope, MAX_BYTES);
        byte[] key = {};
        byte[] type = {};
        byte[] payload = {};
        byte[] signature = {};
        while (in.next()) {
            switch (in.field()) {
                case PUBLIC_KEY -> key = in.bytes(PublicKeys.MAX_BYTES);
                case PAYLOAD_TYPE -> type = in.bytes(MAX_TYPE_BYTES);
                case PAYLOAD -> payload = in.bytes(MAX_BYTES);
                case SIGNATURE -> signature = in.bytes(MAX_SIGNATURE_BYTES);
                default -> {} // not known yet, and not signed
            }
        }
        if (!Arrays.equals(type, payloadType)) {
            throw new InvalidBytesException("signed envelope of another payload type than that of " + domain);
        }
        if (!PublicKeys.verify(key, signedBytes(domain, type, payload), signature)) {
            throw new InvalidBytesException(
                    "signed envelope of " + envelope.length + " bytes has no valid signature for " + domain);
        }
        return new SignedEnvelope(PeerId.ofPublicKey(key), payload);
    }

    private static byte[] signedBytes(String domain, byte[] payloadType, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : new byte[][] {domain.getBytes(StandardCharsets.UTF_8), payloadType, payload}) {
            out.writeBytes(Varint.encode(part.length));
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /**
     * Who signed.
     *
     * @return the PeerId of the key in the envelope
     */
    public PeerId signer() {
        return signer;
    }

    /**
     * What was signed.
     *
     * @return a copy
     */
    public byte[] payload() {
        return payload.clone();
    }
}
