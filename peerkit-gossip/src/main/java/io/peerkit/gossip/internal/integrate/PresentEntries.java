// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Asks a store which entries are there, with little memory however large they are. */
public final class PresentEntries {
    private static final int PAGE_BYTES = 1_048_576;

    private PresentEntries() {}

    /**
     * Asks.
     *
     * @param ids at most {@link Storage#MAX_IDS}
     * @return those that are there
     */
    public static CompletableFuture<Set<EntryId>> of(Storage storage, List<EntryId> ids) {
        return more(storage, ids, new HashSet<>());
    }

    private static CompletableFuture<Set<EntryId>> more(Storage storage, List<EntryId> ids, Set<EntryId> present) {
        return storage.entries(ids, PAGE_BYTES).thenCompose(found -> {
            long bytes = 0;
            for (StoredEntry entry : found) {
                present.add(entry.id());
                bytes += entry.bytes();
            }
            if (bytes <= PAGE_BYTES) {
                return CompletableFuture.completedFuture(present);
            }
            int looked = ids.indexOf(found.get(found.size() - 1).id()) + 1;
            return more(storage, ids.subList(looked, ids.size()), present);
        });
    }
}
