// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.HybridClock;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Knows which own entries a peer may have got from this node, by their time: those up to the moment when the last peer in the same epoch
 * left, and all while there is one. That there is one is noted durably before anything is given to it, so that a crash cannot make
 * the answer too small. Belongs to the node loop.
 */
final class HandedOut {
    /** The metadata with the time, 8 bytes; all ones while peers are there. */
    private static final String METADATA = "epoch-handed-out";

    private static final long NOW = -1;

    private final NodeLoop loop;
    private final Storage storage;
    private final HybridClock clock;
    private long upTo;
    private boolean noted;
    private Optional<CompletableFuture<Void>> noting = Optional.empty();

    HandedOut(NodeLoop loop, Storage storage, HybridClock clock) {
        this.loop = loop;
        this.storage = storage;
        this.clock = clock;
    }

    /** Reads what was noted; the clock has to be restored before. */
    CompletableFuture<Void> load() {
        return storage.metadata(METADATA)
                .thenAcceptAsync(found -> upTo = found.map(this::read).orElse(clock.last()), loop);
    }

    private long read(byte[] value) {
        if (value.length != Long.BYTES) {
            throw new StorageException(
                    "metadata " + METADATA + " of " + value.length + " bytes, must be " + Long.BYTES);
        }
        long time = ByteBuffer.wrap(value).getLong();
        return time == NOW ? clock.last() : time;
    }

    /** Whether a peer may have got what was written at a time. */
    boolean mayHave(long time) {
        return noted || noting.isPresent() || Long.compareUnsigned(time, upTo) <= 0;
    }

    /** Whether entries may be given to peers. */
    boolean isNoted() {
        return noted;
    }

    /** Entries are about to be given to a peer. Completes on the loop when they may be. */
    CompletableFuture<Void> begin() {
        if (noted) {
            return CompletableFuture.completedFuture(null);
        }
        if (noting.isEmpty()) {
            noting = Optional.of(write(NOW).whenComplete((done, failure) -> {
                noting = Optional.empty();
                noted = failure == null;
            }));
        }
        return noting.get();
    }

    /** No peer is there that gets entries. */
    CompletableFuture<Void> end() {
        if (!noted) {
            return CompletableFuture.completedFuture(null);
        }
        noted = false;
        upTo = clock.last();
        return write(upTo);
    }

    private CompletableFuture<Void> write(long value) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
        return storage.write(WriteBatch.builder().metadata(METADATA, bytes).build())
                .thenApplyAsync(done -> null, loop);
    }
}
