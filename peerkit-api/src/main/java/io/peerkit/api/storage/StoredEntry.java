// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import java.util.Optional;

/**
 * An entry as a store keeps it. The store does not look into the envelope or the blob.
 *
 * @param id the entry; comes with the same time always, being the hash of what has the time in it
 * @param time its place in the order, an unsigned 64-bit number
 * @param blobHash names the blob
 * @param envelope header, proof and signature as they travel, at most {@value #MAX_ENVELOPE_BYTES} bytes; not copied
 * @param blob the blob, at most {@value #MAX_BLOB_BYTES} bytes; not copied; absent where the application declined it or keeps it
 *     itself
 */
public record StoredEntry(EntryId id, long time, BlobHash blobHash, byte[] envelope, Optional<byte[]> blob) {
    /** The longest envelope in bytes. */
    public static final int MAX_ENVELOPE_BYTES = 8_192;

    /** The longest blob in bytes. */
    public static final int MAX_BLOB_BYTES = 1_048_576;

    /** Checks the lengths, with {@link Storage#SEALING_BYTES} more for a store that seals. */
    public StoredEntry {
        if (envelope.length > MAX_ENVELOPE_BYTES + Storage.SEALING_BYTES) {
            throw new IllegalArgumentException(
                    "envelope of " + envelope.length + " bytes, at most " + MAX_ENVELOPE_BYTES);
        }
        if (blob.isPresent() && blob.get().length > MAX_BLOB_BYTES + Storage.SEALING_BYTES) {
            throw new IllegalArgumentException("blob of " + blob.get().length + " bytes, at most " + MAX_BLOB_BYTES);
        }
    }

    /**
     * The entry's place in the order.
     *
     * @return time and id
     */
    public EntryKey key() {
        return new EntryKey(time, id);
    }

    /**
     * What the entry counts towards a bound of bytes.
     *
     * @return the length of envelope and blob together, in bytes
     */
    public int bytes() {
        return envelope.length + blob.map(present -> present.length).orElse(0);
    }
}
