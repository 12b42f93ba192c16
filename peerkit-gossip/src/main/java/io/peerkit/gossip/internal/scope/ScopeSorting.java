// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryCodec;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the headers of entries whose scopes are not known: all of them at the start, later those that another process wrote into a shared
 * store. Not under full replication. Belongs to the node loop.
 */
public final class ScopeSorting {
    private static final int PAGE_ENTRIES = 1_024;
    private static final int PAGE_BYTES = 1_048_576;
    private static final Logger LOG = LoggerFactory.getLogger(ScopeSorting.class);

    private final NodeLoop loop;
    private final Storage storage;
    private final ScopeSets sets;
    private boolean reading;

    /**
     * @param storage has the headers
     * @param sets are told of them
     */
    public ScopeSorting(NodeLoop loop, Storage storage, ScopeSets sets) {
        this.loop = loop;
        this.storage = storage;
        this.sets = sets;
    }

    /** Reads the whole store; completes on the loop. */
    public CompletableFuture<Void> load() {
        CompletableFuture<Void> loaded = new CompletableFuture<>();
        if (sets.placement().isWhole()) {
            loaded.complete(null);
        } else {
            next(Optional.empty(), loaded);
        }
        return loaded;
    }

    private void next(Optional<EntryKey> after, CompletableFuture<Void> loaded) {
        LoopHop.then(
                loop,
                storage.scan(after, PAGE_ENTRIES, PAGE_BYTES),
                page -> {
                    if (page.isEmpty()) {
                        loaded.complete(null);
                    } else {
                        page.forEach(this::sort);
                        next(Optional.of(page.get(page.size() - 1).key()), loaded);
                    }
                },
                loaded::completeExceptionally);
    }

    private void sort(StoredEntry entry) {
        try {
            sets.sort(EntryCodec.headerOf(entry.envelope()), entry.key());
        } catch (InvalidBytesException e) {
            LOG.error("entry {} in the store is damaged", entry.id(), e);
        }
    }

    /** Looks after what is not sorted; called every second or so. */
    public void tick() {
        List<EntryKey> keys = sets.unsorted(PAGE_ENTRIES);
        if (reading || keys.isEmpty()) {
            return;
        }
        reading = true;
        LoopHop.then(
                loop,
                storage.entries(keys.stream().map(EntryKey::id).toList(), PAGE_BYTES),
                found -> read(keys, found),
                reason -> {
                    reading = false;
                    LOG.debug("entries that others wrote could not be read; tried again later", reason);
                });
    }

    private void read(List<EntryKey> asked, List<StoredEntry> found) {
        reading = false;
        Set<EntryKey> there = new HashSet<>();
        for (StoredEntry entry : found) {
            there.add(entry.key());
            sort(entry);
        }
        long bytes = found.stream().mapToLong(StoredEntry::bytes).sum();
        if (bytes <= PAGE_BYTES) { // Otherwise the store did not come to the rest.
            sets.giveUp(asked.stream().filter(key -> !there.contains(key)).toList());
        }
        sets.giveUp(List.copyOf(there)); // What is damaged stays out.
        tick();
    }
}
