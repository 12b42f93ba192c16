// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hashes a whole content while its chunks come, as far as they come about in order, so that what was just checked need not be
 * read from the store again. Where too much is missing it stops, and the rest is read at the end.
 *
 * <p>For one thread at a time.
 */
final class ContentDigest {
    /** The most bytes of chunks that wait for one in front of them, all contents together. */
    static final int MAX_STASH_BYTES = 6 * 1_048_576;

    /** The most listed chunks that wait: behind that the chunks in front are not on their way but here since before. */
    private static final int MAX_AHEAD = 4_096;

    /** The room that the contents being hashed share. */
    static final class Room {
        private int stashed;
    }

    private final Room room;
    private final MessageDigest whole = Digests.sha256();
    private final Deque<ChunkRef> ahead = new ArrayDeque<>();
    private final Map<BlobHash, byte[]> stash = new HashMap<>();
    private long hashedChunks;
    private boolean stopped;

    ContentDigest(Room room) {
        this.room = room;
    }

    /** The next page is known. */
    void listed(List<ChunkRef> chunks) {
        if (stopped) {
            return;
        }
        ahead.addAll(chunks);
        if (ahead.size() > MAX_AHEAD) {
            stop();
        }
    }

    /** A chunk came and is right. */
    void came(BlobHash hash, byte[] bytes) {
        if (stopped || ahead.isEmpty()) {
            return;
        }
        if (ahead.element().hash().equals(hash)) {
            add(bytes);
            unstash();
        } else if (room.stashed + bytes.length > MAX_STASH_BYTES) {
            stop();
        } else if (stash.put(hash, bytes) == null) {
            room.stashed += bytes.length;
        }
    }

    private void unstash() {
        while (!ahead.isEmpty()) {
            byte[] next = stash.remove(ahead.element().hash());
            if (next == null) {
                return;
            }
            room.stashed -= next.length;
            add(next);
        }
    }

    private void add(byte[] bytes) {
        whole.update(bytes);
        hashedChunks++;
        ahead.remove();
    }

    /** Takes no more from {@link #came}; what follows is given to {@link #read}. */
    void stop() {
        stopped = true;
        ahead.clear();
        stash.values().forEach(bytes -> room.stashed -= bytes.length);
        stash.clear();
    }

    /** How many chunks from the content's beginning are hashed. */
    long hashedChunks() {
        return hashedChunks;
    }

    /** The next chunk, read from the store. */
    void read(byte[] bytes) {
        whole.update(bytes);
        hashedChunks++;
    }

    /** Ends. */
    BlobHash hash() {
        return BlobHash.of(whole.digest());
    }
}
