// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The set of entries in a store that no node uses, for tools that look at it.
 *
 * @param entries how many there are
 * @param fingerprint of their ids, as {@link io.peerkit.api.NodeStatus#fingerprint} gives it
 */
public record StoredSet(long entries, String fingerprint) {
    /**
     * Reads all keys of a store.
     *
     * @param storage open; not closed here
     * @return a future of the set, completed on a thread of the store, failed with
     *     {@link io.peerkit.api.StorageException} when it cannot be read
     */
    public static CompletableFuture<StoredSet> read(Storage storage) {
        return page(storage, Optional.empty(), new EntrySetLoader());
    }

    private static CompletableFuture<StoredSet> page(Storage storage, Optional<EntryKey> after, EntrySetLoader loader) {
        return storage.keys(after, KeyPage.MAX_KEYS).thenCompose(page -> {
            if (page.size() == 0) {
                EntrySet set = loader.load();
                return CompletableFuture.completedFuture(
                        new StoredSet(set.size(), set.fingerprint().toString()));
            }
            loader.append(page.times(), page.ids(), page.size());
            int last = page.size() - 1;
            EntryId id = EntryId.of(Arrays.copyOfRange(page.ids(), last * 32, last * 32 + 32));
            return page(storage, Optional.of(new EntryKey(page.times()[last], id)), loader);
        });
    }
}
