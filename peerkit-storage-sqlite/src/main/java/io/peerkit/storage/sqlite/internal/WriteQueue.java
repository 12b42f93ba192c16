// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Batches that wait to be committed, in the order of the calls. Bounded: what does not fit is refused at once, so that a
 * caller who is faster than the disk notices. Its own lock guards it.
 */
final class WriteQueue {
    /** The most that may wait or be under way, in bytes: 64 MiB. */
    static final long MAX_BYTES = 67_108_864;

    /** The most entries, metadata and cards that may wait or be under way. */
    static final int MAX_ITEMS = 100_000;

    /** Where a group ends, in bytes: bounds the log, and how long the first of a group waits. */
    static final long GROUP_BYTES = 8_388_608;

    /** Where a group ends, in items. */
    static final int GROUP_ITEMS = 16_384;

    private final Deque<PendingWrite> waiting = new ArrayDeque<>();
    private long bytes;
    private int items;
    private boolean closed;

    /**
     * Adds a batch. One that exceeds the bounds by itself is taken when nothing else waits.
     *
     * @throws LimitExceededException when too much waits already
     * @throws ClosedException after {@link #close}
     */
    synchronized void add(PendingWrite write) {
        if (closed) {
            throw new ClosedException("the store is closed");
        }
        if (items > 0 && (bytes + write.bytes() > MAX_BYTES || items + write.items() > MAX_ITEMS)) {
            throw new LimitExceededException("writes waiting: " + (bytes + write.bytes()) + " bytes and "
                    + (items + write.items()) + " items, at most " + MAX_BYTES + " and " + MAX_ITEMS);
        }
        bytes += write.bytes();
        items += write.items();
        waiting.add(write);
        notifyAll();
    }

    /**
     * Waits for batches and takes as many as make a group.
     *
     * @return the group; empty once the queue is closed and nothing waits
     */
    synchronized List<PendingWrite> takeGroup() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return group();
    }

    /** Takes as many batches as make a group, after waiting at most so long for the first. */
    synchronized List<PendingWrite> takeGroupWithin(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis * 1_000_000; waiting.isEmpty() && !closed && left > 0; left = end - System.nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
        return group();
    }

    private List<PendingWrite> group() {
        List<PendingWrite> group = new ArrayList<>();
        long groupBytes = 0;
        int groupItems = 0;
        for (PendingWrite next = waiting.peek(); next != null; next = waiting.peek()) {
            groupBytes += next.bytes();
            groupItems += next.items();
            if (!group.isEmpty() && (groupBytes > GROUP_BYTES || groupItems > GROUP_ITEMS)) {
                break;
            }
            group.add(waiting.remove());
        }
        return group;
    }

    /** Whether it is closed and nothing waits. */
    synchronized boolean isDone() {
        return closed && waiting.isEmpty();
    }

    /** Makes room again once a batch is committed or has failed. */
    synchronized void finished(PendingWrite write) {
        bytes -= write.bytes();
        items -= write.items();
    }

    /** Takes no more; what waits is still handed out. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
