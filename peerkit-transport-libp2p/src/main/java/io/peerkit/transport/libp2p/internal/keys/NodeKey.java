// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.keys;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The transport's own Ed25519 key, from which its PeerId follows. It is not the agent's key.
 *
 * <p>Immutable and safe for use by many threads. The private half never leaves it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032</a>
 */
public final class NodeKey {
    /** The length of a seed in bytes. */
    public static final int SEED_BYTES = Ed25519.SECRET_KEY_SIZE;

    private final byte[] seed;
    private final byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
    private final PeerId peerId;

    private NodeKey(byte[] seed) {
        this.seed = seed;
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        peerId = PeerId.ofEd25519(publicKey);
    }

    /**
     * Derives the key from its seed.
     *
     * @param seed 32 secret random bytes, copied
     * @return the key
     * @throws InvalidBytesException when there are not 32 of them
     */
    public static NodeKey fromSeed(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new InvalidBytesException("node key seed of " + seed.length + " bytes, must be " + SEED_BYTES);
        }
        return new NodeKey(seed.clone());
    }

    /**
     * The name of the node that holds this key.
     *
     * @return its PeerId
     */
    public PeerId peerId() {
        return peerId;
    }

    /**
     * The public half as libp2p writes it.
     *
     * @return the protobuf, 36 bytes
     */
    public byte[] publicKeyProtobuf() {
        return PublicKeys.encodeEd25519(publicKey);
    }

    /**
     * Signs a message.
     *
     * @param message any bytes; they should start with what they are for
     * @return 64 bytes, the same for the same message
     */
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /** The PeerId only. */
    @Override
    public String toString() {
        return "NodeKey[" + peerId + "]";
    }
}
