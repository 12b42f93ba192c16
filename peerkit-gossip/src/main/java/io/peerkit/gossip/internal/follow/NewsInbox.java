// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.gossip.internal.follow.SetFollower.Change;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Brings what a store tells to the node loop: one task for all that gathered. When too much gathers it is dropped and counts as missed.
 * Safe for use by any thread.
 */
final class NewsInbox implements StorageWatcher {
    /** Who gets the news, on the loop. */
    interface Reader {
        /** Others committed something. */
        void changed(Change change);

        /** Something may have been missed, before what comes now. */
        void missed();
    }

    private final Executor loop;
    private final Reader reader;
    private final Deque<Change> waiting = new ArrayDeque<>();
    private int waitingKeys;
    private boolean missed;
    private boolean posted;

    NewsInbox(Executor loop, Reader reader) {
        this.loop = loop;
        this.reader = reader;
    }

    @Override
    public synchronized void changed(List<EntryKey> added, List<EntryKey> removed) {
        Change change = new Change(List.copyOf(added), List.copyOf(removed));
        if (waitingKeys + change.keys() > SetFollower.MAX_WAITING_KEYS) {
            missed();
        } else {
            waiting.add(change);
            waitingKeys += change.keys();
            post();
        }
    }

    @Override
    public synchronized void missed() {
        // What came before is found by comparing, too.
        waiting.clear();
        waitingKeys = 0;
        missed = true;
        post();
    }

    private void post() {
        if (!posted) {
            posted = true;
            loop.execute(this::read);
        }
    }

    private void read() {
        List<Change> changes;
        boolean compare;
        synchronized (this) {
            changes = List.copyOf(waiting);
            compare = missed;
            waiting.clear();
            waitingKeys = 0;
            missed = false;
            posted = false;
        }
        if (compare) {
            reader.missed();
        }
        changes.forEach(reader::changed);
    }
}
