// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 states. */
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
