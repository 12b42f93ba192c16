// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StorageWatcher;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What others write to a shared disk, on its way to a store's watcher.
 *
 * <p>Safe for use by any thread. It has a lock of its own, the last in the order of locks: the others tell it while they hold theirs and
 * the disk's, so it must not wait for the store's.
 */
final class StoreNews {
    private static final News MISSED = new News(List.of(), List.of());

    /** What others wrote; empty lists when the watcher is to look for itself. */
    private record News(List<EntryKey> added, List<EntryKey> removed) {
        boolean isMissed() {
            return added.isEmpty() && removed.isEmpty();
        }
    }

    private final Executor executor;
    private final Deque<News> waiting = new ArrayDeque<>();
    private Optional<StorageWatcher> watcher = Optional.empty();
    private boolean lost;
    private boolean closed;

    StoreNews(Executor executor) {
        this.executor = executor;
    }

    void watch(StorageWatcher next) {
        synchronized (waiting) {
            if (watcher.isPresent()) {
                throw new IllegalStateException("the store is watched already");
            }
            watcher = Optional.of(next);
        }
        tell(MISSED);
    }

    void lose(boolean lose) {
        synchronized (waiting) {
            if (lost == lose) {
                return;
            }
            lost = lose;
        }
        if (!lose) {
            tell(MISSED);
        }
    }

    void hear(List<EntryKey> added, List<EntryKey> removed) {
        tell(new News(added, removed));
    }

    void close() {
        synchronized (waiting) {
            closed = true;
            waiting.clear();
        }
    }

    private void tell(News next) {
        synchronized (waiting) {
            if (closed || lost || watcher.isEmpty()) {
                return;
            }
            waiting.add(next);
        }
        try {
            executor.execute(this::tellNext);
        } catch (RejectedExecutionException e) {
            close(); // nobody is left to tell
        }
    }

    private void tellNext() {
        News next;
        StorageWatcher told;
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                return;
            }
            next = waiting.remove();
            told = watcher.orElseThrow();
        }
        if (next.isMissed()) {
            told.missed();
        } else {
            told.changed(next.added(), next.removed());
        }
    }
}
