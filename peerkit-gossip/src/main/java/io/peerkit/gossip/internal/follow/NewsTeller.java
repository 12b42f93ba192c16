// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.follow;

import io.peerkit.api.Incoming;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.epoch.Admitted;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the application's listener of entries that others wrote, a page at a time: the next is read when the listener has returned. Entries
 * without a blob, which the application declined, and own ones are passed over. Belongs to the node loop.
 */
final class NewsTeller {
    /** The most entries that wait to be told; more are in the store and the set without being told. */
    static final int MAX_WAITING = 65_536;

    private static final int PAGE_ENTRIES = 256;
    private static final int PAGE_BYTES = 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(NewsTeller.class);

    private final StoreFollower.Parts parts;
    private final Runnable told;
    private final Deque<EntryKey> waiting = new ArrayDeque<>();
    private boolean busy;
    private boolean complained;

    /**
     * @param told called when nothing waits any more
     */
    NewsTeller(StoreFollower.Parts parts, Runnable told) {
        this.parts = parts;
        this.told = told;
    }

    void tell(List<EntryKey> keys) {
        int room = Math.min(keys.size(), MAX_WAITING - waiting.size());
        waiting.addAll(keys.subList(0, room));
        if (room < keys.size() && !complained) {
            complained = true;
            LOG.warn("the application is too slow to be told of what others write to the store; some stays untold");
        }
        next();
    }

    private void next() {
        if (busy) {
            return;
        }
        if (waiting.isEmpty()) {
            told.run();
            return;
        }
        busy = true;
        List<EntryKey> page = waiting.stream().limit(PAGE_ENTRIES).toList();
        LoopHop.then(
                parts.loop(),
                parts.served().entries(page.stream().map(EntryKey::id).toList(), PAGE_BYTES),
                found -> read(page, found),
                reason -> {
                    LOG.debug("{} entries that others wrote could not be read and stay untold", page.size(), reason);
                    drop(page.size());
                    ended();
                });
    }

    private void read(List<EntryKey> page, List<StoredEntry> found) {
        // What was left out behind the last one found did not fit; before it, and where nothing was found, it is gone
        // again.
        int looked = page.size();
        if (!found.isEmpty()) {
            looked = page.indexOf(found.get(found.size() - 1).key()) + 1;
        }
        drop(looked == 0 ? page.size() : looked);
        List<Incoming> incoming = new ArrayList<>(found.size());
        found.forEach(entry -> incoming(entry).ifPresent(incoming::add));
        parts.tasks().execute(() -> {
            incoming.forEach(this::tell);
            parts.loop().execute(this::ended);
        });
    }

    private Optional<Incoming> incoming(StoredEntry entry) {
        EntryHeader header;
        try {
            header = EntryCodec.headerOf(entry.envelope());
        } catch (InvalidBytesException e) {
            LOG.error("entry {} in the store is damaged", entry.id(), e);
            return Optional.empty();
        }
        if (header.author().equals(parts.self())) {
            return Optional.empty();
        }
        if (header.kind() == EntryHeader.KIND_DELETE) {
            // The other may die before it has removed what it names, and this node must not take that from a peer
            // again.
            parts.epochs()
                    .stored(List.of(new Admitted(new SealedEntry(entry, header), EpochLedger.Admission.OPEN, true)));
            return Optional.empty();
        }
        if (header.kind() == EntryHeader.KIND_LARGE_BLOB && entry.blob().isPresent()) {
            parts.blobs().heard(entry.id(), header.blobHash());
        }
        return entry.blob().map(blob -> new Incoming(entry.id(), header, blob, Optional.empty()));
    }

    /** On the user executor. */
    private void tell(Incoming incoming) {
        try {
            parts.listener().integrated(incoming);
        } catch (Throwable e) { // the application's code may throw anything, and the next entry must be told
            LOG.error("the application's listener failed", e);
        }
    }

    private void drop(int count) {
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
    }

    private void ended() {
        busy = false;
        next();
    }
}
