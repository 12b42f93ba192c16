// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySetLoader;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads the keys of all stored entries into a set, and sets the clock above what was handed out before. */
final class EntryLoading {
    private final NodeLoop loop;
    private final Storage storage;
    private final AgentId self;
    private final HybridClock clock;
    private final EntrySetLoader loader = new EntrySetLoader();
    private final CompletableFuture<EntrySet> loaded = new CompletableFuture<>();

    EntryLoading(NodeLoop loop, AgentId self, Storage storage, HybridClock clock) {
        this.loop = loop;
        this.self = self;
        this.storage = storage;
        this.clock = clock;
    }

    /** Begins; the future completes on the loop. */
    CompletableFuture<EntrySet> start() {
        restoreClock(
                Publisher.OLD_CLOCK_METADATA,
                () -> restoreClock(Publisher.clockMetadata(self), () -> next(Optional.empty())));
        return loaded;
    }

    private void restoreClock(String name, Runnable then) {
        LoopHop.then(
                loop,
                storage.metadata(name),
                stored -> {
                    if (stored.isPresent() && stored.get().length != Long.BYTES) {
                        loaded.completeExceptionally(new StorageException(
                                "metadata " + name + " of " + stored.get().length + " bytes, must be " + Long.BYTES));
                        return;
                    }
                    stored.ifPresent(time -> clock.restore(ByteBuffer.wrap(time).getLong()));
                    then.run();
                },
                loaded::completeExceptionally);
    }

    private void next(Optional<EntryKey> after) {
        LoopHop.then(loop, storage.keys(after, KeyPage.MAX_KEYS), this::append, loaded::completeExceptionally);
    }

    private void append(KeyPage page) {
        try {
            loader.append(page.times(), page.ids(), page.size());
        } catch (IllegalArgumentException e) {
            loaded.completeExceptionally(new StorageException("keys in the store are out of order", e));
            return;
        }
        long nowMillis = loop.now().toEpochMilli();
        for (long time : page.times()) {
            clock.merge(time, nowMillis);
        }
        if (page.size() < KeyPage.MAX_KEYS) {
            loaded.complete(loader.load());
        } else {
            int last = page.size() - 1;
            next(Optional.of(new EntryKey(page.times()[last], EntryKeys.id(page.ids(), last * EntryKeys.ID_BYTES))));
        }
    }
}
