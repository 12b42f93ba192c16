// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.epoch.EntryRemover;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the chunks of large blobs whose last entry was deleted. The manifest goes with the entry but is needed to find the chunks, so it is
 * kept as a chunk of its own, under a record, until they are gone; a crash in between is made good at the next start. Belongs to
 * the node loop.
 */
final class BlobOrphans implements EntryRemover.Belongings {
    private static final byte[] NOTHING = {};
    private static final Logger LOG = LoggerFactory.getLogger(BlobOrphans.class);

    private final NodeLoop loop;
    private final Storage storage;
    private final ChunkRelease release;
    private final BlobQueue queue;

    BlobOrphans(NodeLoop loop, Storage storage, ChunkRelease release, BlobQueue queue) {
        this.loop = loop;
        this.storage = storage;
        this.release = release;
        this.queue = queue;
    }

    @Override
    public void addTo(WriteBatch.Builder batch, StoredEntry entry, EntryHeader header) {
        if (header.kind() == EntryHeader.KIND_LARGE_BLOB && entry.blob().isPresent()) {
            batch.removeRecords(List.of(BlobRecords.todoKey(entry.id())))
                    .records(List.of(new StoredRecord(key(entry.blobHash()), NOTHING)))
                    .chunks(List.of(
                            new StoredChunk(entry.blobHash(), entry.blob().orElseThrow())));
        }
    }

    @Override
    public void removed(StoredEntry entry, EntryHeader header) {
        if (header.kind() == EntryHeader.KIND_LARGE_BLOB && entry.blob().isPresent()) {
            queue.forget(entry.id(), entry.blobHash());
            clear(entry.blobHash()).exceptionally(BlobOrphans::failed);
        }
    }

    /** Goes on with what a crash left. */
    void start() {
        next(Optional.empty()).exceptionally(BlobOrphans::failed);
    }

    private CompletableFuture<Void> next(Optional<byte[]> after) {
        return OnLoop.of(loop, storage.records(BlobRecords.ORPHAN, after, 1, 1)).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            byte[] key = found.get(0).key().key();
            return clear(BlobRecords.readHash(key)).thenCompose(done -> next(Optional.of(key)));
        });
    }

    private static RecordKey key(BlobHash manifest) {
        return RecordKey.of(BlobRecords.ORPHAN, manifest.toBytes());
    }

    private CompletableFuture<Void> clear(BlobHash manifest) {
        return OnLoop.of(loop, storage.entryOfBlob(manifest)).thenCompose(other -> {
            if (other.isPresent()) {
                return end(manifest);
            }
            return OnLoop.of(loop, storage.chunks(List.of(manifest), 1))
                    .thenCompose(found -> found.isEmpty()
                            ? end(manifest)
                            : drop(manifest, found.get(0).bytes()).thenCompose(done -> end(manifest)));
        });
    }

    private CompletableFuture<Void> drop(BlobHash hash, byte[] bytes) {
        BlobManifest manifest;
        try {
            manifest = BlobManifest.decode(bytes);
        } catch (InvalidBytesException e) {
            return CompletableFuture.completedFuture(null);
        }
        return OnLoop.of(loop, storage.record(BlobRecords.stateKey(hash))).thenCompose(state -> {
            // Who fetched it owns it under the manifest's hash; who published it here, under chance.
            List<byte[]> owners = new ArrayList<>(List.of(hash.toBytes()));
            state.map(BlobRecords::readState).ifPresent(known -> owners.add(known.owner()));
            CompletableFuture<Void> dropped = CompletableFuture.completedFuture(null);
            for (byte[] owner : owners) {
                dropped = dropped.thenCompose(done -> release.blob(owner, manifest));
            }
            return dropped.thenCompose(done -> write(WriteBatch.builder()
                    .removeRecords(List.of(BlobRecords.stateKey(hash), BlobRecords.contentKey(manifest.content())))));
        });
    }

    private CompletableFuture<Void> end(BlobHash manifest) {
        return write(WriteBatch.builder().removeRecords(List.of(key(manifest))).removeChunks(List.of(manifest)));
    }

    private CompletableFuture<Void> write(WriteBatch.Builder batch) {
        return OnLoop.of(loop, storage.write(batch.build())).thenApply(done -> null);
    }

    private static Void failed(Throwable reason) {
        LOG.debug("chunks of a deleted blob are removed at the next start", reason);
        return null;
    }
}
