// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import java.util.List;

/**
 * Hears what others write to a {@linkplain Storage#isShared shared} store: other processes, or other openings in this one. Called on a
 * thread of the store, one call at a time: nothing in it may block. What it hears comes a moment after the write was acknowledged to its
 * writer.
 */
public interface StorageWatcher {
    /**
     * Others added or removed entries in one commit. Commits that touch the same entry are told in their order.
     *
     * @param added the entries that came, in no order
     * @param removed the entries that went, in no order; one that stands in both lists was replaced and is there
     */
    void changed(List<EntryKey> added, List<EntryKey> removed);

    /**
     * Changes may have been missed, so compare all keys: once at the beginning, and whenever the store lost sight of the others for a
     * while. Changes committed after this call are told.
     */
    void missed();
}
