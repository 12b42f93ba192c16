// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the application's hook where others write to the store too: what one of them has stored already passes by, so that the
 * application is not asked twice. What two receive at the same moment may still be asked for by both. Belongs to the node loop.
 */
final class StoreGate {
    private static final int MAX_PER_LOOK = 256;

    private static final Logger LOG = LoggerFactory.getLogger(StoreGate.class);

    private final NodeLoop loop;
    private final Storage storage;
    private final BiConsumer<List<Arrival>, List<Arrival>> looked;
    private final Deque<Arrival> waiting = new ArrayDeque<>();
    private boolean looking;

    /**
     * @param looked gets those that are not in the store, and those that are
     */
    StoreGate(NodeLoop loop, Storage storage, BiConsumer<List<Arrival>, List<Arrival>> looked) {
        this.loop = loop;
        this.storage = storage;
        this.looked = looked;
    }

    void add(Arrival arrival) {
        waiting.add(arrival);
    }

    void flush() {
        if (looking || waiting.isEmpty()) {
            return;
        }
        looking = true;
        List<Arrival> batch = new ArrayList<>();
        while (batch.size() < MAX_PER_LOOK && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        List<EntryId> ids =
                batch.stream().map(arrival -> arrival.entry().stored().id()).toList();
        LoopHop.then(loop, PresentEntries.of(storage, ids), present -> sort(batch, present), reason -> {
            LOG.debug("the store could not be asked for {} entries; they count as new", batch.size(), reason);
            sort(batch, Set.of());
        });
    }

    private void sort(List<Arrival> batch, Set<EntryId> present) {
        looking = false;
        List<Arrival> absent = new ArrayList<>();
        List<Arrival> there = new ArrayList<>();
        for (Arrival arrival : batch) {
            (present.contains(arrival.entry().stored().id()) ? there : absent).add(arrival);
        }
        looked.accept(absent, there);
    }
}
