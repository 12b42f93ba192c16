// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists what the store below has under other names, in the order of those: the name that was given is sealed with each value, so the
 * values are read.
 */
final class SealedListing {
    /** The most metadata in an answer; each may have 64 KiB. */
    static final int MAX_METADATA = 64;

    /** Where a page of chunks ends, in bytes. */
    static final int MAX_BYTES = 4_194_304;

    private final Storage inner;
    private final SealedWrites writes;

    SealedListing(Storage inner, SealedWrites writes) {
        this.inner = inner;
        this.writes = writes;
    }

    CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return Futures.unwrapped(page(after.map(name -> writes.form().names().metadata(name)), limit));
    }

    private CompletableFuture<List<String>> page(Optional<String> after, int limit) {
        return inner.metadataNames(after, limit > MAX_METADATA && limit <= Storage.MAX_NAMES ? MAX_METADATA : limit)
                .thenCompose(found -> {
                    CompletableFuture<List<String>> opened = CompletableFuture.completedFuture(new ArrayList<>());
                    for (String name : found) {
                        if (!OwnMetadata.NAMES.contains(name)) {
                            opened =
                                    opened.thenCombine(inner.metadata(name), (names, value) -> add(names, name, value));
                        }
                    }
                    return opened.thenCompose(names -> names.isEmpty() && !found.isEmpty()
                            ? page(Optional.of(found.get(found.size() - 1)), limit)
                            : CompletableFuture.completedFuture(names));
                });
    }

    private List<String> add(List<String> names, String sealedName, Optional<byte[]> value) {
        value.ifPresent(
                kept -> names.add(writes.form().openMetadata(sealedName, kept).name()));
        return names;
    }

    CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return Futures.unwrapped(chunks(after.map(hash -> writes.form().names().chunk(hash)), limit));
    }

    private CompletableFuture<List<BlobHash>> chunks(Optional<BlobHash> after, int limit) {
        return inner.chunkHashes(after, limit)
                .thenCompose(found -> inner.chunks(found, MAX_BYTES).thenCompose(chunks -> {
                    if (chunks.isEmpty() && !found.isEmpty()) {
                        // All of them were removed in between; an empty answer would mean that this is the end.
                        return chunks(Optional.of(found.get(found.size() - 1)), limit);
                    }
                    return CompletableFuture.completedFuture(chunks.stream()
                            .map(chunk -> writes.form().open(chunk).hash())
                            .toList());
                }));
    }
}
