// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open store: one thread that writes, one that reads, one that copies the log into the file, a connection
 * for each.
 *
 * <p>All are daemons: a process that ends without closing loses nothing that was acknowledged.
 */
public final class SqliteStore implements Storage {
    /** The most reads that may wait. */
    static final int MAX_WAITING_READS = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    private final Path file;
    private final StoreLock lock;
    private final StoreWriter writer;
    private final StoreReader reader;
    private final Checkpointer checkpointer;
    private final WriteQueue queue = new WriteQueue();
    private final ThreadPoolExecutor reads;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private SqliteStore(Path file, StoreLock lock, StoreWriter writer, StoreReader reader, Checkpointer checkpointer) {
        this.file = file;
        this.lock = lock;
        this.writer = writer;
        this.reader = reader;
        this.checkpointer = checkpointer;
        daemon(new GroupCommit(file, queue, writer, checkpointer), "peerkit-store-writer")
                .start();
        daemon(checkpointer, "peerkit-store-checkpointer").start();
        reads = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING_READS),
                work -> daemon(work, "peerkit-store-reader"));
        reads.prestartCoreThread();
    }

    /**
     * Opens a store and takes it for itself.
     *
     * @param file made when it is not there
     * @return the open store
     * @throws io.peerkit.api.StorageException when it is in use, no store of ours, damaged, of a newer version or not
     *     writable
     */
    public static SqliteStore open(Path file) {
        return open(file, StoreConnections.UNBOUNDED_PAGES);
    }

    static SqliteStore open(Path file, long maxPages) {
        Path resolved = StoreLock.resolve(file);
        StoreLock lock = StoreLock.take(resolved);
        try {
            return connect(resolved, lock, maxPages);
        } catch (SQLException | RuntimeException | LinkageError e) {
            lock.close();
            throw StoreFailure.of(resolved, e);
        }
    }

    private static SqliteStore connect(Path file, StoreLock lock, long maxPages) throws SQLException {
        List<Connection> opened = new ArrayList<>();
        try {
            opened.add(StoreConnections.writer(file, maxPages));
            StoreWriter writer = new StoreWriter(opened.get(0));
            opened.add(StoreConnections.reader(file));
            StoreReader reader = new StoreReader(opened.get(1));
            opened.add(StoreConnections.checkpointer(file));
            return new SqliteStore(file, lock, writer, reader, new Checkpointer(file, opened.get(2)));
        } catch (SQLException e) {
            for (Connection connection : opened) {
                connection.close();
            }
            throw e;
        }
    }

    private Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return enqueue(PendingWrite.of(batch));
    }

    @Override
    public CompletableFuture<Void> compact() {
        return enqueue(PendingWrite.compaction()).thenAccept(none -> {});
    }

    private CompletableFuture<BitSet> enqueue(PendingWrite write) {
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
        within("ids", wanted.size(), MAX_IDS);
        return read(() -> reader.entries(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return read(() -> reader.entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        within("limit", limit, KeyPage.MAX_KEYS);
        return read(() -> reader.keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        within("limit", limit, MAX_IDS);
        return read(() -> reader.scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return read(reader::count);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        return read(() -> reader.metadata(name));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        within("limit", limit, MAX_AGENTS);
        return read(() -> reader.agents(limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return read(() -> reader.record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        RecordKey.checkCollection(collection);
        within("limit", limit, MAX_RECORDS);
        Optional<byte[]> from = after.map(byte[]::clone);
        return read(() -> reader.records(collection, from, limit, maxBytes));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        within("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> reader.chunksPresent(wanted));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        within("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> reader.chunks(wanted, maxBytes));
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
        reads.shutdown();
        checkpointer.stop();
        joinAll();
        // The writer's connection last: it then folds the log into the file.
        try (lock;
                writer;
                checkpointer;
                reader) {
            LOG.debug("{}: closing", file);
        } catch (SQLException e) {
            // All that was acknowledged is in the log, which the next opening reads.
            LOG.warn("{}: SQLite could not close the file cleanly", file, e);
        }
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

    private interface Read<T> {
        T run() throws SQLException;
    }

    private <T> CompletableFuture<T> read(Read<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            reads.execute(() -> {
                try {
                    answer.complete(read.run());
                } catch (Throwable e) { // whatever it is, the caller must hear of it
                    recover();
                    answer.completeExceptionally(StoreFailure.of(file, e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    reads.isShutdown()
                            ? new ClosedException("the store is closed")
                            : new LimitExceededException("reads waiting: " + MAX_WAITING_READS + ", no more can wait"));
        }
        return answer;
    }

    private void recover() {
        try {
            reader.recover();
        } catch (SQLException e) {
            LOG.debug("{}: a statement did not close", file, e);
        }
    }

    private static void within(String what, int value, int bound) {
        if (value < 0 || value > bound) {
            throw new IllegalArgumentException(what + ": " + value + ", must be 0 to " + bound);
        }
    }
}
