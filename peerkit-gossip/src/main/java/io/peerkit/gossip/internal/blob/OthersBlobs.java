// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;

/**
 * Large blobs that another process fetches into the store that it shares with this one. After a while this node looks: what is complete by
 * then is told to the application, what is not is fetched by both, as the other may have died. Belongs to the node loop.
 */
final class OthersBlobs {
    /** How long a blob is left to the other. */
    static final int PATIENCE_TICKS = 30;

    /** The most blobs that wait; the oldest goes first, before its time. */
    static final int MAX_WAITING = 1_024;

    private record Heard(EntryId entry, BlobHash blob, long atTick) {}

    private final BiConsumer<EntryId, BlobHash> queue;
    private final Deque<Heard> waiting = new ArrayDeque<>();
    private long ticks;

    /**
     * @param queue gets blobs that are complete, or to be fetched
     */
    OthersBlobs(BiConsumer<EntryId, BlobHash> queue) {
        this.queue = queue;
    }

    void heard(EntryId entry, BlobHash blob) {
        waiting.add(new Heard(entry, blob, ticks));
        if (waiting.size() > MAX_WAITING) {
            pass(waiting.remove());
        }
    }

    private void pass(Heard heard) {
        queue.accept(heard.entry(), heard.blob());
    }

    /** Time passes; called every second or so. */
    void tick() {
        ticks++;
        while (!waiting.isEmpty() && ticks - waiting.element().atTick() >= PATIENCE_TICKS) {
            pass(waiting.remove());
        }
    }
}
