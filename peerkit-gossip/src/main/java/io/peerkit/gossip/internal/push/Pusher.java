// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.SyncProgress;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryKeys;
import io.peerkit.gossip.internal.entry.SealedEntry;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.epoch.EpochWatch;
import io.peerkit.gossip.internal.integrate.Arrival;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** Carries out what the {@link PushMachine} decides over a stream to and from each peer. Belongs to the node loop. */
public final class Pusher {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/push/2.0.0");

    /** The machine's ticks follow one another in this distance while it has something to wait for. */
    static final Duration TICK = Duration.ofMillis(100);

    /**
     * What pushing works with.
     *
     * @param leaf whether this node passes nothing on along trees, since its line is limited
     * @param capacities what agents say that their nodes have to spare
     */
    public record Parts(
            NodeLoop loop,
            Transport transport,
            Storage storage,
            EntrySet set,
            Integrator integrator,
            DistributionStrategy distribution,
            EpochWatch epochs,
            boolean leaf,
            Function<AgentId, NodeCapacity> capacities) {}

    private final Parts parts;
    private final Consumer<NodeId> dirty;
    private final PeerWarnings warnings = new PeerWarnings(LoggerFactory.getLogger(Pusher.class));
    private final PushMachine machine;
    private final Map<NodeId, PushPeer> peers = new LinkedHashMap<>();
    private boolean ticking;
    private boolean stopped;

    /**
     * @param parts what it works with
     * @param dirty is told of a peer that needs a sync session
     */
    public Pusher(Parts parts, Consumer<NodeId> dirty) {
        this.parts = parts;
        this.dirty = dirty;
        this.machine = new PushMachine(parts.leaf());
    }

    PeerWarnings warnings() {
        return warnings;
    }

    Parts parts() {
        return parts;
    }

    PushMachine machine() {
        return machine;
    }

    /** What was pushed, and what came. */
    public PushFigures figures() {
        return machine.figures();
    }

    /** Whether announced entries are missing. */
    public boolean isWanting() {
        return machine.wants().size() > 0;
    }

    /** What is known of each peer at this moment. */
    public Function<NodeId, SyncProgress.Counts> progress() {
        Map<NodeId, Integer> announced = machine.wants().announced();
        Map<NodeId, Integer> asked = machine.wants().asked();
        return node -> {
            PushPeer peer = peers.get(node);
            return peer == null
                    ? SyncProgress.Counts.NONE
                    : peer.progress(announced.getOrDefault(node, 0), asked.getOrDefault(node, 0));
        };
    }

    /** A peer is connected. */
    public void peerUp(Peer peer) {
        PushPeer up = new PushPeer(this, peer);
        peers.put(peer.node(), up);
        machine.linkUp(peer.node(), parts.loop().random());
        up.open();
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        PushPeer down = peers.remove(peer.node());
        if (down != null) {
            down.close();
            perform(machine.linkDown(peer.node()), Map.of());
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
        for (SealedEntry entry : entries) {
            StoredEntry stored = entry.stored();
            perform(
                    machine.published(
                            List.of(stored.key()), Route.of(entry.header()), node -> isFor(node, entry.header())),
                    Map.of(stored.id(), wire(entry)));
        }
        flush();
    }

    private static WireEntry wire(SealedEntry entry) {
        return new WireEntry(entry.stored().envelope(), entry.stored().blob().orElseThrow());
    }

    private boolean isFor(NodeId node, EntryHeader header) {
        PushPeer peer = peers.get(node);
        return peer != null
                && peer.isOpen()
                && parts.epochs().isAligned(node)
                && !header.author().equals(peer.peer().agent())
                && parts.distribution().willStore(peer.peer().agent(), header);
    }

    /** Entries of peers are stored. */
    public void stored(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            SealedEntry entry = arrival.entry();
            arrival.knowers().forEach(node -> known(node, entry.stored().id()));
            List<PushAction> actions = machine.stored(
                    entry.stored().key(),
                    Route.of(entry.header()),
                    arrival.knowers(),
                    node -> isFor(node, entry.header()));
            if (!actions.isEmpty()) {
                perform(actions, Map.of(entry.stored().id(), wire(entry)));
            }
        }
        flush();
    }

    private void known(NodeId node, EntryId id) {
        PushPeer peer = peers.get(node);
        if (peer != null) {
            peer.queue().known(id);
        }
    }

    /** A peer announced entries. */
    void announced(PushPeer from, PushFrame.Announce announce) {
        NodeId node = from.peer().node();
        byte[] keys = announce.keys();
        RunCursor runs = new RunCursor(announce.runs());
        for (int at = 0; at < keys.length; at += EntryKeys.KEY_BYTES) {
            runs.next();
            EntryId id = EntryKeys.id(keys, at + EntryKeys.ID_OFFSET);
            from.queue().known(id);
            if (parts.set().contains(EntryKeys.time(keys, at), keys, at + EntryKeys.ID_OFFSET)) {
                perform(machine.announcedAgain(node, id, runs.route(), runs.hops()), Map.of());
            } else if (!parts.integrator().isUnderWay(id, node)
                    && !parts.integrator().isHeld(EntryKeys.key(keys, at))) {
                perform(machine.announced(node, id, runs.route(), runs.hops()), Map.of());
            }
        }
        flush();
    }

    private void perform(List<PushAction> actions, Map<EntryId, WireEntry> whole) {
        for (PushAction action : actions) {
            PushPeer peer = peers.get(action.peer());
            if (action instanceof PushAction.Reconcile) {
                dirty.accept(action.peer());
            } else if (peer != null) {
                perform(action, peer, whole);
            }
        }
    }

    private void perform(PushAction action, PushPeer peer, Map<EntryId, WireEntry> whole) {
        if (action instanceof PushAction.Push push) {
            peer.entry(push, Objects.requireNonNull(whole.get(push.key().id())));
        } else if (action instanceof PushAction.Announce announce) {
            peer.announce(announce);
        } else if (action instanceof PushAction.Ask ask) {
            if (!peer.ask(ask.id(), ask.route())) {
                dirty.accept(ask.peer());
            }
        } else if (action instanceof PushAction.Graft graft) {
            peer.queue().graft(graft.route());
        } else if (action instanceof PushAction.Prune prune) {
            peer.queue().prune(prune.route());
        }
    }

    /** Something that a peer sent leads to actions. */
    void perform(List<PushAction> actions) {
        perform(actions, Map.of());
    }

    void dirty(NodeId node) {
        dirty.accept(node);
    }

    private void flush() {
        peers.values().forEach(PushPeer::flush);
        startTicking();
    }

    /** Time passes only while somebody waits for it. */
    private void startTicking() {
        if (ticking || stopped || !isBusy()) {
            return;
        }
        ticking = true;
        parts.loop().schedule(TICK, () -> {
            ticking = false;
            if (!stopped) {
                perform(machine.tick(), Map.of());
                peers.values().forEach(peer -> peer.queue().release());
                flush();
            }
        });
    }

    private boolean isBusy() {
        return machine.isBusy()
                || peers.values().stream().anyMatch(peer -> peer.queue().isHoldingBack());
    }

    /** Called every second or so. */
    public void tick() {
        startTicking();
    }

    /** There is room for entries again. */
    public void resume() {
        peers.values().forEach(PushPeer::resume);
    }

    /** Closes all streams. */
    public void stop() {
        stopped = true;
        peers.values().forEach(PushPeer::close);
        peers.clear();
    }
}
