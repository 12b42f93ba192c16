// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Batches that wait to be written, in the order of the calls. Bounded: what does not fit is refused at once, so that a caller who is
 * faster than the server notices. Its own lock guards it.
 */
final class WriteQueue {
    /** The most that may wait or be under way, in bytes: 64 MiB. */
    static final long MAX_BYTES = 67_108_864;

    /** The most items that may wait or be under way. */
    static final int MAX_ITEMS = 100_000;

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
    }

    /**
     * Takes what can be committed together beside what is under way, without overtaking.
     *
     * @param underWay groups that are being committed
     * @return the group; nothing when none waits, or when the first that waits is about something under way
     */
    synchronized Optional<WriteGroup> takeGroup(List<WriteGroup> underWay) {
        WriteGroup group = new WriteGroup();
        for (PendingWrite next = waiting.peek(); next != null; next = waiting.peek()) {
            PendingWrite write = next;
            if (underWay.stream().anyMatch(other -> other.touches(write.batch())) || !group.add(write)) {
                break;
            }
            waiting.remove();
        }
        return group.writes().isEmpty() ? Optional.empty() : Optional.of(group);
    }

    /** Makes room again once a group is committed or has failed. */
    synchronized void finished(WriteGroup group) {
        for (PendingWrite write : group.writes()) {
            bytes -= write.bytes();
            items -= write.items();
        }
    }

    /** Takes out what waits for a group whose end cannot be told. */
    synchronized List<PendingWrite> giveUp(WriteGroup group) {
        List<PendingWrite> given =
                waiting.stream().filter(write -> group.touches(write.batch())).toList();
        waiting.removeAll(given);
        for (PendingWrite write : given) {
            bytes -= write.bytes();
            items -= write.items();
        }
        return given;
    }

    /** What waits or is under way, in items. */
    synchronized int items() {
        return items;
    }

    synchronized boolean isEmpty() {
        return items == 0;
    }

    /** Takes no more; what waits is still handed out. */
    synchronized void close() {
        closed = true;
    }
}
