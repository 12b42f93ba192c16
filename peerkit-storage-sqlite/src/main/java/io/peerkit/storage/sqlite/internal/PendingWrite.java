// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.WriteBatch;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A batch on its way to the disk.
 *
 * @param conditions under which to write it
 * @param batch what to write
 * @param items things to add, set and remove in it, at least 1
 * @param bytes about what it occupies in memory
 * @param compacts whether the file is to be compacted behind it
 * @param done completed when it is durable, with nothing when a condition did not hold
 */
record PendingWrite(
        List<RecordCondition> conditions,
        WriteBatch batch,
        int items,
        long bytes,
        boolean compacts,
        CompletableFuture<Optional<BitSet>> done) {
    /** About what ids, objects and references of one item occupy, in bytes. */
    private static final int ITEM_BYTES = 160;

    static PendingWrite compaction() {
        return new PendingWrite(
                List.of(), WriteBatch.builder().build(), 1, ITEM_BYTES, true, new CompletableFuture<>());
    }

    static PendingWrite of(WriteBatch batch) {
        return of(List.of(), batch);
    }

    static PendingWrite of(List<RecordCondition> conditions, WriteBatch batch) {
        int items = batch.items();
        long bytes = (long) ITEM_BYTES * items + batch.bytes();
        return new PendingWrite(conditions, batch, Math.max(1, items), bytes, false, new CompletableFuture<>());
    }
}
