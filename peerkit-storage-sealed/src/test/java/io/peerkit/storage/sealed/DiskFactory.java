// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.storage.MemoryDisk;
import io.peerkit.testkit.storage.MemoryStorage;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens stores on one disk that die as a process does at a given write: before it reached the disk, or when it has and nobody was told.
 */
final class DiskFactory implements StorageFactory {
    private final MemoryDisk disk = new MemoryDisk();
    private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean lastOneReachesTheDisk;
    private volatile boolean dead;

    /** @param writes how many more are carried out and acknowledged */
    void dieAfter(int writes, boolean theNextReachesTheDisk) {
        lastOneReachesTheDisk = theNextReachesTheDisk;
        writesLeft.set(writes);
    }

    void live() {
        writesLeft.set(Integer.MAX_VALUE);
        dead = false;
    }

    boolean isDead() {
        return dead;
    }

    @Override
    public Storage open() {
        return new Mortal(new MemoryStorage(disk, Runnable::run));
    }

    @Override
    public Optional<Path> keyFile() {
        return Optional.empty();
    }

    private final class Mortal implements Storage {
        private final MemoryStorage memory;

        Mortal(MemoryStorage memory) {
            this.memory = memory;
        }

        @Override
        public synchronized CompletableFuture<BitSet> write(WriteBatch batch) {
            if (dead) {
                return new CompletableFuture<>();
            }
            if (writesLeft.getAndDecrement() > 0) {
                return memory.write(batch);
            }
            if (lastOneReachesTheDisk) {
                var unused = memory.write(batch);
            }
            dead = true;
            memory.crash();
            return new CompletableFuture<>();
        }

        private <T> CompletableFuture<T> read(CompletableFuture<T> answer) {
            return dead ? new CompletableFuture<>() : answer;
        }

        @Override
        public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
            return read(memory.entries(ids, maxBytes));
        }

        @Override
        public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
            return read(memory.entryOfBlob(hash));
        }

        @Override
        public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
            return read(memory.keys(after, limit));
        }

        @Override
        public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
            return read(memory.scan(after, limit, maxBytes));
        }

        @Override
        public CompletableFuture<Long> count() {
            return read(memory.count());
        }

        @Override
        public CompletableFuture<Optional<byte[]>> metadata(String name) {
            return read(memory.metadata(name));
        }

        @Override
        public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
            return read(memory.metadataNames(after, limit));
        }

        @Override
        public CompletableFuture<List<byte[]>> agents(int limit) {
            return read(memory.agents(limit));
        }

        @Override
        public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
            return read(memory.cards(after, limit));
        }

        @Override
        public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
            return read(memory.record(key));
        }

        @Override
        public CompletableFuture<List<StoredRecord>> records(
                String collection, Optional<byte[]> after, int limit, int maxBytes) {
            return read(memory.records(collection, after, limit, maxBytes));
        }

        @Override
        public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
            return read(memory.collections(after, limit));
        }

        @Override
        public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
            return read(memory.chunksPresent(hashes));
        }

        @Override
        public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
            return read(memory.chunks(hashes, maxBytes));
        }

        @Override
        public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
            return read(memory.chunkHashes(after, limit));
        }

        @Override
        public CompletableFuture<Void> compact() {
            return read(memory.compact());
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
