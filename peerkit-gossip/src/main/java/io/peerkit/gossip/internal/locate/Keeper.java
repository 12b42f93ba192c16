// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.integrate.EntrySource;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.integrate.Receipt;
import io.peerkit.gossip.internal.peer.Peer;
import java.util.Optional;

/**
 * Sends entries that were located the way of all entries of peers: by the application's hook into the store. Belongs to the node
 * loop.
 */
public final class Keeper {
    private final Integrator integrator;
    private Optional<EntryId> receiving = Optional.empty();

    /**
     * @param integrator takes them
     */
    public Keeper(Integrator integrator) {
        this.integrator = integrator;
    }

    /** Whether an entry is being taken in because it was looked for, whatever the strategy says. */
    public boolean isFetched(EntryId id) {
        return receiving.filter(id::equals).isPresent();
    }

    void keep(Peer from, OpenedEntry entry) {
        receiving = Optional.of(entry.id());
        Receipt receipt = integrator.receive(new Source(from.agent(), from.node()), entry.wire());
        receiving = Optional.empty();
        if (receipt == Receipt.TAKEN) {
            integrator.flush();
        }
    }

    /** Nobody waits to hear what becomes of it. */
    private record Source(AgentId agent, NodeId node) implements EntrySource {
        @Override
        public void stored(EntryKey key) {}

        @Override
        public void dropped(EntryKey key) {}

        @Override
        public void storageFailed(EntryKey key, Throwable reason) {}
    }
}
