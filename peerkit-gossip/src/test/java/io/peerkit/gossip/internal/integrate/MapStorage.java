// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Entries and records in maps: this module does not know the real stores. The rest is not there. */
final class MapStorage implements Storage {
    final Map<EntryId, StoredEntry> entries = new LinkedHashMap<>();
    final TreeMap<RecordKey, StoredRecord> records = new TreeMap<>();
    boolean failing;

    StoredEntry entry(EntryId id) {
        return Objects.requireNonNull(entries.get(id));
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        if (failing) {
            return CompletableFuture.failedFuture(new StorageException("from the test"));
        }
        batch.removedEntries().forEach(entries::remove);
        batch.removedRecords().forEach(records::remove);
        BitSet added = new BitSet();
        for (int i = 0; i < batch.entries().size(); i++) {
            StoredEntry entry = batch.entries().get(i);
            added.set(i, entries.putIfAbsent(entry.id(), entry) == null);
        }
        batch.records().forEach(each -> records.put(each.key(), each));
        return CompletableFuture.completedFuture(added);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        List<StoredEntry> found = new ArrayList<>();
        long bytes = 0;
        for (EntryId id : ids) {
            if (entries.containsKey(id) && bytes <= maxBytes) {
                found.add(entries.get(id));
                bytes += entries.get(id).bytes();
            }
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return CompletableFuture.completedFuture(records.values().stream()
                .filter(each -> each.key().collection().equals(collection))
                .filter(each -> after.isEmpty() || each.key().compareTo(RecordKey.of(collection, after.get())) > 0)
                .limit(limit)
                .toList());
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Long> count() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> compact() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
