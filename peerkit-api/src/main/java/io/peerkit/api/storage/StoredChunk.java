// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.BlobHash;

/**
 * A piece of a large blob. A store keeps it once, however many blobs have it.
 *
 * @param hash names the piece: the SHA-256 of its bytes, which the store does not check
 * @param bytes at most {@value #MAX_BYTES} bytes; not copied
 */
public record StoredChunk(BlobHash hash, byte[] bytes) {
    /** The longest chunk in bytes. */
    public static final int MAX_BYTES = 1_048_576;

    /** Checks the length, with {@link Storage#SEALING_BYTES} more for a store that seals. */
    public StoredChunk {
        if (bytes.length > MAX_BYTES + Storage.SEALING_BYTES) {
            throw new IllegalArgumentException("chunk of " + bytes.length + " bytes, at most " + MAX_BYTES);
        }
    }
}
