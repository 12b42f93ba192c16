// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.storage.EntryKey;
import java.util.List;

/**
 * Hears what other processes write to a {@linkplain SurrealStorage#shared(SurrealChanges) shared} space. Called on the store's thread:
 * nothing in it may block. What it hears is a hint to look: it comes a moment after the write was acknowledged to its writer.
 */
public interface SurrealChanges {
    /**
     * Another process added or removed entries in one transaction.
     *
     * @param added the entries that came, in no order
     * @param removed the entries that went, in no order
     */
    void changed(List<EntryKey> added, List<EntryKey> removed);

    /** Changes may have been missed, so compare all keys: once at the beginning, and whenever the connection was lost for a while. */
    void missed();
}
