// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import java.nio.charset.StandardCharsets;

/** What an author signs for a batch of entries: a domain and the root of the batch. */
final class EntrySignature {
    private static final byte[] DOMAIN = "peerkit-entry-2".getBytes(StandardCharsets.US_ASCII);

    private EntrySignature() {}

    static byte[] message(byte[] root) {
        byte[] message = new byte[DOMAIN.length + root.length];
        System.arraycopy(DOMAIN, 0, message, 0, DOMAIN.length);
        System.arraycopy(root, 0, message, DOMAIN.length, root.length);
        return message;
    }
}
