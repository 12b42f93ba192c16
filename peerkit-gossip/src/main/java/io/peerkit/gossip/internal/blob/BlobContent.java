// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.chunk.ChunkPage;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Reads a large blob from the store, chunk after chunk: one page and two chunks are in memory, the second being read while the
 * application takes the first. For one thread at a time, which waits for the store.
 */
final class BlobContent extends InputStream {
    private final Storage storage;
    private final BlobManifest manifest;
    private List<ChunkRef> page = List.of();
    private int nextPage;
    private int nextChunk;
    private Optional<CompletableFuture<List<StoredChunk>>> ahead = Optional.empty();
    private byte[] chunk = {};
    private int at;
    private long left;
    private boolean closed;

    BlobContent(Storage storage, BlobManifest manifest) {
        this.storage = storage;
        this.manifest = manifest;
        this.left = manifest.size();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        if (at == chunk.length) {
            nextChunk();
        }
        int count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, target, offset, count);
        at += count;
        left -= count;
        return count;
    }

    @Override
    public int available() {
        return chunk.length - at;
    }

    private void nextChunk() throws IOException {
        if (ahead.isEmpty()) {
            ahead = ask();
        }
        List<StoredChunk> found = await(ahead.orElseThrow(() -> gone("ends early")));
        if (found.isEmpty()) {
            throw gone("lacks a chunk");
        }
        chunk = found.get(0).bytes();
        at = 0;
        ahead = ask();
    }

    /** Asks the store for the next chunk, if there is one. */
    private Optional<CompletableFuture<List<StoredChunk>>> ask() throws IOException {
        if (nextChunk == page.size()) {
            if (nextPage == manifest.pages().size()) {
                return Optional.empty();
            }
            nextPage();
        }
        BlobHash next = page.get(nextChunk++).hash();
        return Optional.of(storage.chunks(List.of(next), ChunkPage.MAX_BYTES));
    }

    private void nextPage() throws IOException {
        BlobHash hash = manifest.pages().get(nextPage++);
        List<StoredChunk> found = await(storage.chunks(List.of(hash), ChunkPage.MAX_BYTES));
        if (found.isEmpty()) {
            throw gone("lacks a page");
        }
        try {
            page = ChunkPage.decode(
                    found.get(0).bytes(), nextPage == manifest.pages().size());
        } catch (PeerkitException e) {
            throw new IOException("the store holds a damaged page of large blob " + manifest.content(), e);
        }
        nextChunk = 0;
    }

    private IOException gone(String what) {
        return new IOException("the store " + what + " of large blob " + manifest.content() + "; it was removed");
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException("the store could not be read", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading from the store", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        chunk = new byte[0];
        at = 0;
        ahead = Optional.empty();
    }
}
