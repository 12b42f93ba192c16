// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Ends a {@link ContentDigest}: what was not hashed on the way is read from the store, page after page. Belongs to the node
 * loop; hashes on the lane.
 */
final class ContentCheck {
    /** The most chunks of one read, and about the most bytes. */
    private static final int READ_CHUNKS = 32;

    private static final int READ_BYTES = 2 * 1_048_576;

    private final BlobParts parts;
    private final WorkLane lane;
    private final ContentDigest digest;
    private final BlobManifest manifest;

    ContentCheck(BlobParts parts, WorkLane lane, ContentDigest digest, BlobManifest manifest) {
        this.parts = parts;
        this.lane = lane;
        this.digest = digest;
        this.manifest = manifest;
    }

    /** The hash of the content; failed when the store failed or lacks a chunk. */
    CompletableFuture<BlobHash> start() {
        return onLane(() -> {
                    digest.stop();
                    return digest.hashedChunks();
                })
                .thenCompose(this::page)
                .thenCompose(done -> onLane(digest::hash));
    }

    private <T> CompletableFuture<T> onLane(Supplier<T> work) {
        return OnLoop.of(parts.loop(), CompletableFuture.supplyAsync(work, lane));
    }

    /** Goes on behind so many chunks. */
    private CompletableFuture<Void> page(long hashedChunks) {
        int index = (int) (hashedChunks / ChunkPage.MAX_CHUNKS);
        if (index >= manifest.pages().size()) {
            return CompletableFuture.completedFuture(null);
        }
        boolean last = index == manifest.pages().size() - 1;
        return read(List.of(manifest.pages().get(index)), ChunkPage.MAX_BYTES)
                .thenCompose(found -> {
                    List<ChunkRef> chunks = ChunkPage.decode(found.get(0).bytes(), last);
                    return rest(chunks, (int) (hashedChunks % ChunkPage.MAX_CHUNKS));
                })
                .thenCompose(done -> page((index + 1L) * ChunkPage.MAX_CHUNKS));
    }

    private CompletableFuture<Void> rest(List<ChunkRef> chunks, int from) {
        if (from >= chunks.size()) {
            return CompletableFuture.completedFuture(null);
        }
        List<BlobHash> hashes = new ArrayList<>(READ_CHUNKS);
        int bytes = 0;
        for (int i = from; i < chunks.size() && hashes.size() < READ_CHUNKS && bytes < READ_BYTES; i++) {
            hashes.add(chunks.get(i).hash());
            bytes += chunks.get(i).length();
        }
        return read(hashes, Integer.MAX_VALUE)
                .thenCompose(found -> onLane(() -> {
                    found.forEach(chunk -> digest.read(chunk.bytes()));
                    return found.size();
                }))
                .thenCompose(count -> rest(chunks, from + count));
    }

    private CompletableFuture<List<StoredChunk>> read(List<BlobHash> hashes, int maxBytes) {
        return OnLoop.of(parts.loop(), parts.storage().chunks(hashes, maxBytes)).thenApply(found -> {
            if (found.size() != hashes.size()) {
                throw new StorageException("the store has " + found.size() + " of " + hashes.size()
                        + " chunks of large blob " + manifest.content());
            }
            return found;
        });
    }
}
