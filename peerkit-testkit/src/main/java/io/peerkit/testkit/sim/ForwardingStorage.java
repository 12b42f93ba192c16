// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A store that does what another does, except where a hostile peer's lies. */
abstract class ForwardingStorage implements Storage {
    final Storage honest;

    ForwardingStorage(Storage honest) {
        this.honest = honest;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return honest.write(batch);
    }

    @Override
    public boolean hasConditions() {
        return honest.hasConditions();
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        return honest.writeIf(conditions, batch);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return honest.entries(ids, maxBytes);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return honest.scan(after, limit, maxBytes);
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return honest.entryOfBlob(hash);
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return honest.keys(after, limit);
    }

    @Override
    public CompletableFuture<Long> count() {
        return honest.count();
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return honest.metadata(name);
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return honest.metadataNames(after, limit);
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        return honest.agents(limit);
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return honest.cards(after, limit);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return honest.record(key);
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return honest.records(collection, after, limit, maxBytes);
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return honest.collections(after, limit);
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return honest.chunksPresent(hashes);
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        return honest.chunks(hashes, maxBytes);
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return honest.chunkHashes(after, limit);
    }

    @Override
    public CompletableFuture<Void> compact() {
        return honest.compact();
    }

    @Override
    public void close() {
        honest.close();
    }
}
