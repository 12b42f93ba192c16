// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets all stores of a simulation hold the same object for the same entry: ten thousand copies of each would be most of what a
 * large simulation needs. What differs in a single byte stays what it is.
 */
final class SharedEntries {
    /** So many entries are shared; later ones are not. */
    private static final int MAX_SHARED = 1_000_000;

    private final Map<EntryId, StoredEntry> known = new HashMap<>();

    /** The same batch, as far as anybody can tell. */
    WriteBatch sharing(WriteBatch batch) {
        if (batch.entries().isEmpty()) {
            return batch;
        }
        List<StoredEntry> entries = new ArrayList<>(batch.entries().size());
        batch.entries().forEach(entry -> entries.add(shared(entry)));
        return new WriteBatch(
                batch.removedEntries(),
                entries,
                batch.removedMetadata(),
                batch.metadata(),
                batch.removedAgents(),
                batch.agents(),
                batch.removedRecords(),
                batch.records(),
                batch.removedChunks(),
                batch.chunks());
    }

    private StoredEntry shared(StoredEntry entry) {
        StoredEntry first = known.get(entry.id());
        if (first == null) {
            if (known.size() < MAX_SHARED) {
                known.put(entry.id(), entry);
            }
            return entry;
        }
        return isSame(first, entry) ? first : entry;
    }

    private static boolean isSame(StoredEntry one, StoredEntry other) {
        return one.time() == other.time()
                && one.blobHash().equals(other.blobHash())
                && Arrays.equals(one.envelope(), other.envelope())
                && isSame(one.blob(), other.blob());
    }

    private static boolean isSame(Optional<byte[]> one, Optional<byte[]> other) {
        return one.isPresent() == other.isPresent() && (one.isEmpty() || Arrays.equals(one.get(), other.get()));
    }
}
