// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import io.peerkit.api.NetworkId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of a scope's sketch: from it come an entry's short id, the checksum of that, and the sums of deep checks.
 *
 * <p>All members of a network have it and, where the network's id is a secret that follows from the access key, nobody
 * else. A member can compute two ids that spoil the sketch in some 2^32 steps; then sessions fall back to ranges.
 *
 * <p>Immutable.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5869">RFC 5869, HKDF</a>
 */
public final class SketchKey {
    private static final String MAC = "HmacSHA256";
    private static final byte[] SALT = "peerkit-sketch-2".getBytes(StandardCharsets.US_ASCII);

    private final byte[] expanded;
    private final SipHash shortIds;
    private final SipHash checksums;

    private SketchKey(byte[] extracted, String scope) {
        expanded = mac(extracted, (scope + '\u0001').getBytes(StandardCharsets.UTF_8));
        this.shortIds = SipHash.keyed(expanded, 0);
        this.checksums = SipHash.keyed(expanded, SipHash.KEY_BYTES);
    }

    /**
     * Derives the key of a scope: HKDF-SHA256 with the salt {@code "peerkit-sketch-2"}, the network's id as key material and
     * the scope's name as info, 32 bytes; the first half makes short ids, the second checksums.
     *
     * @param network where the entries belong
     * @param scope the scope's name
     * @return the key
     */
    public static SketchKey of(NetworkId network, String scope) {
        return new SketchKey(mac(SALT, network.toBytes()), scope);
    }

    /** Hashes an id into a short id (first word) and the bits of the estimate (second word). */
    void shortId(byte[] id, int offset, long[] target) {
        shortIds.hash128(id, offset, PackedIds.ID_BYTES, target);
    }

    /** The checksum of a short id, which also seeds its mapping. */
    long checksum(long shortId) {
        return checksums.hash(shortId);
    }

    /** The hash for a deep check in a session with this nonce: HMAC-SHA256 under the scope's 32 bytes, its first half. */
    SipHash deepCheck(long nonce) {
        byte[] message = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            message[i] = (byte) (nonce >>> (Long.SIZE - Byte.SIZE * (i + 1)));
        }
        return SipHash.keyed(mac(expanded, message), 0);
    }

    private static byte[] mac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HMAC-SHA256", e);
        }
    }
}
