// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.StorageException;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The list of what was live when the last epoch was closed, for peers that were away for long: what is here of it, what is awaited, and what
 * was deleted since. It is made when somebody asks and kept while the head stays, 16 bytes an entry. Belongs to the node loop.
 */
final class LiveList {
    private final NodeLoop loop;
    private final EntrySet set;
    private final EpochLedger ledger;
    private final EpochStore store;
    private long madeFor;
    private Optional<CompletableFuture<DigestList>> made = Optional.empty();

    LiveList(NodeLoop loop, EntrySet set, EpochLedger ledger, EpochStore store) {
        this.loop = loop;
        this.set = set;
        this.ledger = ledger;
        this.store = store;
    }

    /** Nobody needs it any more. */
    void forget() {
        made = Optional.empty();
    }

    /** Makes it; fails with a {@link StorageException} while a removal is on its way, and when the store has lost entries. */
    CompletableFuture<DigestList> get() {
        long head = ledger.head().epoch();
        if (made.isEmpty() || madeFor != head || made.get().isCompletedExceptionally()) {
            madeFor = head;
            made = Optional.of(make(head));
        }
        return made.get();
    }

    private CompletableFuture<DigestList> make(long head) {
        DigestList.Builder live = new DigestList.Builder();
        ledger.awaitedDigests().copyTo(live, DigestList.EMPTY);
        ledger.tombstones().all().forEach((entry, stone) -> {
            if (stone.isEffective() && stone.isClosed()) {
                live.add(ledger.digests().of(entry));
            }
        });
        byte[] id = new byte[32];
        return Slices.each(loop, set.snapshot(), entry -> {
                    entry.copyId(id, 0);
                    if (!ledger.isOpen(entry.time(), id)) {
                        live.add(ledger.digests().of(id, 0));
                    }
                })
                .thenCompose(done -> store.statement(head))
                .thenApply(signed -> {
                    DigestList list = live.build();
                    DigestList.Mark said = signed.orElseThrow(
                                    () -> new StorageException("no statement of epoch " + head))
                            .statement()
                            .live();
                    if (!list.mark().equals(said)) {
                        throw new StorageException("the entries here are not those of epoch " + head + ": "
                                + list.size() + ", expected " + said.count());
                    }
                    return list;
                });
    }
}
