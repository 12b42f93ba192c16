// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import io.peerkit.gossip.internal.chunk.ContentChunker;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a content and cuts it into chunks and pages, as many at a time as one write takes. For one thread at a time, which
 * may block.
 */
final class BlobUpload {
    /** About the most bytes of a batch; the last chunk and a page come on top. */
    private static final int BATCH_BYTES = 3 * 1_048_576;

    /** The most chunks of a batch, less one for a page. */
    private static final int BATCH_CHUNKS = 60;

    private static final int BUFFER_BYTES = 2 * ContentChunker.MAX_BYTES;

    private final InputStream content;
    private final long size;
    private final MessageDigest whole = Digests.sha256();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final List<ChunkRef> page = new ArrayList<>();
    private final List<BlobHash> pages = new ArrayList<>();
    private int from;
    private int to;
    private long read;
    private boolean ended;

    /**
     * What was read.
     *
     * @param chunks to store; pages are among them
     * @param manifest of all, when this is the last batch
     */
    record Batch(List<StoredChunk> chunks, Optional<BlobManifest> manifest) {}

    BlobUpload(InputStream content, long size) {
        this.content = content;
        this.size = size;
    }

    /**
     * Reads on.
     *
     * @throws IOException when the content cannot be read
     * @throws InvalidSettingException when it is not as long as was said
     */
    Batch next() throws IOException {
        List<StoredChunk> chunks = new ArrayList<>();
        int bytes = 0;
        while (bytes < BATCH_BYTES && chunks.size() < BATCH_CHUNKS) {
            fill();
            if (from == to) {
                return new Batch(chunks, Optional.of(end(chunks)));
            }
            StoredChunk chunk = cut();
            chunks.add(chunk);
            bytes += chunk.bytes().length;
            page.add(new ChunkRef(chunk.hash(), chunk.bytes().length));
            if (page.size() == ChunkPage.MAX_CHUNKS) {
                endPage(chunks);
            }
        }
        return new Batch(chunks, Optional.empty());
    }

    /** Makes sure that a whole chunk is in the buffer, or the rest of the content. */
    private void fill() throws IOException {
        if (ended || to - from >= ContentChunker.MAX_BYTES) {
            return;
        }
        System.arraycopy(buffer, from, buffer, 0, to - from);
        to -= from;
        from = 0;
        while (to < buffer.length) {
            int count = content.read(buffer, to, buffer.length - to);
            if (count < 0) {
                ended = true;
                break;
            }
            whole.update(buffer, to, count);
            to += count;
            read += count;
            if (read > size) {
                throw wrongSize("more than " + size);
            }
        }
        if (ended && read < size) {
            throw wrongSize(Long.toString(read));
        }
    }

    private InvalidSettingException wrongSize(String found) {
        return new InvalidSettingException("content of " + found + " bytes, but size is " + size);
    }

    private StoredChunk cut() {
        int length = ContentChunker.cut(buffer, from, to);
        byte[] bytes = new byte[length];
        System.arraycopy(buffer, from, bytes, 0, length);
        from += length;
        return new StoredChunk(BlobHash.ofBlob(bytes), bytes);
    }

    private void endPage(List<StoredChunk> chunks) {
        byte[] bytes = ChunkPage.encode(page);
        BlobHash hash = BlobHash.ofBlob(bytes);
        chunks.add(new StoredChunk(hash, bytes));
        pages.add(hash);
        page.clear();
    }

    private BlobManifest end(List<StoredChunk> chunks) {
        if (!page.isEmpty()) {
            endPage(chunks);
        }
        return new BlobManifest(BlobHash.of(whole.digest()), size, pages);
    }
}
