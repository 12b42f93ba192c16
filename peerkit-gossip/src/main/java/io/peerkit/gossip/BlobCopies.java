// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.BlobHash;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Checks, copies and hashes what is to be published on the thread of the caller, so that many callers share the work. */
final class BlobCopies {
    /** The most bytes of blobs in one call. */
    static final int MAX_BYTES = 16 * 1_048_576;

    private BlobCopies() {}

    static CompletableFuture<List<Publication>> of(
            List<byte[]> blobs,
            BiFunction<List<byte[]>, List<BlobHash>, CompletableFuture<List<Publication>>> publish) {
        List<byte[]> copies = new ArrayList<>(blobs.size());
        List<BlobHash> hashes = new ArrayList<>(blobs.size());
        long bytes = 0;
        for (byte[] blob : blobs) {
            bytes += blob.length;
            if (blob.length > PeerkitNode.MAX_BLOB_BYTES || bytes > MAX_BYTES) {
                return CompletableFuture.failedFuture(new LimitExceededException("blob of " + blob.length
                        + " bytes, at most " + PeerkitNode.MAX_BLOB_BYTES + ", in " + bytes
                        + " bytes together, at most "
                        + MAX_BYTES));
            }
            if (copies.size() == PeerkitNode.MAX_BATCH) {
                return CompletableFuture.failedFuture(
                        new LimitExceededException(blobs.size() + " blobs at once, at most " + PeerkitNode.MAX_BATCH));
            }
            byte[] copy = blob.clone();
            copies.add(copy);
            hashes.add(BlobHash.ofBlob(copy));
        }
        if (copies.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return publish.apply(copies, hashes);
    }
}
