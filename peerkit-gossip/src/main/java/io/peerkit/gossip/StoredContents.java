// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.PeerkitException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.inspect.ContentsReader;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What a store that no node uses holds, for tools that look at it.
 *
 * <p>Each list begins with what has the most bytes, but for the sizes, which ascend; where there is more than is listed, the
 * last share is named {@code others}. The bytes of a share are those of envelopes and of the blobs that are in the store.
 *
 * @param entries how many there are
 * @param fingerprint of their ids, as {@link io.peerkit.api.NodeStatus#fingerprint} gives it
 * @param withoutBlob how many have no blob in the store: the application keeps it itself, or declined it
 * @param envelopeBytes headers, proofs and signatures
 * @param blobBytes the blobs in the store
 * @param largeBlobBytes the contents of large blobs, those included of which not all chunks are here and those that share chunks
 * @param networks by network
 * @param authors by author; exact while there are no more than 16,384 of them, above that some of the small ones are counted
 *     among the others
 * @param kinds by kind
 * @param sizes by the length that the blob has, here or elsewhere
 * @param epochs by epoch
 */
public record StoredContents(
        long entries,
        String fingerprint,
        long withoutBlob,
        long envelopeBytes,
        long blobBytes,
        long largeBlobBytes,
        List<Share> networks,
        List<Share> authors,
        List<Share> kinds,
        List<Share> sizes,
        List<Share> epochs) {
    /** Entries read at once. */
    private static final int PAGE_ENTRIES = 1_024;

    /** Bytes read at once. */
    private static final int PAGE_BYTES = 2 * 1_048_576;

    /** Copies the lists. */
    public StoredContents {
        networks = List.copyOf(networks);
        authors = List.copyOf(authors);
        kinds = List.copyOf(kinds);
        sizes = List.copyOf(sizes);
        epochs = List.copyOf(epochs);
    }

    /**
     * A part of the entries.
     *
     * @param name what they have in common
     * @param entries how many
     * @param bytes how long they are together
     */
    public record Share(String name, long entries, long bytes) {}

    /**
     * Reads all entries of a store, in pages, and keeps none: memory is bounded whatever the store holds. Blocks: call it from
     * a thread that may, which is no thread of the store.
     *
     * @param storage open; not closed here
     * @param maxAuthors how many authors to list
     * @return the sums
     * @throws io.peerkit.api.StorageException when it cannot be read
     */
    public static StoredContents read(Storage storage, int maxAuthors) {
        ContentsReader reader = new ContentsReader();
        CompletableFuture<List<StoredEntry>> ahead = storage.scan(Optional.empty(), PAGE_ENTRIES, PAGE_BYTES);
        for (List<StoredEntry> page = await(ahead); !page.isEmpty(); page = await(ahead)) {
            ahead = storage.scan(Optional.of(page.get(page.size() - 1).key()), PAGE_ENTRIES, PAGE_BYTES);
            page.forEach(reader::add);
        }
        return reader.contents(maxAuthors);
    }

    private static List<StoredEntry> await(CompletableFuture<List<StoredEntry>> page) {
        try {
            return page.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PeerkitException known) {
                throw known;
            }
            throw e;
        }
    }
}
