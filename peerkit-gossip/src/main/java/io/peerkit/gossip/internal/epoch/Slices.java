// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.reconcile.EntryCursor;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Walks over all entries of a snapshot in slices, between which the node does other things. */
final class Slices {
    /** Some 5 ms, at 2 us for each digest. */
    private static final int ENTRIES = 2_048;

    private Slices() {}

    /** Shows all entries, in order, on the loop. */
    static CompletableFuture<Void> each(NodeLoop loop, EntrySnapshot snapshot, Consumer<EntryCursor> visitor) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        slice(loop, snapshot.cursor(0, snapshot.size()), visitor, done);
        return done;
    }

    private static void slice(
            NodeLoop loop, EntryCursor cursor, Consumer<EntryCursor> visitor, CompletableFuture<Void> done) {
        for (int i = 0; i < ENTRIES; i++) {
            if (!cursor.next()) {
                done.complete(null);
                return;
            }
            visitor.accept(cursor);
        }
        loop.execute(() -> slice(loop, cursor, visitor, done));
    }
}
