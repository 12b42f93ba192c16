// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What libp2p puts into the second and the third handshake message.
 *
 * <pre>{@code
 *   1 identity_key   the public key's protobuf
 *   2 identity_sig   by that key over "noise-libp2p-static-key:" and the sender's static Noise key
 *   4 extensions     { 2 stream_muxers, repeated }
 * }</pre>
 */
final class NoisePayload {
    /** The longest payload in bytes; known implementations send 150 to 2,500. */
    static final int MAX_BYTES = 8_192;

    /** The longest signature in bytes; RSA with 8192 bits has 1,024. */
    static final int MAX_SIGNATURE_BYTES = 2_048;

    /** The most multiplexers that one side may offer. */
    static final int MAX_MUXERS = 16;

    /** The longest name of a multiplexer in bytes. */
    static final int MAX_MUXER_BYTES = 128;

    private static final int IDENTITY_KEY = 1;
    private static final int IDENTITY_SIG = 2;
    private static final int EXTENSIONS = 4;
    private static final int STREAM_MUXERS = 2;

    private final byte[] identityKey;
    private final byte[] signature;
    private final List<String> muxers;

    NoisePayload(byte[] identityKey, byte[] signature, List<String> muxers) {
        this.identityKey = identityKey.clone();
        this.signature = signature.clone();
        this.muxers = List.copyOf(muxers);
    }

    byte[] identityKey() {
        return identityKey.clone();
    }

    byte[] signature() {
        return signature.clone();
    }

    /** The multiplexers offered, best first; empty when the extension is not used. */
    List<String> muxers() {
        return muxers;
    }

    byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        out.bytes(IDENTITY_KEY, identityKey);
        out.bytes(IDENTITY_SIG, signature);
        if (!muxers.isEmpty()) {
            ProtobufWriter extensions = new ProtobufWriter();
            muxers.forEach(muxer -> extensions.string(STREAM_MUXERS, muxer));
            out.bytes(EXTENSIONS, extensions.toBytes());
        }
        return out.toBytes();
    }

    static NoisePayload decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("noise payload", bytes, MAX_BYTES);
        byte[] identityKey = {};
        byte[] signature = {};
        List<String> muxers = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case IDENTITY_KEY -> identityKey = in.bytes(PublicKeys.MAX_BYTES);
                case IDENTITY_SIG -> signature = in.bytes(MAX_SIGNATURE_BYTES);
                case EXTENSIONS -> readExtensions(in.bytes(MAX_BYTES), muxers);
                default -> {} // 3 is a payload nobody uses any more; others are not known yet
            }
        }
        if (identityKey.length == 0 || signature.length == 0) {
            throw new InvalidBytesException("noise payload has an identity key of " + identityKey.length
                    + " bytes and a signature of " + signature.length + ", both must be there");
        }
        return new NoisePayload(identityKey, signature, muxers);
    }

    private static void readExtensions(byte[] bytes, List<String> muxers) {
        ProtobufReader in = new ProtobufReader("noise extensions", bytes, MAX_BYTES);
        while (in.next()) {
            if (in.field() == STREAM_MUXERS) {
                if (muxers.size() == MAX_MUXERS) {
                    throw new InvalidBytesException("noise extensions offer more than " + MAX_MUXERS + " muxers");
                }
                muxers.add(in.string(MAX_MUXER_BYTES));
            }
        }
    }
}
