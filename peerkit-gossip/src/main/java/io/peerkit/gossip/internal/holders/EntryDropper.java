// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.Dropped;
import io.peerkit.api.StorageException;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.integrate.SideRecords;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops entries that others hold: from the set at once, so that no peer counts on this copy, then from the store with all that belongs to
 * it, then tells the application. No tombstone stays: an entry that was dropped may come back. Belongs to the node loop.
 */
final class EntryDropper {
    /** So many records of dropped entries are read at a time. */
    private static final int PAGE = 64;

    private static final int PAGE_BYTES = 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(EntryDropper.class);

    private final HolderParts parts;
    private final Promises promises;

    EntryDropper(HolderParts parts, Promises promises) {
        this.parts = parts;
        this.promises = promises;
    }

    /** Tells the application what an earlier run did not come to tell. */
    void start() {
        if (parts.hooks().isPresent()) {
            tellNext(Optional.empty());
        }
    }

    private void tellNext(Optional<byte[]> after) {
        LoopHop.then(
                parts.loop(),
                parts.storage().records(DropRecords.COLLECTION, after, PAGE, PAGE_BYTES),
                found -> {
                    try {
                        found.forEach(record -> tell(DropRecords.read(record)));
                    } catch (StorageException e) {
                        LOG.error("the application is not told of dropped entries", e);
                        return;
                    }
                    if (!found.isEmpty()) {
                        StoredRecord last = found.get(found.size() - 1);
                        // When those are told: no more of them than a page are ever in memory.
                        parts.tasks()
                                .execute(() -> parts.loop()
                                        .execute(() ->
                                                tellNext(Optional.of(last.key().key()))));
                    }
                },
                reason -> LOG.debug("the application is told of dropped entries at the next start", reason));
    }

    /** Drops an entry, unless it was promised to somebody; whether enough others hold it, the caller knows. */
    void drop(StoredEntry entry) {
        if (!promises.leave(entry.id())) {
            return;
        }
        parts.set().remove(entry.time(), entry.id().toBytes(), 0);
        EntryHeader header = EntryCodec.headerOf(entry.envelope());
        WriteBatch.Builder batch = WriteBatch.builder()
                .removeEntries(List.of(entry.id()))
                .removeRecords(List.of(SideRecords.opaqueKey(entry.key())));
        if (parts.hooks().isPresent()) {
            batch.records(List.of(DropRecords.of(entry)));
        }
        parts.belongings().addTo(batch, entry, header);
        LoopHop.then(parts.loop(), parts.storage().write(batch.build()), done -> left(entry, header), reason -> {
            LOG.debug("entry {} could not be dropped", entry.id(), reason);
            stay(entry);
        });
    }

    private void left(StoredEntry entry, EntryHeader header) {
        promises.settled(entry.id());
        parts.belongings().removed(entry, header);
        Dropped told = new Dropped(entry.id(), header);
        tell(told);
        parts.tasks().execute(() -> parts.listener().dropped(told));
    }

    /** A write that failed may have reached the disk all the same: what is there counts. */
    private void stay(StoredEntry entry) {
        LoopHop.then(
                parts.loop(),
                parts.storage().entries(List.of(entry.id()), 1),
                found -> {
                    promises.settled(entry.id());
                    found.forEach(
                            there -> parts.set().add(there.time(), there.id().toBytes(), 0));
                },
                reason -> promises.settled(entry.id())); // Found again at the next start.
    }

    private void tell(Dropped entry) {
        parts.hooks().ifPresent(hooks -> parts.tasks().execute(() -> tell(hooks, entry)));
    }

    /** On the tasks. */
    private void tell(StorageHooks hooks, Dropped entry) {
        try {
            hooks.onDrop(entry);
        } catch (Throwable e) { // the application's code may throw anything, and the next entry must be told
            LOG.warn("the application's hook failed on the dropped entry {}", entry.entry(), e);
            return;
        }
        parts.loop()
                .execute(() -> LoopHop.then(
                        parts.loop(),
                        parts.storage()
                                .write(WriteBatch.builder()
                                        .removeRecords(List.of(DropRecords.key(entry.entry())))
                                        .build()),
                        done -> {},
                        reason -> LOG.debug("the application is told of {} once more", entry.entry(), reason)));
    }
}
