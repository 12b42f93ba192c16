// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.keys.PublicKeys;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A static Noise key and the node key's signature over it, made once for all connections of a transport.
 *
 * <p>Immutable and safe for use by many threads.
 */
public final class NoiseIdentity {
    private static final byte[] SIGNED_PREFIX = "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);

    private final PeerId peerId;
    private final byte[] identityKey;
    private final byte[] signature;
    private final X25519KeyPair staticKey;

    private NoiseIdentity(NodeKey nodeKey, X25519KeyPair staticKey) {
        this.peerId = nodeKey.peerId();
        this.identityKey = nodeKey.publicKeyProtobuf();
        this.signature = nodeKey.sign(signedBytes(staticKey.publicKey()));
        this.staticKey = staticKey;
    }

    /**
     * Signs a static key.
     *
     * @param nodeKey whom the static key shall stand for
     * @param staticPrivateKey 32 secret random bytes, copied
     * @return the identity
     */
    public static NoiseIdentity of(NodeKey nodeKey, byte[] staticPrivateKey) {
        return new NoiseIdentity(nodeKey, new X25519KeyPair(staticPrivateKey));
    }

    /** Whether {@code payload} binds a peer's static key to the identity key that stands in it. */
    static boolean isSigned(NoisePayload payload, byte[] remoteStaticKey) {
        return PublicKeys.verify(payload.identityKey(), signedBytes(remoteStaticKey), payload.signature());
    }

    private static byte[] signedBytes(byte[] staticPublicKey) {
        byte[] bytes = Arrays.copyOf(SIGNED_PREFIX, SIGNED_PREFIX.length + staticPublicKey.length);
        System.arraycopy(staticPublicKey, 0, bytes, SIGNED_PREFIX.length, staticPublicKey.length);
        return bytes;
    }

    X25519KeyPair staticKey() {
        return staticKey;
    }

    NoisePayload payload(List<String> muxers) {
        return new NoisePayload(identityKey, signature, muxers);
    }

    /**
     * Whom this stands for.
     *
     * @return the PeerId of the node key
     */
    public PeerId peerId() {
        return peerId;
    }
}
