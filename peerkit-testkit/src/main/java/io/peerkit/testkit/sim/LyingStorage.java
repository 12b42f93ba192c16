// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Gives other bytes than were written: what a peer with a rotten disk, or a bad will, serves. */
final class LyingStorage extends ForwardingStorage {
    LyingStorage(Storage honest) {
        super(honest);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return honest.entries(ids, maxBytes).thenApply(LyingStorage::lie);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return honest.scan(after, limit, maxBytes).thenApply(LyingStorage::lie);
    }

    private static List<StoredEntry> lie(List<StoredEntry> entries) {
        return entries.stream()
                .map(entry -> new StoredEntry(
                        entry.id(),
                        entry.time(),
                        entry.blobHash(),
                        entry.envelope(),
                        entry.blob().map(LyingStorage::lie)))
                .toList();
    }

    private static byte[] lie(byte[] blob) {
        byte[] other = blob.clone();
        if (other.length > 0) {
            other[0] ^= 1;
        }
        return other;
    }
}
