// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * A store in memory for tests and simulations.
 *
 * <p>What it holds lies on a {@link MemoryDisk}, which outlives it: a store that is opened on the disk of one that was closed or
 * {@linkplain #crash crashed} finds what was acknowledged there. Nothing survives the process.
 *
 * <p>Each call is carried out, and its future completed, by one task on the executor that was given, in the order of the calls:
 * where the executor is deterministic, so is the store. Writes wait in memory without bound until the executor gets to them.
 */
public final class MemoryStorage implements Storage {
    private record Pending(
            List<RecordCondition> conditions, WriteBatch batch, CompletableFuture<Optional<BitSet>> done) {}

    private final MemoryDisk disk;
    private final Executor executor;
    private final boolean shared;
    private final Runnable whenClosed;
    private final Object lock = new Object();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final StoreNews news;
    private int writesToFail;
    private boolean closed;
    private boolean crashed;

    /**
     * Opens an empty store.
     *
     * @param executor completes the futures; it is never shut down here
     */
    public MemoryStorage(Executor executor) {
        this(new MemoryDisk(), executor);
    }

    /**
     * Opens the store on a disk.
     *
     * @param disk where the data lies
     * @param executor completes the futures; it is never shut down here
     * @throws StorageException when another store has the disk open
     */
    public MemoryStorage(MemoryDisk disk, Executor executor) {
        this(disk, executor, false, () -> {});
    }

    MemoryStorage(MemoryDisk disk, Executor executor, boolean shared, Runnable whenClosed) {
        this.disk = disk;
        this.executor = executor;
        this.news = new StoreNews(executor);
        this.shared = shared;
        this.whenClosed = whenClosed;
        disk.attach(this);
    }

    /**
     * A store for an application's tests, with a daemon thread of its own while it is open.
     *
     * @return opens the same data each time, one store at a time; its {@code keyFile} is empty
     */
    public static StorageFactory factory() {
        return new MemoryStorageFactory(false);
    }

    /**
     * As {@link #factory}, for tests of an application that runs in several processes on one set of data.
     *
     * @return opens the same data each time, for any number of stores at a time that tell each other what they write
     */
    public static StorageFactory sharedFactory() {
        return new MemoryStorageFactory(true);
    }

    /**
     * Opens the store on a disk that others may have open in the same way, and tells its watcher what they write.
     *
     * @param disk where the data lies
     * @param executor completes the futures and tells the watcher; it is never shut down here
     * @return the open store
     * @throws StorageException when another store has the disk open for itself
     */
    public static MemoryStorage shared(MemoryDisk disk, Executor executor) {
        return new MemoryStorage(disk, executor, true, () -> {});
    }

    /**
     * Makes writes fail with {@link StorageException} and write nothing, as on a full disk.
     *
     * @param writes how many of the writes that are carried out next
     */
    public void failWrites(int writes) {
        synchronized (lock) {
            writesToFail = writes;
        }
    }

    /**
     * Loses sight of what others write, as when a connection breaks, or gets it back and tells the watcher that it missed something.
     *
     * @param lost whether it hears nothing from now on
     */
    public void loseNews(boolean lost) {
        news.lose(lost);
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public void watch(StorageWatcher next) {
        if (shared) {
            news.watch(next);
        }
    }

    /** Others have written; called in the order of the commits. */
    void hear(List<EntryKey> added, List<EntryKey> removed) {
        news.hear(added, removed);
    }

    /** Dies as a process does: writes that are not acknowledged are lost. Same as {@code crash(0)}. */
    public void crash() {
        crash(0);
    }

    /**
     * Dies as a process does. Futures that are not complete never complete, since nobody is left to hear of them; further
     * calls fail with {@link ClosedException}; the disk is free for another store.
     *
     * @param survivors how many of the writes that were not acknowledged, the oldest first, had reached the disk
     *     nevertheless; the others are lost
     */
    public void crash(int survivors) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            crashed = true;
            for (int i = 0; i < survivors && !pending.isEmpty(); i++) {
                Pending write = pending.remove();
                disk.write(write.conditions(), write.batch(), this);
            }
            pending.clear();
        }
        news.close();
        disk.detach(this);
        whenClosed.run();
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return carryOut(List.of(), batch).thenApply(Optional::orElseThrow);
    }

    @Override
    public boolean hasConditions() {
        return true;
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        RecordCondition.check(conditions, batch);
        return carryOut(List.copyOf(conditions), batch);
    }

    private CompletableFuture<Optional<BitSet>> carryOut(List<RecordCondition> conditions, WriteBatch batch) {
        CompletableFuture<Optional<BitSet>> done = new CompletableFuture<>();
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(closedException());
            }
            pending.add(new Pending(conditions, batch, done));
        }
        try {
            executor.execute(this::writeNext);
        } catch (RejectedExecutionException e) {
            synchronized (lock) {
                pending.removeIf(write -> write.done() == done);
            }
            done.completeExceptionally(new ClosedException("the store's executor takes no more work", e));
        }
        return done;
    }

    private void writeNext() {
        Optional<Runnable> outcome;
        synchronized (lock) {
            outcome = carryOutNext();
        }
        outcome.ifPresent(Runnable::run);
    }

    /** Returns how to tell the caller, which must not happen under the lock. */
    private Optional<Runnable> carryOutNext() {
        Pending next = pending.poll();
        if (next == null) {
            return Optional.empty();
        }
        if (writesToFail > 0) {
            writesToFail--;
            return Optional.of(() -> next.done().completeExceptionally(new StorageException("the disk is full")));
        }
        Optional<BitSet> added = disk.write(next.conditions(), next.batch(), this);
        return Optional.of(() -> next.done().complete(added));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        List<EntryId> wanted = List.copyOf(ids);
        Storage.checkWithin("ids", wanted.size(), MAX_IDS);
        return read(() -> disk.entries(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return read(() -> disk.entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        Storage.checkWithin("limit", limit, KeyPage.MAX_KEYS);
        return read(() -> disk.keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        Storage.checkWithin("limit", limit, MAX_IDS);
        return read(() -> disk.scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return read(disk::count);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return read(() -> disk.metadata(name));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return read(() -> disk.metadataNames(after, limit));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return read(() -> disk.agents(limit));
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return read(() -> disk.cards(after, limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return read(() -> disk.record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        RecordKey.checkCollection(collection);
        Storage.checkWithin("limit", limit, MAX_RECORDS);
        return read(() -> disk.records(collection, after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return read(() -> disk.collections(after, limit));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> disk.chunksPresent(wanted));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> disk.chunks(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_CHUNKS);
        return read(() -> disk.chunkHashes(after, limit));
    }

    @Override
    public CompletableFuture<Void> compact() {
        return read(() -> null);
    }

    private <T> CompletableFuture<T> read(Supplier<T> read) {
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(closedException());
            }
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                if (!isCrashed()) {
                    answer.complete(read.get());
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new ClosedException("the store's executor takes no more work", e));
        }
        return answer;
    }

    private boolean isCrashed() {
        synchronized (lock) {
            return crashed;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Writes that still wait are carried out on the calling thread, since the executor may be one that only runs when told to.
     */
    @Override
    public void close() {
        Deque<Runnable> outcomes = new ArrayDeque<>();
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            for (Optional<Runnable> next = carryOutNext(); next.isPresent(); next = carryOutNext()) {
                outcomes.add(next.get());
            }
        }
        news.close();
        disk.detach(this);
        outcomes.forEach(Runnable::run);
        whenClosed.run();
    }

    private static ClosedException closedException() {
        return new ClosedException("the store is closed");
    }
}
