// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entries whose large blob is to be fetched, and which of them are being fetched. The store holds them all; a few are
 * here, and when those are done the next are read. Belongs to the node loop.
 */
final class BlobQueue implements BlobFetcher.Listener {
    /** The most entries in memory that wait. */
    static final int MAX_WAITING = 256;

    /** The most entries with one and the same blob that are told at once. */
    private static final int MAX_ENTRIES = 64;

    /** A blob of which nothing came for this long makes room for another. */
    private static final long STALL_MILLIS = 30_000;

    /** After so many ticks the store is asked again when it failed. */
    private static final int RETRY_TICKS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(BlobQueue.class);

    private record Todo(EntryId entry, BlobHash blob) {}

    private static final class Active {
        private final List<EntryId> entries = new ArrayList<>(1);
        private Optional<BlobManifest> manifest = Optional.empty();
        private long toldBytes = -1;
    }

    private final BlobParts parts;
    private final ChunkRelease release;
    private final BlobFetcher fetcher;
    private final Deque<Todo> waiting = new ArrayDeque<>();
    private final Map<BlobHash, Active> active = new LinkedHashMap<>();
    private Optional<byte[]> scannedTo = Optional.empty();
    private boolean moreInStore = true;
    private boolean scanning;
    private boolean stopped;
    private int restTicks;

    BlobQueue(BlobParts parts, ClaimGate gate, ChunkRelease release) {
        this.parts = parts;
        this.release = release;
        this.fetcher = new BlobFetcher(parts, gate, this);
    }

    BlobFetcher fetcher() {
        return fetcher;
    }

    /** An entry is stored, and the wish for its blob with it. */
    void add(EntryId entry, BlobHash blob) {
        if (waiting.size() < MAX_WAITING) {
            waiting.add(new Todo(entry, blob));
        } else {
            moreInStore = true;
        }
        next();
    }

    /** An entry was deleted. Its download ends when no other entry wants it. */
    void forget(EntryId entry, BlobHash blob) {
        waiting.removeIf(todo -> todo.entry().equals(entry));
        Active wanted = active.get(blob);
        if (wanted != null && wanted.entries.remove(entry) && wanted.entries.isEmpty()) {
            active.remove(blob);
            fetcher.park(blob);
        }
    }

    /** Begins with what it can. */
    void next() {
        while (!stopped && restTicks == 0 && !waiting.isEmpty()) {
            Todo todo = waiting.element();
            Active same = active.get(todo.blob());
            if (same == null && active.size() >= FetchMachine.MAX_DOWNLOADS) {
                break;
            }
            waiting.remove();
            if (same == null) {
                begin(todo);
            } else if (same.entries.size() >= MAX_ENTRIES) {
                moreInStore = true;
            } else if (!same.entries.contains(todo.entry())) {
                same.entries.add(todo.entry());
            }
        }
        if (!stopped && waiting.isEmpty() && moreInStore && !scanning && restTicks == 0) {
            scan();
        }
    }

    private void scan() {
        scanning = true;
        OnLoop.of(parts.loop(), parts.storage().records(BlobRecords.TODO, scannedTo, MAX_WAITING, 1 << 20))
                .thenAccept(this::scanned)
                .exceptionally(this::failed);
    }

    private void scanned(List<StoredRecord> found) {
        scanning = false;
        boolean fresh = false;
        for (StoredRecord record : found) {
            Todo todo = new Todo(EntryId.of(record.key().key()), BlobRecords.readHash(record.value()));
            Active same = active.get(todo.blob());
            if (same == null || (!same.entries.contains(todo.entry()) && same.entries.size() < MAX_ENTRIES)) {
                waiting.add(todo);
                fresh = true;
            }
        }
        if (found.isEmpty()) {
            // The next time from the beginning: what was parked or came meanwhile.
            moreInStore = false;
            scannedTo = Optional.empty();
        } else {
            scannedTo = Optional.of(found.get(found.size() - 1).key().key());
        }
        if (fresh || !found.isEmpty()) {
            next();
        }
    }

    private Void failed(Throwable reason) {
        LOG.debug("the store failed for the list of large blobs; tried again later", reason);
        scanning = false;
        moreInStore = true;
        restTicks = RETRY_TICKS;
        return null;
    }

    private void begin(Todo todo) {
        Active begun = new Active();
        begun.entries.add(todo.entry());
        active.put(todo.blob(), begun);
        OnLoop.of(parts.loop(), parts.storage().record(BlobRecords.stateKey(todo.blob())))
                .thenCompose(state -> state.isPresent()
                        ? known(todo, BlobRecords.readState(state.get()))
                        : OnLoop.of(parts.loop(), parts.storage().entries(List.of(todo.entry()), 1))
                                .thenCompose(found -> start(todo, begun, found)))
                .exceptionally(reason -> {
                    active.remove(todo.blob());
                    return failed(reason);
                });
    }

    private CompletableFuture<Void> start(Todo todo, Active begun, List<StoredEntry> found) {
        Optional<byte[]> bytes = found.stream().findFirst().flatMap(StoredEntry::blob);
        try {
            if (bytes.isPresent()) {
                BlobManifest manifest = BlobManifest.decode(bytes.get());
                begun.manifest = Optional.of(manifest);
                fetcher.begin(todo.blob(), manifest);
                return CompletableFuture.completedFuture(null);
            }
        } catch (InvalidBytesException e) {
            LOG.error("entry {} in the store has no manifest", todo.entry(), e);
        }
        return end(todo.blob(), WriteBatch.builder(), begun);
    }

    /** A blob is complete, or its author lied about it, since before. */
    private CompletableFuture<Void> known(Todo todo, BlobRecords.State state) {
        BlobHash blob = todo.blob();
        Active known = active.get(blob);
        if (known == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> single = Arrays.equals(state.owner(), blob.toBytes())
                ? CompletableFuture.completedFuture(null)
                : releaseImported(todo, state);
        return single.thenCompose(released -> {
            if (state.complete()) {
                tellComplete(known, state.content(), state.size());
            }
            return end(blob, WriteBatch.builder(), known);
        });
    }

    /** An archive brought chunks of a blob that was published here, and claimed them for the blob's own name as well. */
    private CompletableFuture<Void> releaseImported(Todo todo, BlobRecords.State state) {
        return OnLoop.of(parts.loop(), parts.storage().entries(List.of(todo.entry()), 1))
                .thenCompose(found -> {
                    Optional<BlobManifest> manifest = found.stream()
                            .flatMap(entry -> entry.blob().stream())
                            .map(BlobManifest::decode)
                            .findFirst();
                    if (manifest.isEmpty()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    // The first page is the first chunk that an import brings.
                    RecordKey first = BlobRecords.useKey(
                            manifest.get().pages().get(0), todo.blob().toBytes());
                    return OnLoop.of(parts.loop(), parts.storage().record(first))
                            .thenCompose(use -> use.isPresent()
                                    ? releaseOwn(todo.blob(), manifest.get(), state)
                                    : CompletableFuture.completedFuture(null));
                });
    }

    /** Removes the wishes for a blob, in one batch with what becomes of it. */
    private CompletableFuture<Void> end(BlobHash blob, WriteBatch.Builder batch, Active ended) {
        List<RecordKey> wishes =
                ended.entries.stream().map(BlobRecords::todoKey).toList();
        return OnLoop.of(
                        parts.loop(),
                        parts.storage().write(batch.removeRecords(wishes).build()))
                .whenComplete((done, failure) -> {
                    active.remove(blob, ended);
                    // Other entries with the same blob may have been left in the store.
                    moreInStore = moreInStore || ended.entries.size() >= MAX_ENTRIES;
                    if (failure == null) {
                        next();
                    }
                })
                .thenApply(done -> null);
    }

    @Override
    public Optional<BlobManifest> manifest(BlobHash blob) {
        Active found = active.get(blob);
        return found == null ? Optional.empty() : found.manifest;
    }

    @Override
    public void fetched(BlobHash blob) {
        Active done = active.get(blob);
        if (done == null || done.manifest.isEmpty()) {
            return;
        }
        BlobManifest manifest = done.manifest.get();
        OnLoop.of(parts.loop(), parts.storage().record(BlobRecords.stateKey(blob)))
                .thenCompose(state -> state.isPresent()
                        ? releaseOwn(blob, manifest, BlobRecords.readState(state.get()))
                                .thenCompose(released -> end(blob, WriteBatch.builder(), done))
                        : end(
                                blob,
                                WriteBatch.builder()
                                        .records(List.of(
                                                BlobRecords.state(blob, state(blob, manifest, done, true)),
                                                BlobRecords.content(manifest.content(), blob))),
                                done))
                .thenAccept(written -> tellComplete(done, manifest.content(), manifest.size()))
                .exceptionally(reason -> {
                    active.remove(blob);
                    return failed(reason);
                });
    }

    /** The same blob was published here meanwhile, under an owner of its own, or fetched by another to whom the store belongs too. */
    private CompletableFuture<Void> releaseOwn(BlobHash blob, BlobManifest manifest, BlobRecords.State state) {
        byte[] owner = blob.toBytes();
        if (Arrays.equals(state.owner(), owner)) {
            return CompletableFuture.completedFuture(null);
        }
        return OnLoop.of(
                        parts.loop(),
                        parts.storage()
                                .write(WriteBatch.builder()
                                        .records(List.of(BlobRecords.release(owner, blob)))
                                        .build()))
                .thenCompose(done -> release.blob(owner, manifest));
    }

    private static BlobRecords.State state(BlobHash blob, BlobManifest manifest, Active of, boolean complete) {
        return new BlobRecords.State(complete, manifest.content(), manifest.size(), of.entries.get(0), blob.toBytes());
    }

    @Override
    public void lied(BlobHash blob, String why) {
        Active refused = active.get(blob);
        if (refused == null || refused.manifest.isEmpty()) {
            return;
        }
        BlobManifest manifest = refused.manifest.get();
        LOG.warn("the large blob of entry {} is not what its author signed: {}", refused.entries.get(0), why);
        WriteBatch.Builder batch = WriteBatch.builder()
                .records(List.of(
                        BlobRecords.state(blob, state(blob, manifest, refused, false)),
                        BlobRecords.release(blob.toBytes(), blob)));
        end(blob, batch, refused)
                .thenCompose(done -> release.blob(blob.toBytes(), manifest))
                .exceptionally(this::failed);
    }

    private void tellComplete(Active done, BlobHash content, long size) {
        List<EntryId> entries = List.copyOf(done.entries);
        parts.tasks().execute(() -> entries.forEach(entry -> parts.listener().blobComplete(entry, content, size)));
    }

    void tick() {
        if (restTicks > 0) {
            restTicks--;
        }
        fetcher.tick();
        for (Download download : fetcher.downloads()) {
            Active of = active.get(download.blob());
            if (of != null && of.toldBytes != download.presentBytes()) {
                of.toldBytes = download.presentBytes();
                EntryId entry = of.entries.get(0);
                long here = download.presentBytes();
                long size = download.manifest().size();
                // Lost when the application is slow: another comes with the next second.
                boolean unused = parts.tasks().offer(() -> parts.listener().blobProgress(entry, here, size), 0);
            }
        }
        if (!waiting.isEmpty() || moreInStore) {
            fetcher.downloads().stream()
                    .filter(download -> fetcher.now() - download.movedAt() > STALL_MILLIS)
                    .findFirst()
                    .ifPresent(this::park);
        }
        next();
    }

    private void park(Download download) {
        fetcher.park(download.blob());
        Active parked = active.remove(download.blob());
        if (parked == null) {
            return;
        }
        for (EntryId entry : parked.entries) {
            if (waiting.size() < MAX_WAITING) {
                waiting.add(new Todo(entry, download.blob()));
            } else {
                moreInStore = true;
            }
        }
    }

    CompletableFuture<Void> stop() {
        stopped = true;
        return fetcher.stop();
    }
}
