// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import io.peerkit.api.storage.EntryKey;

/**
 * An entry that was removed: its records may go, unless it was added again.
 *
 * @param entry the place that it had
 * @param blob the beginning of the hash of its blob
 */
public record Removal(EntryKey entry, long blob) {
    /**
     * Where a record of it may be.
     *
     * @param kind of the index
     * @return the place
     */
    public IndexPlace place(IndexKind kind) {
        long id = Journal.prefix(entry.id());
        return kind == IndexKind.ID ? new IndexPlace(id, entry.time(), blob) : new IndexPlace(blob, entry.time(), id);
    }
}
