// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A page that is being fetched: first itself, then what it lists. */
final class OpenPage {
    private final Download download;
    private final int index;
    private final Set<BlobHash> missing = new HashSet<>();
    private List<ChunkRef> chunks = List.of();

    OpenPage(Download download, int index) {
        this.download = download;
        this.index = index;
    }

    Download download() {
        return download;
    }

    int index() {
        return index;
    }

    BlobHash hash() {
        return download.manifest().pages().get(index);
    }

    boolean isLast() {
        return index == download.manifest().pages().size() - 1;
    }

    /** Whether its list is known. */
    boolean isListed() {
        return !chunks.isEmpty();
    }

    void list(List<ChunkRef> found) {
        chunks = found;
    }

    List<ChunkRef> chunks() {
        return chunks;
    }

    Set<BlobHash> missing() {
        return missing;
    }
}
