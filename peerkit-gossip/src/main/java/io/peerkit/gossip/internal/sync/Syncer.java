// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.AgentId;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs sync sessions: one for each peer at a time, on connect, in rounds, when a peer is dirty, and on demand.
 *
 * <p>Belongs to the node loop.
 */
public final class Syncer implements SyncSession.Owner {
    /** What is spoken. */
    public static final ProtocolId PROTOCOL = new ProtocolId("/peerkit/sync/2.0.0");

    /** The most peers whose place in an interrupted bulk session is remembered. */
    private static final int MAX_CURSORS = 256;

    /** The most streams of a peer that have not said hello; more are reset. */
    private static final int MAX_GREETINGS = 4;

    /** How often a demand is repeated because the peer was busy, before it counts as met. */
    private static final int MAX_BUSY = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Syncer.class);

    private static final class Slot {
        private final Peer peer;
        private boolean opening;
        private boolean refused;
        private Optional<SyncSession> outgoing = Optional.empty();
        private Optional<SyncSession> incoming = Optional.empty();
        private final Set<SyncSession> greetings = new LinkedHashSet<>();
        private List<Demand> next = new ArrayList<>();
        private List<Demand> current = new ArrayList<>();
        private final SyncHistory history;

        Slot(Peer peer, Instant now) {
            this.peer = peer;
            this.history = new SyncHistory(now);
        }

        boolean isIdle() {
            return !opening && !refused && outgoing.isEmpty() && incoming.isEmpty();
        }
    }

    private static final class Demand {
        private final CompletableFuture<Void> met = new CompletableFuture<>();
        private int busy;
    }

    private final SyncParts parts;
    private final Transport transport;
    private final AgentId self;
    private final Duration round;
    private final SyncPlans plans;
    private final SyncSchedule schedule = new SyncSchedule();
    private final Map<NodeId, Slot> slots = new LinkedHashMap<>();
    private final Map<SyncSession, List<Demand>> settling = new LinkedHashMap<>();
    private final Map<NodeId, EntryKey> cursors = new LinkedHashMap<>();
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private final SyncCounters counters = new SyncCounters();
    private final ProgressBook progress;
    private final BulkTurn<SyncSession> bulk = new BulkTurn<>();
    private boolean stopped;

    /**
     * @param parts what sessions work with
     * @param transport opens streams
     * @param self the local agent
     * @param round the time between two rounds
     */
    public Syncer(SyncParts parts, Transport transport, AgentId self, Duration round) {
        this.parts = parts;
        this.plans = new SyncPlans(parts);
        this.transport = transport;
        this.self = self;
        this.round = round;
        this.progress = new ProgressBook(parts.loop()::now, schedule::dirty);
        scheduleRound();
    }

    private void scheduleRound() {
        // Three to five quarters, so that the rounds of different nodes do not fall together.
        long half = Math.max(1, round.toNanos() / 2);
        Duration wait = round.multipliedBy(3)
                .dividedBy(4)
                .plusNanos(parts.loop().random().nextLong(half));
        parts.loop().schedule(wait, () -> {
            if (!stopped) {
                schedule.round(this::isIdle).ifPresent(this::begin);
                scheduleRound();
            }
        });
    }

    /** A peer is connected; the one that wins ties begins. */
    public void peerUp(Peer peer) {
        slots.put(peer.node(), new Slot(peer, parts.loop().now()));
        progress.peerUp(peer, Set.of(parts.scope().name()));
        schedule.connected(peer.node());
        plans.peerUp(peer);
        if (Peer.wins(self, transport.nodeId(), peer)) {
            begin(peer.node());
        }
    }

    /** A peer is gone. */
    public void peerDown(Peer peer) {
        schedule.gone(peer.node());
        Slot slot = slots.remove(peer.node());
        plans.peerDown(peer);
        progress.peerDown(peer); // behind that, so that nothing begins anew
        if (slot != null) {
            PeerUnreachableException gone = new PeerUnreachableException("peer " + peer.agent() + " is gone");
            slot.outgoing.ifPresent(session -> session.abandon(gone));
            slot.incoming.ifPresent(session -> session.abandon(gone));
            List.copyOf(slot.greetings).forEach(session -> session.abandon(gone));
            slot.next.forEach(demand -> demand.met.complete(null));
            slot.current.forEach(demand -> demand.met.complete(null));
        }
    }

    /** A peer misses something, or has something that this node misses. */
    public void dirty(NodeId peer) {
        progress.doubtful(peer);
        schedule.dirty(peer);
    }

    /** Scopes may have changed hands. */
    public void placementChanged() {
        plans.concerned().forEach(schedule::dirty);
    }

    /** Begins sessions with dirty peers; called every second or so. */
    public void tick() {
        plans.tick();
        bulk.tick();
        schedule.dirtyPeers(this::isIdle).forEach(this::begin);
    }

    /** Reconciles with every peer in a session that begins after this call. */
    public CompletableFuture<Void> syncAll() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Slot slot : List.copyOf(slots.values())) {
            if (!slot.refused) {
                Demand demand = new Demand();
                all.add(demand.met);
                slot.next.add(demand);
                begin(slot.peer.node());
            }
        }
        return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]));
    }

    /** How far it is with each peer. */
    public ProgressBook progress() {
        return progress;
    }

    /** Completes when a session with a peer that begins after this call has ended and what it found is stored on both sides. */
    public CompletableFuture<Void> whenInSync(NodeId node) {
        CompletableFuture<Void> wait = progress.whenInSync(node);
        schedule.dirty(node);
        begin(node);
        return wait;
    }

    private boolean isIdle(NodeId node) {
        Slot slot = slots.get(node);
        return slot != null && slot.isIdle();
    }

    private void begin(NodeId node) {
        Slot slot = slots.get(node);
        if (stopped || slot == null || !slot.isIdle() || parts.epochs().isMoving()) {
            return;
        }
        if (isCrowded()) {
            schedule.dirty(node);
            return;
        }
        slot.opening = true;
        schedule.began(node);
        LoopHop.then(parts.loop(), transport.openStream(node, PROTOCOL), stream -> opened(slot, stream), reason -> {
            slot.opening = false;
            openFailed(slot, reason);
        });
    }

    /** On a limited line two sessions would bring the same twice, and each be so slow that the peer gives it up. */
    private boolean isCrowded() {
        return parts.thrifty()
                && slots.values().stream()
                        .anyMatch(slot -> slot.opening || slot.outgoing.isPresent() || slot.incoming.isPresent());
    }

    private void opened(Slot slot, PeerStream stream) {
        slot.opening = false;
        boolean late = stopped || parts.epochs().isMoving();
        if (late || slots.get(slot.peer.node()) != slot || slot.incoming.isPresent()) {
            // The peer's session, which wins, came first; or there is no peer any more.
            stream.reset();
            return;
        }
        SyncSession session = new SyncSession(slot.peer, true, parts, this, stream);
        slot.outgoing = Optional.of(session);
        session.start();
    }

    private void openFailed(Slot slot, Throwable reason) {
        if (reason instanceof ProtocolRefusedException) {
            slot.refused = true;
            progress.refused(slot.peer.node(), true);
        } else {
            LOG.debug("no sync stream to peer {}", slot.peer.agent(), reason);
        }
        List<Demand> unmet = new ArrayList<>(slot.current);
        unmet.addAll(slot.next);
        slot.current.clear();
        slot.next.clear();
        unmet.forEach(demand -> demand.met.complete(null));
    }

    /** A peer opened a stream. */
    public void accept(PeerStream stream) {
        Slot slot = slots.get(stream.node());
        if (slot == null || stopped || slot.greetings.size() >= MAX_GREETINGS) {
            stream.reset();
            return;
        }
        slot.refused = false;
        progress.refused(slot.peer.node(), false);
        SyncSession session = new SyncSession(slot.peer, false, parts, this, stream);
        slot.greetings.add(session);
        session.start();
    }

    @Override
    public boolean isBusy(SyncSession session, SyncFrame first) {
        Slot slot = slots.get(session.peer().node());
        boolean braked = parts.epochs().isMoving() || plans.isTaken(first) || bringsMuchToo(session, first);
        if (slot == null || braked || slot.incoming.isPresent() || (slot.isIdle() && isCrowded())) {
            return true;
        }
        boolean greeting =
                slot.opening || slot.outgoing.map(SyncSession::isGreeting).orElse(false);
        if (greeting) {
            return Peer.wins(self, transport.nodeId(), session.peer());
        }
        return slot.outgoing.isPresent();
    }

    /** Whether an incoming session would bring much of what another already brings. */
    private boolean bringsMuchToo(SyncSession session, SyncFrame first) {
        return first instanceof SyncFrame.Hello hello
                && hello.scope().equals(parts.scope().name())
                && !mayBring(session, hello.count());
    }

    /** Whether a session with a peer that has so many entries may go on. */
    private boolean mayBring(SyncSession session, long peerCount) {
        return peerCount - parts.set().size() <= BulkTurn.MANY || bulk.take(session, session::storedEntries);
    }

    @Override
    public SyncMachine begin(SyncSession session) {
        return counted(session, plans.ask(session, begun(session)));
    }

    @Override
    public SyncMachine begin(SyncSession session, SyncFrame first) {
        return counted(session, plans.answer(session, first, begun(session)));
    }

    /** After the snapshot, the taking of which counts as changes where entries are held back. */
    private SyncMachine counted(SyncSession session, SyncMachine machine) {
        session.began(parts.set().changes());
        if (plans.isTracked(machine)) {
            progress.began(session);
        }
        return machine;
    }

    private SyncPlans.Extras begun(SyncSession session) {
        NodeId node = session.peer().node();
        Slot slot = slots.get(node);
        if (slot != null) {
            slot.greetings.remove(session);
            if (!session.isInitiator()) {
                slot.incoming = Optional.of(session);
                schedule.began(node);
            }
            // Demands made up to now are met by this session: its snapshot is taken here.
            slot.current.addAll(slot.next);
            slot.next = new ArrayList<>();
        }
        return new SyncPlans.Extras(
                Optional.ofNullable(cursors.get(node)),
                slot != null && isDeep(slot.history, session.isInitiator()),
                slot != null && slot.history.byRanges());
    }

    private boolean isDeep(SyncHistory history, boolean asks) {
        Instant now = parts.loop().now();
        return asks ? history.asksForCheck(now, parts.loop().random()) : history.grantsCheck(now);
    }

    @Override
    public void over(SyncSession session, Optional<SyncAction.Outcome> outcome, Optional<Throwable> reason) {
        NodeId node = session.peer().node();
        bulk.over(session);
        remember(node, session, outcome);
        reason.ifPresent(why -> log(session, why));
        outcome.ifPresent(counters::ended);
        session.exceeded().ifPresent(counters::exceeded);
        if (plans.over(session, session.machine(), outcome)) {
            schedule.dirty(node);
        }
        Slot slot = slots.get(node);
        if (slot == null) {
            return;
        }
        judge(slot, session, outcome);
        slot.greetings.remove(session);
        boolean owned = slot.outgoing.filter(session::equals).isPresent()
                || slot.incoming.filter(session::equals).isPresent();
        if (!owned) {
            return; // It was told that we are busy, or never began.
        }
        slot.outgoing = slot.outgoing.filter(other -> !other.equals(session));
        slot.incoming = slot.incoming.filter(other -> !other.equals(session));
        if (outcome.filter(SyncAction.Outcome.BUSY::equals).isPresent()) {
            busy(slot);
            return;
        }
        if (outcome.filter(SyncAction.Outcome.OTHER_EPOCH::equals).isPresent()) {
            putOff(slot);
            parts.epochs().differs(node);
            return;
        }
        if (outcome.isEmpty() && parts.epochs().isMoving()) {
            slot.next.addAll(slot.current);
            slot.current.clear();
        }
        if (slot.outgoing.isEmpty() && slot.incoming.isEmpty()) {
            if (outcome.isPresent() && plans.hasNext(node)) {
                begin(node);
                return; // Demands are met by the last of the sessions that follow.
            }
            settling.put(session, slot.current);
            slot.current = new ArrayList<>();
            if (!slot.next.isEmpty()) {
                begin(node);
            }
        }
    }

    /** What a session tells about those to come. */
    private void judge(Slot slot, SyncSession session, Optional<SyncAction.Outcome> outcome) {
        if (outcome.filter(SyncAction.Outcome::isWhole).isEmpty()) {
            return;
        }
        boolean again = false;
        if (session.isInitiator()) {
            session.way().ifPresent(counters::went);
            counters.undelivered(session.undelivered());
            again = slot.history.ended(session.undelivered());
        } else if (session.way().equals(Optional.of(SyncFrame.Way.CHECK))) {
            slot.history.checked(parts.loop().now());
        }
        boolean changed = parts.set().changes() - session.changesBefore() > session.storedEntries();
        if (again || (session.isLong() && changed)) {
            schedule.dirty(slot.peer.node());
        }
    }

    /** What became of sessions. */
    public SyncCounters counters() {
        return counters;
    }

    private void busy(Slot slot) {
        if (slot.incoming.isPresent()) {
            return; // The peer's session won; it meets the demands.
        }
        schedule.dirty(slot.peer.node());
        putOff(slot);
    }

    private static void putOff(Slot slot) {
        for (Demand demand : slot.current) {
            if (++demand.busy >= MAX_BUSY) {
                demand.met.complete(null);
            } else {
                slot.next.add(demand);
            }
        }
        slot.current.clear();
    }

    @Override
    public void settled(SyncSession session) {
        List<Demand> demands = settling.remove(session);
        if (demands != null) {
            demands.forEach(demand -> demand.met.complete(null));
        }
        plans.settled(session).forEach(schedule::dirty);
        plans.ready().forEach(this::begin);
    }

    @Override
    public void closed(SyncSession session, boolean whole) {
        boolean differed = plans.isDifferent(session.machine());
        if (differed) {
            progress.doubtful(session.peer().node());
        }
        progress.closed(session, whole && !differed);
    }

    private void remember(NodeId node, SyncSession session, Optional<SyncAction.Outcome> outcome) {
        if (outcome.isPresent() && outcome.get() != SyncAction.Outcome.BUSY) {
            cursors.remove(node);
        } else if (session.cursor().isPresent()) {
            cursors.remove(node);
            cursors.put(node, session.cursor().get());
            if (cursors.size() > MAX_CURSORS) {
                cursors.remove(cursors.keySet().iterator().next());
            }
        }
    }

    private void log(SyncSession session, Throwable reason) {
        if (reason instanceof StorageException) {
            LOG.debug("sync with peer {} failed at the store; a later round repeats it", session.agent(), reason);
        } else if (reason instanceof PeerUnreachableException || reason instanceof ClosedException) {
            LOG.debug("sync with peer {} broke off: {}", session.agent(), reason.getMessage());
        } else {
            warnings.warn(session.agent(), "gave up a sync session", reason);
            if (reason instanceof InvalidBytesException) {
                parts.integrator().misbehaved(session.agent());
            }
        }
    }

    @Override
    public boolean mayGoOn(SyncSession session) {
        boolean whole = session.machine().filter(SyncMachine::isWhole).isPresent();
        if (whole
                && !mayBring(
                        session, session.machine().map(SyncMachine::peerCount).orElse(0))) {
            schedule.dirty(session.peer().node());
            return false;
        }
        boolean ready = parts.epochs().meets(session.peer().node());
        if (ready && parts.set().changes() != session.changesBefore()) {
            // What was stored since the hello is in no snapshot, and was not pushed to a peer in an unknown epoch.
            schedule.dirty(session.peer().node());
        }
        return ready;
    }

    /** This node goes to another epoch: what is under way is given up, and comes again. */
    public void breakOff() {
        ClosedException moving = new ClosedException("this node goes to another epoch");
        for (Slot slot : List.copyOf(slots.values())) {
            slot.outgoing.ifPresent(session -> session.abandon(moving));
            slot.incoming.ifPresent(session -> session.abandon(moving));
            List.copyOf(slot.greetings).forEach(session -> session.abandon(moving));
        }
    }

    /** Every peer gets a session soon. */
    public void allDirty() {
        slots.keySet().forEach(schedule::dirty);
    }

    /** There is room for entries again. */
    public void resume() {
        for (Slot slot : slots.values()) {
            slot.outgoing.ifPresent(SyncSession::resume);
            slot.incoming.ifPresent(SyncSession::resume);
        }
    }

    /** Ends all sessions. */
    public void stop() {
        stopped = true;
        for (Slot slot : List.copyOf(slots.values())) {
            peerDown(slot.peer);
        }
    }
}
