// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A blob that is being fetched, page after page. */
final class Download {
    /** The most pages that are open at a time: while the last chunks of one come, those of the next are asked for. */
    static final int MAX_PAGES = 2;

    private final BlobHash blob;
    private final BlobManifest manifest;
    private final Map<Integer, OpenPage> open = new LinkedHashMap<>();
    private int next;
    private long listedBytes;
    private long presentBytes;
    private long movedAt;

    Download(BlobHash blob, BlobManifest manifest, long now) {
        this.blob = blob;
        this.manifest = manifest;
        this.movedAt = now;
    }

    BlobHash blob() {
        return blob;
    }

    BlobManifest manifest() {
        return manifest;
    }

    Map<Integer, OpenPage> open() {
        return open;
    }

    /** Whether the next page may be opened: lists are read in order, so that their lengths can be summed up. */
    boolean mayOpen() {
        return next < manifest.pages().size()
                && open.size() < MAX_PAGES
                && open.values().stream().allMatch(OpenPage::isListed);
    }

    OpenPage openNext() {
        OpenPage page = new OpenPage(this, next++);
        open.put(page.index(), page);
        return page;
    }

    /** Sums up what a page lists; false when it cannot be the content's. */
    boolean list(OpenPage page, List<ChunkRef> chunks) {
        page.list(chunks);
        for (ChunkRef chunk : chunks) {
            listedBytes += chunk.length();
        }
        return page.isLast() ? listedBytes == manifest.size() : listedBytes < manifest.size();
    }

    boolean isFetched() {
        return open.isEmpty() && next == manifest.pages().size();
    }

    void present(long bytes, long now) {
        presentBytes += bytes;
        movedAt = now;
    }

    /** The bytes of the content that are in the store, a chunk that stands in it twice counted where it stands. */
    long presentBytes() {
        return presentBytes;
    }

    /** When a chunk came last. */
    long movedAt() {
        return movedAt;
    }
}
