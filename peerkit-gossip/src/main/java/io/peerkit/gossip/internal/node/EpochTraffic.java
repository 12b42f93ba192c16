// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.Publication;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.gossip.internal.epoch.Again;
import io.peerkit.gossip.internal.epoch.EpochKeeper;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.peer.PeerTable;
import io.peerkit.gossip.internal.sync.Syncer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What writes entries in a node, as the keeper of epochs sees it. Belongs to the node loop. */
final class EpochTraffic implements EpochKeeper.Brake, EpochKeeper.Publishing {
    private final Integrator integrator;
    private final Publisher publisher;
    private final Syncer syncer;
    private final PeerTable peers;

    EpochTraffic(Integrator integrator, Publisher publisher, Syncer syncer, PeerTable peers) {
        this.integrator = integrator;
        this.publisher = publisher;
        this.syncer = syncer;
        this.peers = peers;
    }

    @Override
    public CompletableFuture<Void> apply() {
        syncer.breakOff();
        return CompletableFuture.allOf(integrator.pause(), publisher.pause());
    }

    @Override
    public void release() {
        integrator.unpause();
        publisher.unpause();
        syncer.allDirty();
    }

    @Override
    public void dirty(NodeId peer) {
        syncer.dirty(peer);
    }

    @Override
    public void misbehaved(NodeId peer) {
        peers.at(peer).ifPresent(who -> integrator.misbehaved(who.agent()));
    }

    @Override
    public CompletableFuture<List<Publication>> again(List<Again> entries) {
        CompletableFuture<List<Publication>> done = new CompletableFuture<>();
        publisher.publish(Publisher.Call.again(entries, done));
        return done;
    }

    @Override
    public CompletableFuture<List<Publication>> deletes(List<EntryId> targets, List<RecordKey> records) {
        CompletableFuture<List<Publication>> done = new CompletableFuture<>();
        List<List<EntryId>> parts = new ArrayList<>();
        for (int from = 0; from < targets.size(); from += EntryHeader.MAX_LINKS) {
            parts.add(List.copyOf(targets.subList(from, Math.min(targets.size(), from + EntryHeader.MAX_LINKS))));
        }
        publisher.publish(Publisher.Call.deletes(parts, records, done));
        return done;
    }
}
