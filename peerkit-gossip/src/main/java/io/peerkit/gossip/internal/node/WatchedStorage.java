// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
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
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when a store begins to fail and when it works again, so that a full disk does not fill the log with a stack for
 * each batch. Those who use the store log its failures for debugging only.
 *
 * <p>Safe for use by any thread.
 */
final class WatchedStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedStorage.class);

    private final Storage store;

    /** Apart, as reads go on while the disk is full. */
    private final AtomicBoolean writesFail = new AtomicBoolean();

    private final AtomicBoolean readsFail = new AtomicBoolean();

    /**
     * @param store does the work
     */
    WatchedStorage(Storage store) {
        this.store = store;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return watched(store.write(batch), "written", writesFail);
    }

    @Override
    public boolean hasConditions() {
        return store.hasConditions();
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        return watched(store.writeIf(conditions, batch), "written", writesFail);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return read(store.entries(ids, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return read(store.entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return read(store.keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return read(store.scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return read(store.count());
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return read(store.metadata(name));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return read(store.metadataNames(after, limit));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        return read(store.agents(limit));
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return read(store.cards(after, limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return read(store.record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return read(store.records(collection, after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return read(store.collections(after, limit));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return read(store.chunksPresent(hashes));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        return read(store.chunks(hashes, maxBytes));
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return read(store.chunkHashes(after, limit));
    }

    @Override
    public CompletableFuture<Void> compact() {
        return watched(store.compact(), "written", writesFail);
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

    private <T> CompletableFuture<T> read(CompletableFuture<T> future) {
        return watched(future, "read", readsFail);
    }

    private static <T> CompletableFuture<T> watched(CompletableFuture<T> future, String what, AtomicBoolean fails) {
        return future.whenComplete((value, failure) -> {
            if (failure == null) {
                if (fails.compareAndSet(true, false)) {
                    LOG.info("the store works again: what is to be {} is {}", what, what);
                }
            } else if (isOfTheStore(failure) && fails.compareAndSet(false, true)) {
                LOG.error(
                        "the store fails: what is to be {} is not; it is tried again when it is needed, and logged at"
                                + " debug level until the store works again",
                        what,
                        failure);
            }
        });
    }

    /** A closed store is no news. */
    private static boolean isOfTheStore(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof StorageException;
    }
}
