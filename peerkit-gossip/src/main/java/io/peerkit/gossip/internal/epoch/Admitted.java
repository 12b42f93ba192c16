// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.gossip.internal.entry.SealedEntry;

/**
 * An entry on its way into the store.
 *
 * @param entry proven
 * @param as where it belongs
 * @param heeded false when its author is blocked: a delete then deletes nothing
 */
public record Admitted(SealedEntry entry, EpochLedger.Admission as, boolean heeded) {
    boolean isDelete() {
        return entry.header().kind() == EntryHeader.KIND_DELETE;
    }

    /** How many records {@link Epochs#addTo} writes for it, beside those of the whole batch. */
    public int records() {
        return isDelete() ? Math.max(1, entry.header().links().size()) : 0;
    }
}
