// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.concurrent.CompletableFuture;

/** Shows every entry of the node to a {@link Closing}. Nothing else may write entries meanwhile. Belongs to the node loop. */
final class ClosingRun {
    private ClosingRun() {}

    /** Makes what is to be signed. */
    static CompletableFuture<EpochStep> start(NodeLoop loop, EntrySet set, EpochLedger ledger, long time) {
        Closing closing = new Closing(ledger);
        byte[] id = new byte[32];
        return Slices.each(loop, set.snapshot(), entry -> {
                    entry.copyId(id, 0);
                    if (ledger.isOpen(entry.time(), id)) {
                        closing.open(entry.id());
                    } else {
                        closing.closed(id, 0);
                    }
                })
                .thenApply(done -> closing.finish(time));
    }
}
