// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeListener;
import io.peerkit.api.Removed;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what deletes name and what closed epochs do not have: from the set at once, so that no peer gets it any more; then from the
 * application's tables, by its hook; then from the store. The delete, or a record, is stored before any of this, so what a crash leaves is
 * found and removed at the next start.
 *
 * <p>Belongs to the node loop.
 */
public final class EntryRemover {
    /** The most entries of one pass. */
    private static final int PASS_ENTRIES = 128;

    private static final int PASS_BYTES = 4 * 1_048_576;

    /** After so many ticks what failed is tried again. */
    private static final int RETRY_TICKS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(EntryRemover.class);

    /** Takes care of what the store keeps beside an entry that goes. */
    public interface Belongings {
        /** Adds what has to be written with the removal. */
        void addTo(WriteBatch.Builder batch, StoredEntry entry, EntryHeader header);

        /** The entry has left the store. */
        void removed(StoredEntry entry, EntryHeader header);
    }

    /**
     * What a remover works with.
     *
     * @param tasks runs the application's code, one task at a time
     */
    public record Parts(
            NodeLoop loop,
            Storage storage,
            EntrySet set,
            EpochLedger ledger,
            Optional<StorageHooks> hooks,
            NodeListener listener,
            Executor tasks,
            Belongings belongings) {}

    /**
     * An entry that goes whatever deletes say.
     *
     * @param key of the entry
     * @param reason why
     */
    record Leaving(EntryKey key, Removed.Reason reason) {}

    private record Doomed(StoredEntry stored, EntryHeader header, Optional<Leaving> leaving) {
        Removed removed() {
            Removed.Reason reason = leaving.map(Leaving::reason).orElse(Removed.Reason.DELETED);
            return new Removed(
                    stored.id(), header, reason, reason == Removed.Reason.DELETED ? Optional.empty() : stored.blob());
        }

        /** Deletes are nothing to the application. */
        boolean isTold() {
            return header.kind() != EntryHeader.KIND_DELETE;
        }
    }

    private final Parts parts;
    private final Set<EntryId> waiting = new LinkedHashSet<>();
    private final Set<EntryId> failing = new LinkedHashSet<>();
    private final Map<EntryId, Leaving> leaving = new HashMap<>();
    private final List<CompletableFuture<Void>> idle = new ArrayList<>();
    private boolean busy;
    private boolean hookFails;
    private int ticks;

    EntryRemover(Parts parts) {
        this.parts = parts;
    }

    /**
     * Removes those of some entries that are here and rightly deleted.
     *
     * @return completes when it is done, or has failed and is tried again later
     */
    CompletableFuture<Void> remove(Collection<EntryId> targets) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        waiting.addAll(targets);
        idle.add(done);
        next();
        return done;
    }

    /** Removes entries of which there is a record that says so. */
    CompletableFuture<Void> leave(List<Leaving> entries) {
        entries.forEach(entry -> leaving.put(entry.key().id(), entry));
        return remove(entries.stream().map(entry -> entry.key().id()).toList());
    }

    /** Whether an entry has to go of which a record says so. */
    boolean isLeaving(EntryId entry) {
        return leaving.containsKey(entry);
    }

    /** What could not be removed and is tried again. */
    Set<EntryId> failing() {
        return Collections.unmodifiableSet(failing);
    }

    /** Time passes; called every second or so. */
    void tick() {
        if (++ticks % RETRY_TICKS == 0 && !failing.isEmpty()) {
            waiting.addAll(failing);
            failing.clear();
            next();
        }
    }

    private void next() {
        if (busy) {
            return;
        }
        if (waiting.isEmpty()) {
            List<CompletableFuture<Void>> told = List.copyOf(idle);
            idle.clear();
            told.forEach(done -> done.complete(null));
            return;
        }
        busy = true;
        List<EntryId> ids = waiting.stream().limit(PASS_ENTRIES).toList();
        LoopHop.then(parts.loop(), parts.storage().entries(ids, PASS_BYTES), found -> found(ids, found), reason -> {
            LOG.debug("deleted entries could not be read; tried again later", reason);
            giveUp(ids);
        });
    }

    private void found(List<EntryId> ids, List<StoredEntry> found) {
        if (found.isEmpty()) {
            absent(ids);
            return;
        }
        List<Doomed> doomed = new ArrayList<>();
        for (StoredEntry stored : found) {
            waiting.remove(stored.id());
            Optional<Leaving> left = Optional.ofNullable(leaving.get(stored.id()));
            headerOf(stored)
                    .filter(header -> left.isPresent() || parts.ledger().isDeleted(stored.id(), header.author()))
                    .ifPresent(header -> doomed.add(new Doomed(stored, header, left)));
        }
        for (Doomed entry : doomed) {
            parts.set().remove(entry.stored().time(), entry.stored().id().toBytes(), 0);
        }
        if (doomed.isEmpty() || parts.hooks().isEmpty()) {
            erase(doomed);
        } else {
            parts.tasks().execute(() -> ask(parts.hooks().get(), doomed));
        }
    }

    private void absent(List<EntryId> ids) {
        List<RecordKey> records = new ArrayList<>();
        for (EntryId id : ids) {
            waiting.remove(id);
            Leaving left = leaving.remove(id);
            if (left != null) {
                records.add(EpochRecords.leavingKey(left.key()));
            }
        }
        if (records.isEmpty()) {
            proceed();
            return;
        }
        LoopHop.then(
                parts.loop(),
                parts.storage()
                        .write(WriteBatch.builder().removeRecords(records).build()),
                done -> proceed(),
                reason -> proceed()); // The next start finds the records once more, and again no entries.
    }

    private void proceed() {
        busy = false;
        next();
    }

    private static Optional<EntryHeader> headerOf(StoredEntry stored) {
        try {
            return Optional.of(EntryCodec.headerOf(stored.envelope()));
        } catch (InvalidBytesException e) {
            LOG.error("entry {} in the store is damaged", stored.id(), e);
            return Optional.empty();
        }
    }

    /** On the tasks. */
    private void ask(StorageHooks hooks, List<Doomed> doomed) {
        List<Doomed> agreed = new ArrayList<>();
        List<EntryId> refused = new ArrayList<>();
        for (Doomed entry : doomed) {
            try {
                if (entry.isTold()) {
                    hooks.onRemove(entry.removed());
                }
                agreed.add(entry);
            } catch (
                    Throwable e) { // the application's code may throw anything, and the next delete must be carried out
                refused.add(entry.stored().id());
                report(entry, e);
            }
        }
        parts.loop().execute(() -> {
            failing.addAll(refused);
            erase(agreed);
        });
    }

    private void report(Doomed entry, Throwable reason) {
        if (hookFails) {
            LOG.debug(
                    "the application's hook failed on the delete of {} too",
                    entry.stored().id(),
                    reason);
        } else {
            hookFails = true;
            LOG.warn(
                    "the application's hook failed on the delete of {}; called again later",
                    entry.stored().id(),
                    reason);
        }
    }

    private void erase(List<Doomed> doomed) {
        if (doomed.isEmpty()) {
            proceed();
            return;
        }
        WriteBatch.Builder batch = WriteBatch.builder();
        for (Doomed entry : doomed) {
            StoredEntry stored = entry.stored();
            batch.removeEntries(List.of(stored.id()));
            if (entry.leaving().isPresent()) {
                batch.removeRecords(List.of(EpochRecords.leavingKey(stored.key())));
            } else {
                batch.records(List.of(EpochRecords.confirmed(
                        parts.ledger().openEpoch(), stored.id(), parts.ledger().isClosed(stored.key()))));
            }
            parts.belongings().addTo(batch, stored, entry.header());
        }
        LoopHop.then(parts.loop(), parts.storage().write(batch.build()), done -> erased(doomed), reason -> {
            LOG.debug("deleted entries could not be removed; tried again later", reason);
            giveUp(doomed.stream().map(entry -> entry.stored().id()).toList());
        });
    }

    private void erased(List<Doomed> doomed) {
        for (Doomed entry : doomed) {
            if (entry.leaving().isEmpty()) {
                parts.ledger().removed(entry.stored().key());
            }
            leaving.remove(entry.stored().id());
            parts.belongings().removed(entry.stored(), entry.header());
        }
        parts.tasks()
                .execute(() -> doomed.stream()
                        .filter(Doomed::isTold)
                        .forEach(entry -> parts.listener().removed(entry.removed())));
        proceed();
    }

    private void giveUp(List<EntryId> ids) {
        ids.forEach(waiting::remove);
        failing.addAll(ids);
        proceed();
    }

    /** Whether the removal of one of some entries failed and is tried again. */
    boolean isFailing(Collection<EntryId> entries) {
        return entries.stream().anyMatch(failing::contains);
    }
}
