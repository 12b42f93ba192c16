// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

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
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open store: one thread that writes, one that reads, one that reads chunks, one that copies the log into the file, a
 * connection for each.
 *
 * <p>All are daemons: a process that ends without closing loses nothing that was acknowledged.
 */
public final class SqliteStore implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    /** The open stores of this process by their files. */
    private static final Map<Path, SqliteStore> OPEN = new ConcurrentHashMap<>();

    private final Path file;
    private final StoreParts parts;
    private final WriteQueue queue = new WriteQueue();
    private final EmptiedFiles emptied = new EmptiedFiles();
    private final ReadThread reads;
    private final ReadThread chunkReads;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Backup> backup = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private SqliteStore(Path file, StoreParts parts) {
        this.file = file;
        this.parts = parts;
        reads = new ReadThread(file, parts.reader()::recover, work -> daemon(work, "peerkit-store-reader"));
        chunkReads = new ReadThread(file, parts.chunkReader()::recover, work -> daemon(work, "peerkit-store-chunks"));
        GroupCommit commits =
                new GroupCommit(file, queue, parts.writer(), parts.checkpointer(), emptied, this::deleteEmptied);
        daemon(commits, "peerkit-store-writer").start();
        daemon(parts.checkpointer(), "peerkit-store-checkpointer").start();
    }

    /**
     * Opens a store and takes it for itself.
     *
     * @param file made when it is not there
     * @param checked whether to look through all of it for damage
     * @return the open store
     * @throws io.peerkit.api.StorageException when it is in use, no store of ours, damaged, of a newer version or not
     *     writable
     */
    public static SqliteStore open(Path file, boolean checked) {
        return open(file, checked, StoreConnections.UNBOUNDED_PAGES);
    }

    static SqliteStore open(Path file) {
        return open(file, false);
    }

    static SqliteStore open(Path file, boolean checked, long maxPages) {
        Path resolved = StoreLock.resolve(file);
        StoreLock lock = StoreLock.take(resolved);
        try {
            SqliteStore store = new SqliteStore(resolved, StoreParts.open(resolved, lock, checked, maxPages));
            OPEN.put(resolved, store);
            return store;
        } catch (SQLException | IOException | RuntimeException | LinkageError e) {
            lock.close();
            throw StoreFailure.of(resolved, e);
        }
    }

    /**
     * Copies an open store.
     *
     * @param file of a store that is open in this process
     * @param target must not be there
     * @return a future that completes when the copy is on the disk
     */
    public static CompletableFuture<Void> backup(Path file, Path target) {
        SqliteStore store = OPEN.get(StoreLock.resolve(file));
        return store == null
                ? CompletableFuture.failedFuture(new ClosedException(file + ": the store is not open in this process"))
                : store.backup(target);
    }

    private Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return enqueue(PendingWrite.of(batch)).thenApply(Optional::orElseThrow);
    }

    @Override
    public boolean hasConditions() {
        return true;
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        RecordCondition.check(conditions, batch);
        return enqueue(PendingWrite.of(List.copyOf(conditions), batch));
    }

    @Override
    public CompletableFuture<Void> compact() {
        return enqueue(PendingWrite.compaction()).thenAccept(none -> {});
    }

    private CompletableFuture<Optional<BitSet>> enqueue(PendingWrite write) {
        try {
            queue.add(write);
        } catch (PeerkitException e) {
            return CompletableFuture.failedFuture(e);
        }
        return write.done();
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        List<EntryId> wanted = List.copyOf(ids);
        Storage.checkWithin("ids", wanted.size(), MAX_IDS);
        return reads.read(() -> parts.reader().entries(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return reads.read(() -> parts.reader().entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        Storage.checkWithin("limit", limit, KeyPage.MAX_KEYS);
        return reads.read(() -> parts.reader().keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        Storage.checkWithin("limit", limit, MAX_IDS);
        return reads.read(() -> parts.reader().scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return reads.read(parts.reader()::count);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return reads.read(() -> parts.reader().metadata(name));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return reads.read(() -> parts.reader().listing().metadataNames(after, limit));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return reads.read(() -> parts.reader().agents(limit));
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return reads.read(() -> parts.reader().listing().cards(after, limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return reads.read(() -> parts.reader().record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        RecordKey.checkCollection(collection);
        Storage.checkWithin("limit", limit, MAX_RECORDS);
        Optional<byte[]> from = after.map(byte[]::clone);
        return reads.read(() -> parts.reader().records(collection, from, limit, maxBytes));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return reads.read(() -> parts.reader().listing().collections(after, limit));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return reads.read(() -> parts.reader().chunksPresent(wanted));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return chunkReads.read(() -> parts.chunkReader().chunks(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_CHUNKS);
        return reads.read(() -> parts.reader().listing().chunkHashes(after, limit));
    }

    private CompletableFuture<Void> deleteEmptied() {
        return chunkReads
                .read(() -> {
                    parts.chunkReader().delete(emptied.take());
                    return true;
                })
                .thenAccept(unused -> {});
    }

    private CompletableFuture<Void> backup(Path target) {
        Backup copy = new Backup(file, target);
        if (!backup.compareAndSet(null, copy)) {
            return CompletableFuture.failedFuture(new StorageException(file + ": a backup is under way already"));
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        emptied.hold();
        daemon(() -> run(copy, done), "peerkit-store-backup").start();
        return done;
    }

    private void run(Backup copy, CompletableFuture<Void> done) {
        @Nullable Throwable failure = null;
        try {
            if (closing.get()) {
                throw new ClosedException("the store is closed");
            }
            copy.run();
        } catch (Throwable e) { // whatever it is, the caller must hear of it
            failure = StoreFailure.of(file, e);
        }
        emptied.release();
        backup.set(null);
        var unused = deleteEmptied();
        threads.remove(Thread.currentThread());
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when called on a thread of the store, which would wait for itself
     */
    @Override
    public void close() {
        if (threads.contains(Thread.currentThread())) {
            throw new IllegalStateException("close() on a thread of the store");
        }
        if (closing.compareAndSet(false, true)) {
            try {
                finish();
            } finally {
                closed.complete(null);
            }
        }
        closed.join();
    }

    private void finish() {
        queue.close();
        Backup copy = backup.get();
        if (copy != null) {
            copy.cancel();
        }
        reads.shutdown();
        chunkReads.shutdown();
        parts.checkpointer().stop();
        joinAll();
        try {
            parts.chunkReader().delete(emptied.take());
        } catch (IOException e) {
            LOG.debug("{}: chunk files were not deleted", file, e);
        }
        OPEN.remove(file, this);
        parts.close();
    }

    /** Waits for all threads, whoever interrupts: they end as soon as what waits is done. */
    private void joinAll() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
