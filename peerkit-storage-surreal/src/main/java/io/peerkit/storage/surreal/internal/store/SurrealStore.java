// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

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
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open store. Everything runs on the session's thread, which is a daemon. */
public final class SurrealStore implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(SurrealStore.class);

    private final String name;
    private final boolean shared;
    private final AtomicBoolean watched = new AtomicBoolean();
    private final WebSocketSession session;
    private final Runnable afterClose;
    private final Lease lease;
    private final StoreReader reader;
    private final StoreListing listing;
    private final EntryIndex index;
    private final EntryReader entries;
    private final WriteQueue queue = new WriteQueue();
    private final GroupCommit commits;
    private final LeaseRenewal renewal;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** Counts the reads under way, and one for the store itself; ends when the store was closed and the last read answered. */
    private final Phaser reads = new Phaser(1);

    private volatile boolean lost;

    private SurrealStore(
            WebSocketSession session, Space space, Lease lease, StoreSettings settings, Runnable afterClose) {
        this.name = space.name();
        this.session = session;
        this.afterClose = afterClose;
        this.lease = lease;
        reader = new StoreReader(session, space);
        listing = new StoreListing(session, space);
        IndexTables tables = new IndexTables(session, space, reader);
        index = new EntryIndex(session, space, reader, tables, settings.index(), lease.ownerBytes(), settings.shared());
        entries = new EntryReader(session, space, reader, index);
        commits = new GroupCommit(
                session,
                queue,
                new WriteStatements(space, settings.shared()),
                entries,
                index,
                tables,
                space,
                lease.lanes(),
                this::lost);
        renewal = new LeaseRenewal(lease, settings.lease(), this::lost);
        shared = settings.shared();
    }

    /**
     * Sets a space up, takes it and opens it.
     *
     * @param session closed with the store, also when this fails
     * @param settings of the store
     * @param afterClose done when the store was closed, also when this fails
     * @return the open store
     * @throws StorageException when the server cannot be used or the space is open elsewhere
     */
    public static SurrealStore open(WebSocketSession session, StoreSettings settings, Runnable afterClose) {
        try {
            SurrealStore store = take(session, settings, afterClose);
            try {
                store.prepare(Integer.MAX_VALUE).join();
            } catch (CompletionException e) {
                store.renewal.stop();
                throw e;
            }
            return store;
        } catch (CompletionException | PeerkitException e) {
            session.close();
            afterClose.run();
            throw StoreFailure.of(e);
        }
    }

    /** Opens an old space and stops in the middle of its upgrade; for tests. */
    static SurrealStore openAndUpgrade(WebSocketSession session, StoreSettings settings, int steps) {
        SurrealStore store = take(session, settings, () -> {});
        store.prepare(steps).join();
        return store;
    }

    private static SurrealStore take(WebSocketSession session, StoreSettings settings, Runnable afterClose) {
        Space space = new Space(settings.space());
        var unused = session.query(settings.setUp() + Tables.DEFINE, Map.of()).join();
        Lease lease = Lease.take(session, space, settings.shared(), settings.lease(), settings.lanes());
        SurrealStore store = new SurrealStore(session, space, lease, settings, afterClose);
        store.renewal.start(session);
        return store;
    }

    /** Reads what the indexes have in memory, and brings rows of an earlier version to this one. */
    private CompletableFuture<Void> prepare(int upgradeSteps) {
        return CompletableFuture.runAsync(() -> {}, session.thread())
                .thenCompose(onThread -> lease.isUpgrade()
                        ? new ChecksumUpgrade(session, lease, reader).run(upgradeSteps)
                        : CompletableFuture.completedFuture(upgradeSteps))
                .thenCompose(steps -> steps == 0
                        ? CompletableFuture.completedFuture(null)
                        : index.load(lease.others())
                                .thenCompose(loaded -> new IndexRepair(session, lease, reader, index, commits)
                                        .replace(index.damaged()))
                                .thenCompose(replaced -> lease.isUpgrade()
                                        ? new Upgrade(session, lease, reader, index, commits).run(steps)
                                        : CompletableFuture.completedFuture(null)))
                .thenRun(() -> {
                    var unused = commits.merge();
                });
    }

    private void lost() {
        if (!lost) {
            lost = true;
            renewal.stop();
            LOG.warn("space {}: {}", name, Lease.LOST_MESSAGE);
        }
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

    private CompletableFuture<Optional<BitSet>> enqueue(PendingWrite write) {
        try {
            if (lost && !closing.get()) {
                throw new StorageException(Lease.LOST_MESSAGE);
            }
            queue.add(write);
            session.thread().execute(commits::dispatch);
        } catch (PeerkitException e) {
            return CompletableFuture.failedFuture(e);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new ClosedException("the store is closed"));
        }
        return write.done();
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        List<EntryId> wanted = List.copyOf(ids);
        Storage.checkWithin("ids", wanted.size(), MAX_IDS);
        return read(() -> entries.entries(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return read(() -> entries.entryOfBlob(hash));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        Storage.checkWithin("limit", limit, KeyPage.MAX_KEYS);
        return read(() -> entries.keys(after, limit));
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        Storage.checkWithin("limit", limit, MAX_IDS);
        return read(() -> entries.scan(after, limit, maxBytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return read(reader::count);
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String key) {
        return read(() -> reader.metadata(key));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return read(() -> listing.metadataNames(after, limit));
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return read(() -> reader.agents(limit));
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_AGENTS);
        return read(() -> listing.cards(after, limit));
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return read(() -> reader.record(key));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        RecordKey.checkCollection(collection);
        Storage.checkWithin("limit", limit, MAX_RECORDS);
        Optional<byte[]> from = after.map(byte[]::clone);
        return read(() -> reader.records(collection, from, limit, maxBytes));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_NAMES);
        return read(() -> listing.collections(after, limit));
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> reader.chunksPresent(wanted));
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        List<BlobHash> wanted = List.copyOf(hashes);
        Storage.checkWithin("hashes", wanted.size(), MAX_CHUNKS);
        return read(() -> reader.chunks(wanted, maxBytes));
    }

    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        Storage.checkWithin("limit", limit, MAX_CHUNKS);
        return read(() -> listing.chunkHashes(after, limit));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for the server to answer and asks for nothing: SurrealDB 3 compacts by itself, a moment after rows went, and has no
     * statement to promise when.
     */
    @Override
    public CompletableFuture<Void> compact() {
        return read(() -> reader.count().thenApply(entries -> null));
    }

    @Override
    public boolean isShared() {
        return shared;
    }

    @Override
    public void watch(StorageWatcher watcher) {
        if (!shared) {
            return;
        }
        if (!watched.compareAndSet(false, true)) {
            throw new IllegalStateException("space " + name + " is watched already");
        }
        session.watch(LaneWatch.LIVE, Map.of("space", name), new LaneWatch(lease.ownerBytes(), watcher));
    }

    private <T> CompletableFuture<T> read(Supplier<CompletableFuture<T>> read) {
        if (reads.register() < 0) {
            return CompletableFuture.failedFuture(new ClosedException("the store is closed"));
        }
        if (closing.get()) {
            reads.arriveAndDeregister();
            return CompletableFuture.failedFuture(new ClosedException("the store is closed"));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        var unused = read.get().whenComplete((value, failure) -> {
            reads.arriveAndDeregister();
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(StoreFailure.of(failure));
            }
        });
        return answer;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when called on the store's thread, which would wait for itself
     */
    @Override
    public void close() {
        if (session.isOnThread()) {
            throw new IllegalStateException("close() on a thread of the store");
        }
        if (closing.compareAndSet(false, true)) {
            try {
                finish();
            } finally {
                session.close();
                afterClose.run();
                closed.complete(null);
            }
        }
        closed.join();
    }

    private void finish() {
        queue.close();
        CompletableFuture<Void> idle =
                CompletableFuture.runAsync(() -> {}, session.thread()).thenCompose(started -> commits.finish());
        try {
            idle.join();
            reads.arriveAndDeregister();
            while (!reads.isTerminated()) {
                reads.awaitAdvance(reads.getPhase());
            }
            commits.stopMerging().join();
            renewal.stop();
            if (!lost) {
                var unused = lease.release().join();
            }
        } catch (CompletionException e) {
            // What was acknowledged is on the server; the lease runs out by itself.
            LOG.warn(
                    "space {}: not closed cleanly: {}", name, StoreFailure.of(e).getMessage());
        }
    }

    /** Leaves the lease to run out, as a process does that is stopped; for tests. */
    void abandon() {
        renewal.stop();
    }
}
