// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.integrate.Arrival;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * Pushes new entries to the connected peers, and asks for those they announce. Belongs to the node loop.
 *
 * <p>An own entry goes whole to every peer that should store it; one that came from a peer is announced to the others.
 */
public final class Pusher {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/push/2.0.0");

    /** What pushing works with. */
    public record Parts(
            NodeLoop loop,
            Transport transport,
            Storage storage,
            EntrySet set,
            Integrator integrator,
            DistributionStrategy distribution) {}

    private final Parts parts;
    private final Consumer<NodeId> dirty;
    private final PeerWarnings warnings = new PeerWarnings(LoggerFactory.getLogger(Pusher.class));
    private final WantList wants = new WantList();
    private final Map<NodeId, PushPeer> peers = new LinkedHashMap<>();

    /**
     * @param parts what it works with
     * @param dirty is told of a peer that needs a sync session
     */
    public Pusher(Parts parts, Consumer<NodeId> dirty) {
        this.parts = parts;
        this.dirty = dirty;
    }

    PeerWarnings warnings() {
        return warnings;
    }

    Parts parts() {
        return parts;
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        PushPeer up = new PushPeer(this, peer);
        peers.put(peer.node(), up);
        up.open();
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        PushPeer down = peers.remove(peer.node());
        if (down != null) {
            down.close();
            retry(wants.gone(peer.node()));
        }
    }

    /** A peer opened a stream. */
    public void accept(PeerStream stream) {
        PushPeer peer = peers.get(stream.node());
        if (peer == null) {
            stream.reset();
        } else {
            peer.accept(stream);
        }
    }

    /** Own entries are stored. */
    public void published(List<SealedEntry> entries) {
        for (PushPeer peer : peers.values()) {
            for (SealedEntry entry : entries) {
                if (parts.distribution().willStore(peer.peer().agent(), entry.header())) {
                    byte[] blob = entry.stored().blob().orElseThrow();
                    peer.entry(
                            entry.stored().key(), new WireEntry(entry.stored().envelope(), blob));
                }
            }
            peer.flush();
        }
    }

    /** Entries of peers are stored. */
    public void stored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            arrival.knowers().addAll(wants.arrived(arrival.entry().stored().id()));
        }
        for (PushPeer peer : peers.values()) {
            for (Arrival arrival : arrivals) {
                SealedEntry entry = arrival.entry();
                if (!arrival.knowers().contains(peer.peer().node())
                        && !entry.header().author().equals(peer.peer().agent())
                        && parts.distribution().willStore(peer.peer().agent(), entry.header())) {
                    peer.announce(entry.stored().key());
                }
            }
            peer.flush();
        }
    }

    /** A peer announced entries. */
    void announced(PushPeer from, byte[] keys) {
        NodeId node = from.peer().node();
        for (int at = 0; at < keys.length; at += EntryKeys.KEY_BYTES) {
            if (parts.set().contains(EntryKeys.time(keys, at), keys, at + EntryKeys.ID_OFFSET)) {
                continue;
            }
            EntryId id = EntryKeys.id(keys, at + EntryKeys.ID_OFFSET);
            if (parts.integrator().isUnderWay(id, node) || parts.integrator().isHeld(EntryKeys.key(keys, at))) {
                continue;
            }
            switch (wants.announced(node, id)) {
                case ASK -> {
                    if (!from.ask(id)) {
                        dirty.accept(node);
                    }
                }
                case FULL -> dirty.accept(node);
                case WAIT -> {
                    // Another peer delivers, or this one is asked later.
                }
            }
        }
        from.flush();
    }

    void dirty(NodeId node) {
        dirty.accept(node);
    }

    /** Asks others for what did not come; called every second or so. */
    public void tick() {
        retry(wants.tick());
    }

    private void retry(WantList.Retry retry) {
        for (WantList.Ask ask : retry.asks()) {
            PushPeer peer = peers.get(ask.peer());
            if (peer != null) {
                peer.ask(ask.id());
            }
        }
        if (!retry.asks().isEmpty()) {
            peers.values().forEach(PushPeer::flush);
        }
        retry.silent().forEach(dirty);
    }

    /** There is room for entries again. */
    public void resume() {
        peers.values().forEach(PushPeer::resume);
    }

    /** Closes all streams. */
    public void stop() {
        peers.values().forEach(PushPeer::close);
        peers.clear();
    }
}
