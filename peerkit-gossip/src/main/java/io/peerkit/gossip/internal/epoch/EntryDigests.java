// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names entries in the lists of epochs, so that a list shows nothing of an entry to those who are not members.
 *
 * <pre>{@code
 *   digest = the first 16 bytes of HMAC-SHA256(network id, "peerkit-epoch-digest-2" || entry id)
 * }</pre>
 *
 * <p>For one thread.
 */
public final class EntryDigests {
    /** The length of a digest in bytes. */
    public static final int BYTES = 16;

    private static final byte[] DOMAIN = "peerkit-epoch-digest-2".getBytes(StandardCharsets.US_ASCII);
    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID_BYTES = 32;

    private final Mac mac;

    /**
     * @param network whose entries
     */
    public EntryDigests(NetworkId network) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(network.toBytes(), ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HMAC-SHA256", e);
        }
    }

    /**
     * The digest of an entry.
     *
     * @param id holds the identifier
     * @param offset where its 32 bytes start
     * @return 16 bytes
     */
    public byte[] of(byte[] id, int offset) {
        mac.update(DOMAIN);
        mac.update(id, offset, ID_BYTES);
        return Arrays.copyOf(mac.doFinal(), BYTES);
    }

    /** The digest of an entry. */
    public byte[] of(EntryId id) {
        return of(id.toBytes(), 0);
    }
}
