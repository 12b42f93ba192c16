// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.SealedEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Admits entries, and carries deletes out: the ledger decides, the records go into the store with the entries, and the remover removes
 * what is deleted. Belongs to the node loop.
 */
public final class Epochs {
    private final EntryRemover.Parts parts;
    private final EpochLedger ledger;
    private final EpochStore store;
    private final EntryRemover remover;
    private final HandedOut handedOut;
    private final Adopter adopter;
    private final LaterNames names = new LaterNames();
    private Consumer<NodeId> ahead = node -> {};

    /**
     * @param parts what the remover works with, and the ledger
     * @param clock of the node, restored
     */
    public Epochs(EntryRemover.Parts parts, HybridClock clock) {
        this.parts = parts;
        this.ledger = parts.ledger();
        this.store = new EpochStore(parts.loop(), parts.storage());
        this.remover = new EntryRemover(parts);
        this.handedOut = new HandedOut(parts.loop(), parts.storage(), clock);
        this.adopter = new Adopter(parts.loop(), parts.storage(), store, parts.set(), ledger, remover, handedOut);
    }

    /**
     * Reads what was stored, goes on with an adoption that a crash cut off, then removes what is left to be removed. Completes on the loop when
     * the ledger and the set are whole.
     */
    public CompletableFuture<Void> load() {
        return handedOut
                .load()
                .thenCompose(done -> store.load(ledger))
                .thenCompose(kept -> adopter.restore())
                .thenCompose(done -> adopter.resume())
                .thenCompose(done -> {
                    List<EntryId> open = ledger.unconfirmed();
                    ledger.restored();
                    if (!open.isEmpty()) {
                        CompletableFuture<Void> unused = remover.remove(open);
                    }
                    return adopter.removeLeaving();
                });
    }

    /** Lets somebody hear of peers whose entries are of a later epoch. */
    void onAhead(Consumer<NodeId> listener) {
        ahead = listener;
    }

    /** A peer sent an entry of a later epoch. */
    public void isAhead(NodeId peer) {
        ahead.accept(peer);
    }

    /** The id under which an entry was issued anew since the node started, or its own. */
    public EntryId lastName(EntryId entry) {
        return names.of(entry);
    }

    LaterNames names() {
        return names;
    }

    EntryRemover.Parts parts() {
        return parts;
    }

    EpochStore store() {
        return store;
    }

    EntryRemover remover() {
        return remover;
    }

    HandedOut handedOut() {
        return handedOut;
    }

    Adopter adopter() {
        return adopter;
    }

    /** What decides. */
    public EpochLedger ledger() {
        return ledger;
    }

    /** Judges an entry whose signature is right. */
    public EpochLedger.Admission admit(SealedEntry entry) {
        if (remover.isLeaving(entry.stored().id())) {
            // It has to be gone before it can come back.
            return EpochLedger.Admission.NOT_IN_SNAPSHOT;
        }
        return ledger.admit(
                entry.stored().id(),
                entry.header().author(),
                entry.header().epoch(),
                entry.header().kind() == EntryHeader.KIND_DELETE);
    }

    /** Adds what the store has to remember of entries that are written with a batch. */
    public void addTo(WriteBatch.Builder batch, List<Admitted> entries) {
        List<EntryKey> open = new ArrayList<>();
        List<StoredRecord> records = new ArrayList<>();
        for (Admitted admitted : entries) {
            if (admitted.as() == EpochLedger.Admission.OPEN && ledger.tracksOpen()) {
                open.add(admitted.entry().stored().key());
            }
            if (admitted.isDelete()) {
                for (EntryId target : targets(admitted)) {
                    records.add(EpochRecords.claim(
                            ledger.openEpoch(),
                            new EpochRecords.Claim(
                                    target,
                                    admitted.entry().header().author(),
                                    admitted.entry().stored().id())));
                }
            }
        }
        for (int from = 0; from < open.size(); from += EpochStore.OPEN_KEYS) {
            int to = Math.min(open.size(), from + EpochStore.OPEN_KEYS);
            records.add(store.openRecord(ledger.openEpoch(), open.subList(from, to)));
        }
        batch.records(records);
    }

    /** Adds what the store has to remember of entries that a batch removes though they are not deleted, so that they may come again. */
    public void addDropped(WriteBatch.Builder batch, List<EntryKey> keys) {
        batch.records(keys.stream()
                .filter(ledger::isClosed)
                .map(key -> EpochRecords.dropped(
                        ledger.head().epoch(), ledger.digests().of(key.id())))
                .toList());
    }

    /** The batch is written. */
    public void dropped(List<EntryKey> keys) {
        keys.forEach(ledger::dropped);
    }

    /** A delete that is not heeded deletes itself alone, so that it is known for a delete. */
    private static List<EntryId> targets(Admitted delete) {
        return delete.heeded()
                ? delete.entry().header().links()
                : List.of(delete.entry().stored().id());
    }

    /** Entries are stored; what they delete goes, and what was deleted while they were on their way. */
    public void stored(List<Admitted> entries) {
        Set<EntryId> doomed = new LinkedHashSet<>();
        for (Admitted admitted : entries) {
            SealedEntry entry = admitted.entry();
            ledger.added(entry.stored().key(), admitted.as());
            if (admitted.isDelete()) {
                List<EntryId> targets = targets(admitted);
                ledger.claimed(entry.stored().id(), entry.header().author(), targets);
                if (admitted.heeded()) {
                    doomed.addAll(targets);
                }
            } else if (ledger.isDeleted(entry.stored().id(), entry.header().author())) {
                doomed.add(entry.stored().id());
            }
        }
        if (!doomed.isEmpty()) {
            CompletableFuture<Void> unused = remover.remove(doomed);
        }
    }

    /** Completes when what deletes name is removed. */
    public CompletableFuture<Void> remove(Collection<EntryId> targets) {
        return remover.remove(targets);
    }

    /** Whether one of some entries could not be removed and is tried again. */
    public boolean isRemoving(Collection<EntryId> entries) {
        return remover.isFailing(entries);
    }

    /** Time passes; called every second or so. */
    public void tick() {
        remover.tick();
    }
}
