// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.PeerkitException;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A store that takes virtual time, commits in groups, can fail, and can lose what it has not acknowledged.
 *
 * <p>Belongs to the thread of its {@link VirtualTime}. The store behind it does the work whenever its moment has come, and
 * the one thread waits for it, so that a store with threads of its own does not disturb the order.
 */
final class VirtualStorage implements Storage {
    /** How long a read takes. */
    static final Duration READ = Duration.ofNanos(50_000);

    /** How long a commit takes, however many writes go into it. */
    static final Duration COMMIT = Duration.ofMillis(1);

    /** How long others take to hear of a commit. */
    static final Duration NEWS = Duration.ofMillis(2);

    private record Write(List<RecordCondition> conditions, WriteBatch batch, CompletableFuture<Optional<BitSet>> done) {
        CompletableFuture<Optional<BitSet>> to(Storage store) {
            return conditions.isEmpty() ? store.write(batch).thenApply(Optional::of) : store.writeIf(conditions, batch);
        }
    }

    private final VirtualTime time;
    private final Storage store;
    private final SharedEntries shared;
    private List<Write> waiting = new ArrayList<>();
    private List<Write> committing = List.of();
    private boolean failing;
    private int commitsLeft;
    private Runnable atCommit = () -> {};
    private boolean dead;

    /**
     * @param time the time it takes
     * @param store does the work
     * @param shared of all stores of the simulation
     */
    VirtualStorage(VirtualTime time, Storage store, SharedEntries shared) {
        this.time = time;
        this.store = store;
        this.shared = shared;
    }

    /** Makes every call fail, as a full or broken disk does, until it is told otherwise. */
    void failing(boolean next) {
        failing = next;
    }

    /**
     * Ends without acknowledging anything more.
     *
     * @param commitReachedDisk whether the commit under way is there after the restart: a process that dies cannot know
     */
    void crash(boolean commitReachedDisk) {
        dead = true;
        if (commitReachedDisk && !failing) {
            committing.forEach(write -> write.to(store).join());
        }
        waiting = List.of();
        committing = List.of();
        store.close();
    }

    /** Runs something in the middle of a commit, the n-th from now. */
    void atCommit(int commits, Runnable what) {
        commitsLeft = commits;
        atCommit = what;
    }

    /** The store behind it, without delays and failures. */
    Storage behind() {
        return store;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return queue(List.of(), batch).thenApply(Optional::orElseThrow);
    }

    @Override
    public boolean hasConditions() {
        return true;
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        RecordCondition.check(conditions, batch);
        return queue(conditions, batch);
    }

    private CompletableFuture<Optional<BitSet>> queue(List<RecordCondition> conditions, WriteBatch batch) {
        CompletableFuture<Optional<BitSet>> done = new CompletableFuture<>();
        if (dead) {
            done.completeExceptionally(new ClosedException("store is closed"));
            return done;
        }
        waiting.add(new Write(conditions, shared.sharing(batch), done));
        if (committing.isEmpty()) {
            begin();
        }
        return done;
    }

    private void begin() {
        committing = waiting;
        waiting = new ArrayList<>();
        if (commitsLeft > 0 && --commitsLeft == 0) {
            time.schedule(COMMIT.dividedBy(2), () -> {
                if (!dead) {
                    atCommit.run();
                }
            });
        }
        time.schedule(COMMIT, this::commit);
    }

    private void commit() {
        if (dead) {
            return;
        }
        List<Write> group = committing;
        committing = List.of();
        if (!waiting.isEmpty()) {
            begin();
        }
        group.forEach(write -> finish(write.done, () -> write.to(store)));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return read(() -> store.entries(ids, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return read(() -> store.entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return read(() -> store.keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return read(() -> store.scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return read(store::count);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return read(() -> store.metadata(name));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return read(() -> store.metadataNames(after, limit));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        return read(() -> store.agents(limit));
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return read(() -> store.cards(after, limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return read(() -> store.record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return read(() -> store.records(collection, after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return read(() -> store.collections(after, limit));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return read(() -> store.chunksPresent(hashes));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        return read(() -> store.chunks(hashes, maxBytes));
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return read(() -> store.chunkHashes(after, limit));
    }

    @Override
    public CompletableFuture<Void> compact() {
        return read(store::compact);
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public void watch(StorageWatcher watcher) {
        store.watch(new StorageWatcher() {
            @Override
            public void changed(List<EntryKey> added, List<EntryKey> removed) {
                later(() -> watcher.changed(added, removed));
            }

            @Override
            public void missed() {
                later(watcher::missed);
            }
        });
    }

    private void later(Runnable news) {
        time.schedule(NEWS, () -> {
            if (!dead) {
                news.run();
            }
        });
    }

    @Override
    public void close() {
        if (!dead) {
            // Closing finishes the writes under way, at once: nobody waits for time to pass here.
            List<Write> left = new ArrayList<>(committing);
            left.addAll(waiting);
            dead = true;
            committing = List.of();
            waiting = List.of();
            left.forEach(write -> finish(write.done, () -> write.to(store)));
            store.close();
        }
    }

    private <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> question) {
        CompletableFuture<T> done = new CompletableFuture<>();
        time.schedule(READ, () -> {
            if (dead) {
                done.completeExceptionally(new ClosedException("store is closed"));
            } else {
                finish(done, question);
            }
        });
        return done;
    }

    private <T> void finish(CompletableFuture<T> done, Supplier<CompletableFuture<T>> work) {
        if (failing) {
            done.completeExceptionally(new StorageException("disk is full, as the simulation asked"));
            return;
        }
        T value;
        try {
            value = work.get().join();
        } catch (CompletionException e) {
            done.completeExceptionally(e.getCause() == null ? e : e.getCause());
            return;
        } catch (PeerkitException e) {
            done.completeExceptionally(e);
            return;
        }
        done.complete(value);
    }
}
