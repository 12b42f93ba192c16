// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.EntryId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import java.util.Optional;

/**
 * A decoded entry of which nothing is proven yet but that the id belongs to the header.
 *
 * @param id the hash of the header's bytes
 * @param idBytes the same
 * @param header what the author is said to have signed
 * @param understood whether this version knows its kind and all fields of its header
 * @param envelope the proof
 * @param wire as it came
 */
public record OpenedEntry(
        EntryId id, byte[] idBytes, EntryHeader header, boolean understood, EntryEnvelope envelope, WireEntry wire) {
    /** What to store once it is proven. */
    public SealedEntry sealed() {
        return new SealedEntry(
                new StoredEntry(id, header.time(), header.blobHash(), wire.envelope(), Optional.of(wire.blob())),
                header);
    }
}
