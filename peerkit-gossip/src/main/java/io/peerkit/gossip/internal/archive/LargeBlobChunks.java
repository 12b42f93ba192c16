// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.archive.EntryChunks;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * The chunks of large blobs: of each page in the manifest the page itself, then what it lists.
 *
 * <p>An import leaves a large blob as a download that was interrupted: the wish for it stands in the store, and the chunks that
 * came are held by the uses that such a download writes. The next node there checks the whole, and asks peers for what is missing.
 */
public final class LargeBlobChunks implements EntryChunks {
    @Override
    public Iterator<BlobHash> of(StoredEntry entry, EntryHeader header, Function<BlobHash, Optional<byte[]>> chunk) {
        Optional<BlobManifest> manifest = manifest(entry, header);
        return manifest.isPresent() ? new Names(manifest.get().pages(), chunk) : Collections.emptyIterator();
    }

    @Override
    public Optional<StoredRecord> recordOf(StoredEntry entry, EntryHeader header) {
        return manifest(entry, header).map(some -> BlobRecords.todo(entry.id(), entry.blobHash()));
    }

    @Override
    public List<StoredRecord> recordsOf(BlobHash chunk, BlobHash owner) {
        return List.of(BlobRecords.use(chunk, owner.toBytes()));
    }

    private static Optional<BlobManifest> manifest(StoredEntry entry, EntryHeader header) {
        // Without a manifest, declined, the blob is of no interest here.
        return header.kind() == EntryHeader.KIND_LARGE_BLOB ? entry.blob().map(BlobManifest::decode) : Optional.empty();
    }

    /** Holds one page. */
    private static final class Names implements Iterator<BlobHash> {
        private final List<BlobHash> pages;
        private final Function<BlobHash, Optional<byte[]>> chunk;
        private Iterator<ChunkRef> listed = Collections.emptyIterator();
        private int next;

        Names(List<BlobHash> pages, Function<BlobHash, Optional<byte[]>> chunk) {
            this.pages = pages;
            this.chunk = chunk;
        }

        @Override
        public boolean hasNext() {
            return listed.hasNext() || next < pages.size();
        }

        @Override
        public BlobHash next() {
            if (listed.hasNext()) {
                return listed.next().hash();
            }
            if (next == pages.size()) {
                throw new NoSuchElementException();
            }
            BlobHash page = pages.get(next++);
            listed = chunk.apply(page).map(this::read).orElse(List.of()).iterator();
            return page;
        }

        /** What a page lists; nothing when its author lied and it is none, since such a blob is never complete. */
        private List<ChunkRef> read(byte[] page) {
            try {
                return ChunkPage.decode(page, next == pages.size());
            } catch (InvalidBytesException e) {
                return List.of();
            }
        }
    }
}
