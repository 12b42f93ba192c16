// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Carries adoptions out. What is to be adopted is written down first, then what has to be done for it together with the new head; all
 * that follows can be done at leisure, and after a crash. Nothing else may write entries meanwhile. Belongs to the node loop.
 */
final class Adopter {
    private final NodeLoop loop;
    private final Storage storage;
    private final EpochStore store;
    private final EntrySet set;
    private final EpochLedger ledger;
    private final EntryRemover remover;
    private final HandedOut handedOut;

    Adopter(
            NodeLoop loop,
            Storage storage,
            EpochStore store,
            EntrySet set,
            EpochLedger ledger,
            EntryRemover remover,
            HandedOut handedOut) {
        this.loop = loop;
        this.storage = storage;
        this.store = store;
        this.set = set;
        this.ledger = ledger;
        this.remover = remover;
        this.handedOut = handedOut;
    }

    /** Adopts what a peer said, or what this node closed. Repeating it after a failure goes on with the same. */
    CompletableFuture<Void> adopt(CatchUp.Result result) {
        return store.begin(result).thenCompose(done -> resume());
    }

    /**
     * Goes on with an adoption that was cut off, if there was one; then what the last ones left to be removed leaves, in the
     * background.
     */
    CompletableFuture<Void> resume() {
        return store.kept()
                .thenCompose(kept -> store.interrupted(ledger)
                        .thenCompose(begun -> begun.isPresent()
                                ? run(kept, begun.get()).thenCompose(next -> store.tidy(next))
                                : CompletableFuture.completedFuture(null)));
    }

    private CompletableFuture<EpochStore.Kept> run(EpochStore.Kept before, EpochStore.Begun begun) {
        Adoption adoption = begun.adoption();
        AdoptionRun run = new AdoptionRun(loop, storage, set, ledger, handedOut, adoption);
        List<EntryKey> waiting = new ArrayList<>();
        return store.pending(EpochRecords.REISSUE, record -> waiting.add(EpochRecords.readEntry(record)))
                .thenCompose(done -> run.start(waiting))
                .thenCompose(done -> {
                    long target = adoption.target().number();
                    long lists = begun.leap() ? begun.listsFrom() : before.listsFrom();
                    EpochStore.Kept next = new EpochStore.Kept(
                            new EpochLedger.Head(target, adoption.target().hash()),
                            Math.max(lists, target - EpochStore.HISTORY + 1));
                    return store.finish(next, adoption.awaited(), run.records()).thenApply(written -> next);
                })
                .thenApply(next -> {
                    adoption.finish();
                    run.leaving().forEach(entry -> hide(entry.key()));
                    run.reissue().forEach(this::hide);
                    return next;
                });
    }

    private void hide(EntryKey key) {
        set.remove(key.time(), key.id().toBytes(), 0);
    }

    /** Takes out of the set what earlier adoptions left in the store only, and finds out what of the snapshot is here. */
    CompletableFuture<Void> restore() {
        return opened().thenCompose(
                        done -> store.pending(EpochRecords.LEAVING, record -> hide(EpochRecords.readEntry(record))))
                .thenCompose(
                        done -> store.pending(EpochRecords.REISSUE, record -> hide(EpochRecords.readEntry(record))))
                .thenCompose(done -> present());
    }

    /** What came in the open epoch is recorded, what went again is not. */
    private CompletableFuture<Void> opened() {
        byte[] id = new byte[32];
        return Slices.each(loop, ledger.openSnapshot(), entry -> {
            entry.copyId(id, 0);
            if (!set.contains(entry.time(), id, 0)) {
                ledger.forgetOpen(new EntryKey(entry.time(), entry.id()));
            }
        });
    }

    private CompletableFuture<Void> present() {
        if (ledger.awaited() == 0) {
            return CompletableFuture.completedFuture(null);
        }
        byte[] id = new byte[32];
        return Slices.each(loop, set.snapshot(), entry -> {
            entry.copyId(id, 0);
            if (!ledger.isOpen(entry.time(), id)) {
                ledger.awaitedDigests().take(ledger.digests().of(id, 0));
            }
        });
    }

    /** Removes what has to go. Completes when it is known what; it goes in the background. */
    CompletableFuture<Void> removeLeaving() {
        List<EntryRemover.Leaving> leaving = new ArrayList<>();
        return store.pending(
                        EpochRecords.LEAVING,
                        record -> leaving.add(new EntryRemover.Leaving(
                                EpochRecords.readEntry(record), EpochRecords.readReason(record))))
                .thenAccept(done -> {
                    if (!leaving.isEmpty()) {
                        CompletableFuture<Void> unused = remover.leave(leaving);
                    }
                });
    }

    /** Completes when no removal is under way. */
    CompletableFuture<Void> removed() {
        return remover.remove(List.of());
    }
}
