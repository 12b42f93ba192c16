// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.List;

/**
 * What an application wants to keep whatever happens.
 *
 * @param entries those pinned one by one, in the order of their ids
 * @param blobs those pinned by content, in the order of their hashes
 */
public record Pinned(List<EntryId> entries, List<BlobHash> blobs) {
    /** Copies the lists. */
    public Pinned {
        entries = List.copyOf(entries);
        blobs = List.copyOf(blobs);
    }
}
