// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 with one reused state, since bulk sync hashes ten times an entry. For one thread. */
final class Sha256 {
    static final int LENGTH_BYTES = 32;

    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    byte[] hash(byte[] bytes) {
        return digest.digest(bytes);
    }

    /** Hashes a range of an array into 32 bytes of an array, which may be the same. */
    void hash(byte[] source, int length, byte[] target, int offset) {
        digest.update(source, 0, length);
        try {
            digest.digest(target, offset, LENGTH_BYTES);
        } catch (DigestException e) {
            throw new AssertionError("32 bytes hold a SHA-256", e);
        }
    }
}
