// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.integrate.Publisher;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes contents of any length from streams: reads and cuts on a worker while the store writes what was read before. What
 * is left of an upload that did not end is removed. Belongs to the node loop.
 */
final class BlobUploads {
    /** The most contents that are read at a time; each has about 12 MiB on the heap. */
    static final int MAX_UPLOADS = 2;

    /** The most contents that wait to be read. */
    static final int MAX_WAITING = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(BlobUploads.class);

    /** A content to publish. */
    record Wish(InputStream content, long size, CompletableFuture<BlobHash> done) {}

    private static final class Running {
        private final Wish wish;
        private final byte[] owner;
        private final BlobUpload upload;
        private long parts;
        private Optional<CompletableFuture<Void>> lastWrite = Optional.empty();

        Running(Wish wish, byte[] owner) {
            this.wish = wish;
            this.owner = owner;
            this.upload = new BlobUpload(wish.content(), wish.size());
        }

        String name() {
            return BlobHash.of(owner).toString();
        }
    }

    private final BlobParts parts;
    private final ClaimGate gate;
    private final ChunkRelease release;
    private final Deque<Wish> waiting = new ArrayDeque<>();
    private final Set<BlobHash> owners = new HashSet<>();
    private int running;
    private boolean stopped;

    BlobUploads(BlobParts parts, ClaimGate gate, ChunkRelease release) {
        this.parts = parts;
        this.gate = gate;
        this.release = release;
    }

    void publish(Wish wish) {
        if (stopped) {
            wish.done().completeExceptionally(new ClosedException("node is closed"));
        } else if (waiting.size() >= MAX_WAITING) {
            wish.done()
                    .completeExceptionally(new LimitExceededException(
                            waiting.size() + " contents wait to be published, at most " + MAX_WAITING));
        } else {
            waiting.add(wish);
            next();
        }
    }

    private void next() {
        while (!stopped && running < MAX_UPLOADS && !waiting.isEmpty()) {
            Wish wish = waiting.remove();
            if (wish.done().isDone()) {
                continue; // The caller has taken the wish back.
            }
            running++;
            if (wish.size() <= PeerkitNode.MAX_BLOB_BYTES) {
                small(wish);
            } else {
                large(wish);
            }
        }
    }

    private <T> CompletableFuture<T> onWorker(Reading<T> reading) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            parts.workers().execute(() -> {
                try {
                    done.complete(reading.read());
                } catch (Throwable e) { // the application's stream may throw anything, and the caller waits for it
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new ClosedException("node is closed", e));
        }
        return OnLoop.of(parts.loop(), done);
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private void end(Wish wish, @Nullable BlobHash hash, @Nullable Throwable failure) {
        running--;
        if (hash != null) {
            wish.done().complete(hash);
        } else if (failure != null) {
            wish.done()
                    .completeExceptionally(
                            failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure);
        }
        next();
    }

    private void small(Wish wish) {
        CompletableFuture<?> unused = onWorker(() -> {
                    byte[] blob = wish.content().readNBytes((int) wish.size() + 1);
                    if (blob.length != wish.size()) {
                        String found = blob.length > wish.size() ? "more than " + wish.size() : "" + blob.length;
                        throw new InvalidSettingException("content of " + found + " bytes, but size is " + wish.size());
                    }
                    return blob;
                })
                .thenCompose(blob -> {
                    CompletableFuture<List<Publication>> published = new CompletableFuture<>();
                    BlobHash hash = BlobHash.ofBlob(blob);
                    parts.publisher().publish(new Publisher.Call(List.of(blob), List.of(hash), published));
                    return published.thenApply(done -> hash);
                })
                .whenComplete((hash, failure) -> end(wish, hash, failure));
    }

    private void large(Wish wish) {
        byte[] owner = new byte[BlobRecords.ID_BYTES];
        parts.loop().random().nextBytes(owner);
        owners.add(BlobHash.of(owner));
        Running upload = new Running(wish, owner);
        CompletableFuture<?> unused = read(upload, CompletableFuture.completedFuture(null))
                .thenCompose(manifest -> commit(upload, manifest))
                .whenComplete((hash, failure) -> {
                    if (failure != null && upload.lastWrite.isPresent() && !stopped) {
                        drop(upload, upload.lastWrite.get());
                    } else {
                        owners.remove(BlobHash.of(owner));
                    }
                    end(wish, hash, failure);
                });
    }

    /** Removes an upload once its last write has ended, which may be of what was read before the failure. */
    private void drop(Running upload, CompletableFuture<Void> lastWrite) {
        CompletableFuture<?> unused = lastWrite
                .exceptionally(failure -> null)
                .thenCompose(done -> release.upload(upload.owner))
                .whenComplete((done, failure) -> {
                    owners.remove(BlobHash.of(upload.owner));
                    if (failure != null) {
                        LOG.debug("what is left of upload {} is removed at the next start", upload.name(), failure);
                    }
                });
    }

    /** Reads a batch while the one before it is being written. */
    private CompletableFuture<BlobManifest> read(Running upload, CompletableFuture<Void> before) {
        return onWorker(upload.upload::next)
                .thenCompose(batch -> before.thenCompose(done -> {
                    if (stopped || upload.wish.done().isDone()) {
                        throw new ClosedException("publishing was ended early");
                    }
                    CompletableFuture<Void> written = write(upload, batch.chunks());
                    return batch.manifest().isPresent()
                            ? written.thenApply(last -> batch.manifest().get())
                            : read(upload, written);
                }));
    }

    private CompletableFuture<Void> write(Running upload, List<StoredChunk> chunks) {
        if (chunks.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<BlobHash> hashes =
                chunks.stream().map(StoredChunk::hash).distinct().toList();
        List<StoredRecord> records = new ArrayList<>(hashes.size() + 2);
        if (upload.parts == 0) {
            records.add(BlobRecords.upload(upload.owner, false));
        }
        records.add(BlobRecords.uploadPart(upload.owner, upload.parts++, hashes));
        records.addAll(BlobRecords.uses(hashes, upload.owner, parts.storage().isShared()));
        WriteBatch batch = WriteBatch.builder().records(records).chunks(chunks).build();
        CompletableFuture<Void> written = gate.claim(
                        () -> OnLoop.of(parts.loop(), parts.storage().write(batch)))
                .thenApply(done -> null);
        upload.lastWrite = Optional.of(written);
        return written;
    }

    /** All chunks are stored: the entry, the state of the blob and the end of the upload go into one batch. */
    private CompletableFuture<BlobHash> commit(Running upload, BlobManifest manifest) {
        byte[] bytes = manifest.encode();
        BlobHash blob = BlobHash.ofBlob(bytes);
        return OnLoop.of(parts.loop(), parts.storage().record(BlobRecords.stateKey(blob)))
                .thenCompose(state -> {
                    boolean known = state.isPresent()
                            && BlobRecords.readState(state.get()).complete();
                    CompletableFuture<List<Publication>> published = new CompletableFuture<>();
                    parts.publisher()
                            .publish(new Publisher.Call(
                                    List.of(bytes),
                                    List.of(blob),
                                    EntryHeader.KIND_LARGE_BLOB,
                                    (index, entry) -> known ? List.of() : records(upload, manifest, blob, entry),
                                    published));
                    return published.thenApply(done -> {
                        CompletableFuture<?> unused = (known
                                        ? release.upload(upload.owner)
                                        : release.forgetUpload(upload.owner))
                                .exceptionally(reason -> {
                                    LOG.debug(
                                            "records of upload {} are removed at the next start",
                                            upload.name(),
                                            reason);
                                    return null;
                                });
                        return manifest.content();
                    });
                });
    }

    private static List<StoredRecord> records(Running upload, BlobManifest manifest, BlobHash blob, EntryId entry) {
        BlobRecords.State state = new BlobRecords.State(true, manifest.content(), manifest.size(), entry, upload.owner);
        return List.of(
                BlobRecords.state(blob, state),
                BlobRecords.content(manifest.content(), blob),
                BlobRecords.upload(upload.owner, true));
    }

    /** Removes what uploads of an earlier run left. */
    void cleanUp(Optional<byte[]> after) {
        OnLoop.of(parts.loop(), parts.storage().records(BlobRecords.UPLOAD, after, 1, 1))
                .thenCompose(found -> {
                    if (found.isEmpty() || stopped) {
                        return CompletableFuture.completedFuture(null);
                    }
                    byte[] owner = found.get(0).key().key();
                    boolean published = found.get(0).value().length > 0;
                    // In a shared store it may be another process that is at it.
                    boolean running = owners.contains(BlobHash.of(owner))
                            || (!published && parts.storage().isShared());
                    CompletableFuture<Void> removed = running
                            ? CompletableFuture.completedFuture(null)
                            : published ? release.forgetUpload(owner) : release.upload(owner);
                    return removed.thenAccept(done -> cleanUp(Optional.of(owner)));
                })
                .exceptionally(reason -> {
                    LOG.debug("what uploads of an earlier run left is removed at the next start", reason);
                    return null;
                });
    }

    void stop() {
        stopped = true;
        waiting.forEach(wish -> wish.done().completeExceptionally(new ClosedException("node is closed")));
        waiting.clear();
    }
}
