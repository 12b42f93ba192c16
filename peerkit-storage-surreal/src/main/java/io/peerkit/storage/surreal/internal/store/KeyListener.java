// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.storage.EntryKey;
import java.util.List;

/** Hears what others wrote to a shared space. */
public interface KeyListener {
    /**
     * Others added and removed entries in one transaction.
     *
     * @param added those that came
     * @param removed those that went
     */
    void changed(List<EntryKey> added, List<EntryKey> removed);

    /** Changes may have been missed. */
    void missed();
}
