// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A store as peers see it: with the blobs that the application keeps in its place. What neither has stays absent.
 *
 * <p>Entries that are read with their blobs keep to the bounds of {@link Storage}: a page may end earlier than that of the
 * store behind, never later. Safe for use by any thread.
 */
public final class HookedStorage implements Storage {
    private final Storage store;
    private final NodeLoop loop;
    private final KeptBlobs kept;

    /**
     * @param store has the headers, and the blobs that the application does not keep
     * @param kept has the others
     */
    public HookedStorage(Storage store, NodeLoop loop, KeptBlobs kept) {
        this.store = store;
        this.loop = loop;
        this.kept = kept;
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return filled(() -> store.entries(ids, maxBytes), maxBytes);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return filled(() -> store.scan(after, limit, maxBytes), maxBytes);
    }

    private CompletableFuture<List<StoredEntry>> filled(
            Supplier<CompletableFuture<List<StoredEntry>>> page, int maxBytes) {
        CompletableFuture<List<StoredEntry>> filled = new CompletableFuture<>();
        LoopHop.then(loop, page.get(), found -> fill(found, maxBytes, filled), filled::completeExceptionally);
        return filled;
    }

    private void fill(List<StoredEntry> found, int maxBytes, CompletableFuture<List<StoredEntry>> filled) {
        List<BlobHash> missing = new ArrayList<>();
        for (StoredEntry entry : found) {
            if (entry.blob().isEmpty()) {
                missing.add(entry.blobHash());
            }
        }
        if (missing.isEmpty()) {
            filled.complete(found);
            return;
        }
        LoopHop.then(
                loop,
                kept.read(missing, maxBytes),
                answer -> filled.complete(together(found, answer.blobs(), maxBytes)),
                full -> filled.complete(found));
    }

    /** Puts the blobs where they belong, and ends the page where the bounds say. */
    static List<StoredEntry> together(List<StoredEntry> found, List<Optional<byte[]>> blobs, int maxBytes) {
        List<StoredEntry> page = new ArrayList<>(found.size());
        Iterator<Optional<byte[]>> next = blobs.iterator();
        long bytes = 0;
        for (StoredEntry entry : found) {
            if (bytes > maxBytes || (entry.blob().isEmpty() && !next.hasNext())) {
                break;
            }
            Optional<byte[]> blob = entry.blob().isPresent() ? entry.blob() : next.next();
            page.add(new StoredEntry(entry.id(), entry.time(), entry.blobHash(), entry.envelope(), blob));
            bytes += entry.envelope().length + blob.map(some -> some.length).orElse(0);
        }
        return page;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return store.write(batch);
    }

    @Override
    public boolean hasConditions() {
        return store.hasConditions();
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        return store.writeIf(conditions, batch);
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return store.entryOfBlob(hash);
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return store.keys(after, limit);
    }

    @Override
    public CompletableFuture<Long> count() {
        return store.count();
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return store.metadata(name);
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return store.metadataNames(after, limit);
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        return store.agents(limit);
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return store.cards(after, limit);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return store.record(key);
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return store.records(collection, after, limit, maxBytes);
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return store.collections(after, limit);
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return store.chunksPresent(hashes);
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        return store.chunks(hashes, maxBytes);
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return store.chunkHashes(after, limit);
    }

    @Override
    public CompletableFuture<Void> compact() {
        return store.compact();
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public void watch(StorageWatcher watcher) {
        store.watch(watcher);
    }

    @Override
    public void close() {
        store.close();
    }
}
