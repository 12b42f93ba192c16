// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.Removed;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Asks an {@link Adoption} about every entry of the node. Changes nothing. Belongs to the node loop. */
final class AdoptionRun {
    /** The most entries read at a time to see who wrote them. */
    private static final int PAGE_ENTRIES = 128;

    private static final int PAGE_BYTES = 4 * 1_048_576;

    private final NodeLoop loop;
    private final Storage storage;
    private final EntrySet set;
    private final EpochLedger ledger;
    private final HandedOut handedOut;
    private final Adoption adoption;
    private final List<EntryRemover.Leaving> leaving = new ArrayList<>();
    private final List<EntryKey> reissue = new ArrayList<>();
    private final List<EntryKey> undecided = new ArrayList<>();

    AdoptionRun(
            NodeLoop loop, Storage storage, EntrySet set, EpochLedger ledger, HandedOut handedOut, Adoption adoption) {
        this.loop = loop;
        this.storage = storage;
        this.set = set;
        this.ledger = ledger;
        this.handedOut = handedOut;
        this.adoption = adoption;
    }

    /**
     * Asks about the entries of the set, and about some that are not in it any more.
     *
     * @param waiting own entries that an earlier adoption left to be issued anew
     */
    CompletableFuture<Void> start(List<EntryKey> waiting) {
        for (EntryKey key : waiting) {
            if (adoption.fate(key.id(), true, false) == Adoption.Fate.GONE) {
                leave(key, Removed.Reason.DELETED);
            }
        }
        return read(ledger.unconfirmed(), this::doomed)
                .thenCompose(done -> closed())
                .thenCompose(done ->
                        Slices.each(loop, ledger.openSnapshot(), entry -> open(new EntryKey(entry.time(), entry.id()))))
                .thenCompose(done -> read(undecided.stream().map(EntryKey::id).toList(), this::decide));
    }

    /** A delete that could not be carried out yet is forgotten with its epoch, what it names has to go all the same. */
    private void doomed(StoredEntry entry) {
        EntryHeader header = EntryCodec.headerOf(entry.envelope());
        if (ledger.isDeleted(entry.id(), header.author())) {
            leave(entry.key(), Removed.Reason.DELETED);
        }
    }

    private CompletableFuture<Void> closed() {
        if (!adoption.needsScan()) {
            return CompletableFuture.completedFuture(null);
        }
        byte[] id = new byte[32];
        return Slices.each(loop, set.snapshot(), entry -> {
            entry.copyId(id, 0);
            if (!ledger.isOpen(entry.time(), id) && !adoption.keeps(id, 0)) {
                leave(new EntryKey(entry.time(), entry.id()), Removed.Reason.DELETED);
            }
        });
    }

    private void open(EntryKey key) {
        switch (adoption.fate(key.id(), false, false)) {
            case STAYS -> {}
            case GONE -> leave(key, Removed.Reason.DELETED);
            default -> undecided.add(key);
        }
    }

    private void leave(EntryKey key, Removed.Reason reason) {
        leaving.add(new EntryRemover.Leaving(key, reason));
    }

    private CompletableFuture<Void> read(List<EntryId> entries, Consumer<StoredEntry> reader) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        int to = Math.min(entries.size(), PAGE_ENTRIES);
        return page(new LinkedHashSet<>(entries.subList(0, to)), reader)
                .thenCompose(done -> read(entries.subList(to, entries.size()), reader));
    }

    private CompletableFuture<Void> page(Set<EntryId> left, Consumer<StoredEntry> reader) {
        if (left.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return storage.entries(List.copyOf(left), PAGE_BYTES)
                .thenComposeAsync(
                        found -> {
                            if (found.isEmpty()) {
                                return CompletableFuture.completedFuture(null);
                            }
                            for (StoredEntry entry : found) {
                                left.remove(entry.id());
                                reader.accept(entry);
                            }
                            return page(left, reader);
                        },
                        loop);
    }

    /** What the snapshot does not have depends on who wrote it. */
    private void decide(StoredEntry entry) {
        EntryHeader header = EntryCodec.headerOf(entry.envelope());
        boolean own = header.author().equals(ledger.self());
        switch (adoption.fate(entry.id(), own, own && handedOut.mayHave(entry.time()))) {
            case REISSUE -> reissue.add(entry.key());
            case UNRESOLVED -> leave(entry.key(), Removed.Reason.UNRESOLVED);
            default -> leave(entry.key(), Removed.Reason.MISSED);
        }
    }

    /** What goes. */
    List<EntryRemover.Leaving> leaving() {
        return leaving;
    }

    /** What is issued anew. */
    List<EntryKey> reissue() {
        return reissue;
    }

    /** What has to be remembered of it, with the snapshot. */
    List<StoredRecord> records() {
        List<StoredRecord> records = new ArrayList<>(leaving.size() + reissue.size());
        leaving.forEach(entry -> records.add(EpochRecords.leaving(entry.key(), entry.reason())));
        reissue.forEach(key -> records.add(EpochRecords.reissue(key)));
        adoption.deletesToReissue().forEach(entry -> records.add(EpochRecords.redelete(entry)));
        return records;
    }
}
