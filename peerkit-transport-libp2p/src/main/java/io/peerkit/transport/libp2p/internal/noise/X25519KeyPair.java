// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import io.peerkit.api.InvalidBytesException;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * A Diffie-Hellman key on Curve25519, static or ephemeral.
 *
 * <p>Bouncy Castle's arithmetic takes about half the JDK's time for an agreement and a fifth for a new key.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7748">RFC 7748</a>
 */
final class X25519KeyPair {
    /** The length of either half, and of an agreed secret, in bytes. */
    static final int KEY_BYTES = 32;

    private final byte[] privateKey;
    private final byte[] publicKey = new byte[KEY_BYTES];

    X25519KeyPair(byte[] privateKey) {
        if (privateKey.length != KEY_BYTES) {
            throw new InvalidBytesException(
                    "X25519 private key of " + privateKey.length + " bytes, must be " + KEY_BYTES);
        }
        this.privateKey = privateKey.clone();
        X25519.scalarMultBase(this.privateKey, 0, publicKey, 0);
    }

    byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * Agrees on a secret.
     *
     * @throws InvalidBytesException when the peer's point has a small order: the secret would be all zero, known to all
     */
    byte[] agree(byte[] peerPublicKey) {
        if (peerPublicKey.length != KEY_BYTES) {
            throw new InvalidBytesException(
                    "X25519 public key of " + peerPublicKey.length + " bytes, must be " + KEY_BYTES);
        }
        byte[] secret = new byte[KEY_BYTES];
        if (!X25519.calculateAgreement(privateKey, 0, peerPublicKey, 0, secret, 0)) {
            throw new InvalidBytesException("X25519 public key of small order, the shared secret would be zero");
        }
        return secret;
    }
}
