// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.ed25519;

import io.peerkit.api.AgentId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * Decides which Ed25519 signatures are valid, the same way on every peer.
 *
 * <p>The rule: 64 bytes; {@code S} below the group order; {@code A} and {@code R} canonically encoded; {@code A} not of
 * small order; the challenge hashed from the bytes as sent; the cofactored equation
 * {@code [8](SB - R - kA) = 0}. RFC 8032 leaves room for several rules, and peers that differ in one never agree on a
 * set of signed entries. A key with a component of small order beside the large one is valid: requiring the prime-order
 * subgroup would be another rule.
 *
 * <p>Safe for use by any thread.
 *
 * @see <a href="https://eprint.iacr.org/2020/1244">Taming the many EdDSAs</a>
 */
public final class SignatureRule {
    /** The only length of a signature in bytes. */
    public static final int SIGNATURE_BYTES = Ed25519.SIGNATURE_SIZE;

    /** The most decoded public keys that are kept, about 250 bytes each; the one used longest ago goes first. */
    static final int MAX_CACHED_KEYS = 1_024;

    private final Map<AgentId, Ed25519.PublicPoint> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<AgentId, Ed25519.PublicPoint> eldest) {
            return size() > MAX_CACHED_KEYS;
        }
    };

    /**
     * Checks a signature.
     *
     * @param signer the public key
     * @param message what was signed
     * @param signature of any length
     * @return false for every signature or key that the rule refuses
     */
    public boolean isValid(AgentId signer, byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            return false;
        }
        Ed25519.PublicPoint key = decoded(signer);
        return key != null && Ed25519.verify(signature, 0, key, message, 0, message.length);
    }

    /** Decoding a key costs a tenth of checking a signature, and a bulk sync checks many of few authors. */
    private Ed25519.@Nullable PublicPoint decoded(AgentId signer) {
        synchronized (keys) {
            Ed25519.PublicPoint known = keys.get(signer);
            if (known != null) {
                return known;
            }
        }
        // Partial validation is canonical, on the curve and not of small order, as the rule asks.
        Ed25519.@Nullable PublicPoint fresh = Ed25519.validatePublicKeyPartialExport(signer.toBytes(), 0);
        if (fresh != null) {
            synchronized (keys) {
                keys.put(signer, fresh);
            }
        }
        return fresh;
    }

    int cachedKeys() {
        synchronized (keys) {
            return keys.size();
        }
    }
}
