// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Removes the uses of chunks by an owner, and the chunks that nobody else uses, in small batches that can be done again from
 * the beginning after a crash: pages go behind all that they list. Belongs to the node loop.
 *
 * <p>In a shared store another process may begin to use a chunk between the look for its users and its removal. So the chunks are
 * {@linkplain BlobRecords#mark marked} before the look, and removed only if the marks are still there. When others come in between
 * again and again, or the store has no conditions, the removal fails and its records stay: the next start goes on.
 */
final class ChunkRelease {
    /** The most chunks of one step, during which nobody else begins to use any. */
    private static final int STEP_CHUNKS = 256;

    /** How often a step looks again because another process began to use one of its chunks. */
    private static final int MAX_ATTEMPTS = 3;

    private static final int PART_LIMIT = 64;
    private static final int PART_BYTES = 262_144;

    private final NodeLoop loop;
    private final Storage storage;
    private final ClaimGate gate;

    ChunkRelease(NodeLoop loop, Storage storage, ClaimGate gate) {
        this.loop = loop;
        this.storage = storage;
        this.gate = gate;
    }

    /** Removes what an owner uses of a blob, then the wish to do so. */
    CompletableFuture<Void> blob(byte[] owner, BlobManifest manifest) {
        return page(owner, manifest, 0)
                .thenCompose(done -> step(owner, new ArrayList<>(new LinkedHashSet<>(manifest.pages()))))
                .thenCompose(done -> forget(List.of(RecordKey.of(BlobRecords.RELEASE, owner))));
    }

    private CompletableFuture<Void> page(byte[] owner, BlobManifest manifest, int index) {
        if (index == manifest.pages().size()) {
            return CompletableFuture.completedFuture(null);
        }
        BlobHash hash = manifest.pages().get(index);
        return OnLoop.of(loop, storage.chunks(List.of(hash), ChunkPage.MAX_BYTES))
                .thenCompose(found ->
                        chunksOf(owner, found, index == manifest.pages().size() - 1))
                .thenCompose(done -> page(owner, manifest, index + 1));
    }

    /** What a page that is not here lists was never used. */
    private CompletableFuture<Void> chunksOf(byte[] owner, List<StoredChunk> page, boolean last) {
        if (page.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Set<BlobHash> hashes = new LinkedHashSet<>();
        try {
            for (ChunkRef chunk : ChunkPage.decode(page.get(0).bytes(), last)) {
                hashes.add(chunk.hash());
            }
        } catch (InvalidBytesException e) {
            return CompletableFuture.completedFuture(null);
        }
        return step(owner, new ArrayList<>(hashes));
    }

    /** Removes what an upload has written, then the records of it. */
    CompletableFuture<Void> upload(byte[] owner) {
        return parts(owner, true).thenCompose(done -> forget(List.of(RecordKey.of(BlobRecords.UPLOAD, owner))));
    }

    /** Removes the records of an upload that was published; its chunks stay. */
    CompletableFuture<Void> forgetUpload(byte[] owner) {
        return parts(owner, false).thenCompose(done -> forget(List.of(RecordKey.of(BlobRecords.UPLOAD, owner))));
    }

    private CompletableFuture<Void> parts(byte[] owner, boolean chunksToo) {
        return OnLoop.of(loop, storage.records(BlobRecords.UPLOAD_PART, Optional.of(owner), PART_LIMIT, PART_BYTES))
                .thenCompose(found -> {
                    Set<BlobHash> hashes = new LinkedHashSet<>();
                    List<RecordKey> keys = new ArrayList<>();
                    for (StoredRecord part : found) {
                        if (startsWith(part.key().key(), owner)) {
                            keys.add(part.key());
                            hashes.addAll(BlobRecords.readHashes(part.value()));
                        }
                    }
                    if (keys.isEmpty()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return step(owner, chunksToo ? new ArrayList<>(hashes) : List.of())
                            .thenCompose(done -> forget(keys))
                            .thenCompose(done -> parts(owner, chunksToo));
                });
    }

    private static boolean startsWith(byte[] key, byte[] beginning) {
        return key.length >= beginning.length
                && Arrays.equals(key, 0, beginning.length, beginning, 0, beginning.length);
    }

    private CompletableFuture<Void> forget(List<RecordKey> keys) {
        return write(WriteBatch.builder().removeRecords(keys).build());
    }

    private CompletableFuture<Void> write(WriteBatch batch) {
        return OnLoop.of(loop, storage.write(batch)).thenApply(done -> null);
    }

    private CompletableFuture<Void> step(byte[] owner, List<BlobHash> hashes) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (int from = 0; from < hashes.size(); from += STEP_CHUNKS) {
            List<BlobHash> some = hashes.subList(from, Math.min(from + STEP_CHUNKS, hashes.size()));
            done = done.thenCompose(before ->
                    gate.remove(() -> storage.isShared() ? removeMarked(owner, some, 1) : removeUnused(owner, some)));
        }
        return done;
    }

    private CompletableFuture<Void> removeMarked(byte[] owner, List<BlobHash> hashes, int attempt) {
        if (!storage.hasConditions() || attempt > MAX_ATTEMPTS) {
            return CompletableFuture.failedFuture(
                    new StorageException("other processes use the same chunks; they are removed later"));
        }
        byte[] mark = new byte[BlobRecords.ID_BYTES];
        loop.random().nextBytes(mark);
        List<StoredRecord> marks =
                hashes.stream().map(hash -> BlobRecords.mark(hash, mark)).toList();
        List<RecordCondition> unchanged = marks.stream()
                .map(record -> RecordCondition.equal(record.key(), record.value()))
                .toList();
        return write(WriteBatch.builder().records(marks).build())
                .thenCompose(done -> unused(hashes, Optional.of(owner)))
                .thenCompose(unused -> {
                    WriteBatch.Builder batch = WriteBatch.builder().removeChunks(unused);
                    hashes.forEach(hash ->
                            batch.removeRecords(List.of(BlobRecords.markKey(hash), BlobRecords.useKey(hash, owner))));
                    return OnLoop.of(loop, storage.writeIf(unchanged, batch.build()));
                })
                .thenCompose(removed -> removed.isPresent()
                        ? CompletableFuture.completedFuture(null)
                        : removeMarked(owner, hashes, attempt + 1));
    }

    private CompletableFuture<Void> removeUnused(byte[] owner, List<BlobHash> hashes) {
        List<RecordKey> uses = new ArrayList<>();
        hashes.forEach(hash -> {
            uses.add(BlobRecords.useKey(hash, owner));
            uses.add(BlobRecords.markKey(hash)); // from a time when the store was shared
        });
        return forget(uses)
                .thenCompose(done -> unused(hashes, Optional.empty()))
                .thenCompose(unused ->
                        write(WriteBatch.builder().removeChunks(unused).build()));
    }

    /** Those of the chunks that nobody uses but perhaps one owner. */
    private CompletableFuture<List<BlobHash>> unused(List<BlobHash> hashes, Optional<byte[]> but) {
        List<BlobHash> unused = new ArrayList<>();
        CompletableFuture<Void> looked = CompletableFuture.completedFuture(null);
        for (BlobHash hash : hashes) {
            looked = looked.thenCombine(isUsed(hash, but), (before, is) -> {
                if (!is) {
                    unused.add(hash);
                }
                return null;
            });
        }
        return looked.thenApply(done -> unused);
    }

    private CompletableFuture<Boolean> isUsed(BlobHash hash, Optional<byte[]> but) {
        byte[] beginning = hash.toBytes();
        return OnLoop.of(loop, storage.records(BlobRecords.USE, Optional.of(beginning), 2, PART_BYTES))
                .thenApply(found -> found.stream()
                        .map(use -> use.key().key())
                        .filter(key -> startsWith(key, beginning))
                        .anyMatch(key -> but.map(owner -> BlobRecords.useKey(hash, owner))
                                .filter(own -> Arrays.equals(own.key(), key))
                                .isEmpty()));
    }
}
