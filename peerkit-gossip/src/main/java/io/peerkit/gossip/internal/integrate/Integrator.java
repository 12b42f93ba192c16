// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.gossip.GossipWatcher;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.entry.Refusal;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.peer.FaultBudget;
import io.peerkit.gossip.internal.peer.Membership;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.scope.ScopeSets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of an entry that a peer sent: proven, shown to the application's hook if there is one, written, added to the
 * set, told to the application's listener and to the other peers.
 *
 * <p>What waits is bounded: sources look at {@link #isFull} and stop reading, which brakes the peers.
 *
 * <p>Belongs to the node loop.
 */
public final class Integrator implements ArrivalWriter.Outcome {
    /** Above this many bytes of entries between proof and the listener's return, sources stop reading. */
    public static final long MAX_WAITING_BYTES = 8L * 1_048_576;

    /** Above this many entries there too; small entries weigh more than their bytes. */
    public static final int MAX_WAITING_ENTRIES = 32_768;

    private static final Logger LOG = LoggerFactory.getLogger(Integrator.class);

    /**
     * What an integrator works with.
     *
     * @param executor runs the questions to the hooks
     * @param tasks runs what is told, one at a time
     * @param deadline how long the application may take for an answer
     */
    public record Parts(
            NodeLoop loop,
            AgentId self,
            Storage storage,
            EntrySet set,
            EntryVerifier verifier,
            HybridClock clock,
            Optional<StorageHooks> hooks,
            NodeListener listener,
            Executor executor,
            UserTasks tasks,
            Duration deadline,
            Membership membership,
            Epochs epochs,
            ScopeSets scopes) {}

    private final Parts parts;
    private final Consumer<List<Arrival>> announce;
    private final Runnable hasRoom;
    private final Consumer<List<EntryKey>> storedByOthers;
    private final Optional<HookGate> hooks;
    private final Optional<StoreGate> others;
    private final ArrivalWriter writer;
    private final OpaqueEntries opaque;
    private final UnderWay underWay = new UnderWay();
    private final HeldEntries held = new HeldEntries();
    private final FailedEntries failed = new FailedEntries();
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private long waitingBytes;
    private int waitingEntries;
    private boolean full;
    private boolean paused;
    private long refused;
    private GossipWatcher watcher = GossipWatcher.none();
    private Predicate<OpenedEntry> alsoKept = entry -> false;

    /**
     * @param parts what it works with
     * @param announce gets entries that are new and stored, to tell the peers
     * @param hasRoom sources may read again
     */
    public Integrator(Parts parts, Consumer<List<Arrival>> announce, Runnable hasRoom) {
        this(parts, announce, hasRoom, keys -> {});
    }

    /**
     * @param parts what it works with
     * @param announce gets entries that are new and stored, to tell the peers
     * @param hasRoom sources may read again
     * @param storedByOthers gets entries of peers that are found in a shared store
     */
    public Integrator(
            Parts parts, Consumer<List<Arrival>> announce, Runnable hasRoom, Consumer<List<EntryKey>> storedByOthers) {
        this.parts = parts;
        this.announce = announce;
        this.hasRoom = hasRoom;
        this.storedByOthers = storedByOthers;
        this.hooks = parts.hooks()
                .map(user -> new HookGate(
                        parts.loop(),
                        new HookGate.Application(
                                user, parts.listener(), parts.executor(), parts.tasks(), parts.deadline()),
                        this::judged));
        this.others = hooks.filter(gate -> parts.storage().isShared())
                .map(gate -> new StoreGate(parts.loop(), parts.storage(), this::lookedUp));
        this.writer = new ArrivalWriter(parts.loop(), parts.storage(), parts.epochs(), this);
        this.opaque = new OpaqueEntries(parts.loop(), parts.self(), parts.storage(), this);
    }

    /** Looks for entries that an earlier version did not understand. */
    public void start() {
        opaque.start();
    }

    /** Lets somebody look on. */
    public void watch(GossipWatcher next) {
        watcher = next;
    }

    /** Names entries that are taken although the strategy does not want them here. */
    public void alsoKeep(Predicate<OpenedEntry> entries) {
        alsoKept = entries;
    }

    /** Takes an entry from a peer; {@link #flush} must follow the last of those that came together. */
    public Receipt receive(EntrySource source, WireEntry wire) {
        Optional<OpenedEntry> opened = parts.verifier().open(wire);
        if (opened.isEmpty()) {
            return refuse(source, Refusal.MALFORMED);
        }
        OpenedEntry entry = opened.get();
        boolean known = hasOrAwaits(entry, source.node());
        watcher.entryReceived(source.agent(), entry.id(), wire.bytes(), known);
        if (known) {
            source.known(entry.id());
            return Receipt.KNOWN;
        }
        long nowMillis = parts.loop().now().toEpochMilli();
        EntryVerifier.Checked checked = parts.verifier().check(entry, nowMillis);
        if (checked instanceof EntryVerifier.Refused no) {
            return refuse(source, no.reason());
        }
        if (!parts.scopes().placement().willStore(parts.self(), entry.header()) && !alsoKept.test(entry)) {
            return Receipt.KNOWN;
        }
        if (paused) {
            return Receipt.NOT_ADMITTED; // It comes again when this node has gone to another epoch.
        }
        EpochLedger.Admission admission = parts.epochs().admit(entry.sealed());
        if (admission == EpochLedger.Admission.AHEAD) {
            parts.epochs().isAhead(source.node());
        }
        if (!admission.isIn()) {
            return Receipt.NOT_ADMITTED;
        }
        if (checked instanceof EntryVerifier.Held wait) {
            EntrySource bystander = new Bystander(source.agent(), source.node());
            source.held(entry.sealed().stored().key());
            held.hold(arrival(entry, wire, bystander, admission), wait.untilMillis());
            return Receipt.HELD;
        }
        parts.clock().merge(entry.header().time(), nowMillis);
        source.taken(entry.sealed().stored().key());
        enqueue(arrival(entry, wire, source, admission));
        return Receipt.TAKEN;
    }

    private static Arrival arrival(
            OpenedEntry entry, WireEntry wire, EntrySource source, EpochLedger.Admission admission) {
        Arrival.Way way = entry.understood() ? Arrival.Way.ORDINARY : Arrival.Way.OPAQUE;
        if (entry.understood() && entry.header().kind() == EntryHeader.KIND_DELETE) {
            way = Arrival.Way.DELETE;
        }
        return new Arrival(entry.sealed(), wire, source, way, admission);
    }

    /**
     * Takes an entry that the store has as opaque, when this version understands it.
     *
     * @return false when it does not, it is no longer right, or its author is blocked
     */
    boolean reprocess(EntrySource source, StoredEntry stored) {
        WireEntry wire = new WireEntry(stored.envelope(), stored.blob().orElseThrow());
        Optional<OpenedEntry> opened = parts.verifier().open(wire);
        if (paused
                || opened.isEmpty()
                || !opened.get().understood()
                || parts.membership().isBlocked(opened.get().header().author())) {
            return false;
        }
        if (parts.verifier().check(opened.get(), parts.loop().now().toEpochMilli()) instanceof EntryVerifier.Refused) {
            return false;
        }
        Arrival.Way way = opened.get().header().kind() == EntryHeader.KIND_DELETE
                ? Arrival.Way.REPROCESSED_DELETE
                : Arrival.Way.REPROCESSED;
        enqueue(new Arrival(
                opened.get().sealed(),
                wire,
                source,
                way,
                parts.epochs().ledger().admissionOf(stored.key())));
        return true;
    }

    /** Whence a held entry came: what becomes of it later is no concern of the session or stream that brought it. */
    private record Bystander(AgentId agent, NodeId node) implements EntrySource {
        @Override
        public void stored(EntryKey key) {}

        @Override
        public void dropped(EntryKey key) {}

        @Override
        public void storageFailed(EntryKey key, Throwable reason) {}
    }

    /**
     * What a session should count as here: what is stored or on its way there, and what waits for the clock or for the application to
     * recover, since it would otherwise be sent again. Asked for such a one, the session finds nothing in the store and passes it
     * over.
     */
    public EntrySnapshot snapshot() {
        List<EntryKey> added = new ArrayList<>();
        addMissing(held.keys(), added);
        addMissing(failed.resting(), added);
        addMissing(
                underWay.all().stream()
                        .map(arrival -> arrival.entry().stored().key())
                        .toList(),
                added);
        EntrySnapshot both = parts.set().snapshot();
        added.forEach(key -> parts.set().remove(key.time(), key.id().toBytes(), 0));
        return both;
    }

    /**
     * The same for a part of the entries.
     *
     * @param set of that part
     * @param isIn whether an entry is part of it
     */
    public EntrySnapshot snapshot(EntrySet set, Predicate<EntryHeader> isIn) {
        List<EntryKey> added = new ArrayList<>();
        List<EntryKey> here = new ArrayList<>(failed.resting(isIn));
        Stream.concat(held.arrivals(), underWay.all().stream())
                .map(Arrival::entry)
                .filter(entry -> isIn.test(entry.header()))
                .forEach(entry -> here.add(entry.stored().key()));
        addMissing(set, here, added);
        EntrySnapshot both = set.snapshot();
        added.forEach(key -> set.remove(key.time(), key.id().toBytes(), 0));
        return both;
    }

    private void addMissing(Collection<EntryKey> keys, List<EntryKey> added) {
        addMissing(parts.set(), keys, added);
    }

    private static void addMissing(EntrySet set, Collection<EntryKey> keys, List<EntryKey> added) {
        for (EntryKey key : keys) {
            if (set.add(key.time(), key.id().toBytes(), 0)) {
                added.add(key);
            }
        }
    }

    /** Whether an entry waits for the clock, or for the application to recover. */
    public boolean isHeld(EntryKey key) {
        return held.contains(key) || failed.isResting(key);
    }

    private boolean hasOrAwaits(OpenedEntry entry, NodeId from) {
        return parts.set().contains(entry.header().time(), entry.idBytes(), 0)
                || isUnderWay(entry.id(), from)
                || isHeld(entry.sealed().stored().key())
                || isStuck(entry);
    }

    /** An entry at which the application still works rests on: asking again would cost another thread. */
    private boolean isStuck(OpenedEntry entry) {
        boolean stuck = hooks.map(gate -> gate.isStuck(entry.id())).orElse(false);
        if (stuck) {
            failed.failed(entry.sealed().stored().key(), entry.header());
        }
        return stuck;
    }

    /** Whether an entry is on its way into the store; if so, remembers that a peer has it. */
    public boolean isUnderWay(EntryId id, NodeId knower) {
        Optional<Arrival> arrival = underWay.get(id);
        arrival.ifPresent(known -> known.knownBy(knower));
        return arrival.isPresent();
    }

    /** Whether an entry is on its way into the store. */
    public boolean isUnderWay(EntryId id) {
        return underWay.contains(id);
    }

    /** Completes when all that is on its way into the store now is through, whoever brought it; true when all of it was stored. */
    public CompletableFuture<Boolean> settled() {
        return underWay.settled();
    }

    private Receipt refuse(EntrySource source, Refusal reason) {
        refused++;
        warnings.warn(source.agent(), "refused an entry", reason);
        if (reason != Refusal.WRONG_EPOCH) { // An honest peer may be in another epoch.
            parts.membership().misbehaved(source.agent(), 1);
        }
        return Receipt.REFUSED;
    }

    /** A stream of a peer had to be given up, since what came on it is no protocol. */
    public void misbehaved(AgentId peer) {
        parts.membership().misbehaved(peer, FaultBudget.STREAM_FAULTS);
    }

    private void enqueue(Arrival arrival) {
        // Before what it means, so that nothing of a blocked author is ever carried out.
        if (parts.membership().isBlocked(arrival.entry().header().author())) {
            arrival.turnAway();
        }
        underWay.add(arrival);
        waitingBytes += arrival.bytes();
        waitingEntries++;
        if (others.isPresent() && arrival.isAsked() && arrival.isNews()) {
            others.get().add(arrival);
        } else if (hooks.isPresent() && arrival.isAsked()) {
            hooks.get().add(arrival);
        } else {
            writer.add(arrival);
        }
    }

    /** Moves on what was received. */
    public void flush() {
        others.ifPresent(StoreGate::flush);
        hooks.ifPresent(HookGate::flush);
        writer.flush();
    }

    private void lookedUp(List<Arrival> absent, List<Arrival> there) {
        absent.forEach(hooks.orElseThrow()::add);
        List<EntryKey> keys = new ArrayList<>(there.size());
        for (Arrival arrival : there) {
            EntryKey key = arrival.entry().stored().key();
            underWay.left(key.id(), true);
            arrival.source().stored(key);
            keys.add(key);
        }
        if (!keys.isEmpty()) {
            storedByOthers.accept(keys);
        }
        release(there);
        flush();
    }

    private void judged(List<Arrival> kept, List<Arrival> refusing) {
        kept.forEach(arrival -> failed.answered(arrival.entry().stored().key()));
        writer.addAll(kept);
        for (Arrival arrival : refusing) {
            EntryKey key = arrival.entry().stored().key();
            underWay.left(key.id(), false);
            failed.failed(key, arrival.entry().header());
            arrival.source().dropped(key);
        }
        release(refusing);
        writer.flush();
    }

    @Override
    public void written(List<Arrival> batch) {
        List<Arrival> fresh = new ArrayList<>(batch.size());
        for (Arrival arrival : batch) {
            StoredEntry stored = arrival.entry().stored();
            underWay.left(stored.id(), true);
            // New to this node, that is: in a shared store another may have written it a moment before.
            boolean added = parts.set().add(stored.time(), stored.id().toBytes(), 0);
            parts.scopes().sort(arrival.entry().header(), stored.key());
            arrival.source().stored(stored.key());
            if (added || !arrival.isNews()) {
                fresh.add(arrival);
            }
        }
        parts.epochs().stored(batch.stream().map(Arrival::admitted).toList());
        for (Arrival arrival : fresh) {
            opaque.count(arrival);
        }
        List<Arrival> given = fresh.stream().filter(each -> !each.isRejected()).toList();
        if (!given.isEmpty()) {
            announce.accept(given);
        }
        parts.tasks().execute(() -> tell(batch, given));
        writer.flush();
    }

    private void tell(List<Arrival> batch, List<Arrival> given) {
        for (Arrival arrival : given) {
            try {
                if (arrival.isTold()) {
                    parts.listener().integrated(arrival.incoming());
                }
            } catch (Throwable e) { // the application's code may throw anything, and the room must be given back
                LOG.error("the application's listener failed", e);
            }
        }
        hooks.ifPresent(gate -> batch.forEach(gate::stored));
        parts.loop().execute(() -> release(batch));
    }

    @Override
    public void failed(List<Arrival> batch, Throwable reason) {
        LOG.debug("{} entries from peers could not be stored; they come again with later syncs", batch.size(), reason);
        for (Arrival arrival : batch) {
            underWay.left(arrival.entry().stored().id(), false);
            arrival.source().storageFailed(arrival.entry().stored().key(), reason);
        }
        release(batch);
        writer.flush();
    }

    private void release(List<Arrival> batch) {
        for (Arrival arrival : batch) {
            waitingBytes -= arrival.bytes();
        }
        waitingEntries -= batch.size();
        if (full && waitingBytes <= MAX_WAITING_BYTES / 2 && waitingEntries <= MAX_WAITING_ENTRIES / 2) {
            full = false;
            hasRoom.run();
        }
    }

    /** Takes nothing until {@link #unpause}; completes when nothing is on its way into the store any more. */
    public CompletableFuture<Void> pause() {
        paused = true;
        return underWay.settled().thenApply(whole -> null);
    }

    /** Goes on. */
    public void unpause() {
        paused = false;
    }

    /** Whether sources must stop reading until they are told that there is room. */
    public boolean isFull() {
        full = full || waitingBytes > MAX_WAITING_BYTES || waitingEntries > MAX_WAITING_ENTRIES;
        return full;
    }

    /** Lets in what the clock has reached; called every second or so. */
    public void tick() {
        failed.tick();
        long nowMillis = parts.loop().now().toEpochMilli();
        if (paused) {
            return;
        }
        for (Arrival arrival : held.due(nowMillis)) {
            StoredEntry stored = arrival.entry().stored();
            // An epoch may have been closed while it was held.
            arrival.admit(parts.epochs().admit(arrival.entry()));
            if (arrival.isAdmitted()
                    && !parts.set().contains(stored.time(), stored.id().toBytes(), 0)
                    && !underWay.contains(stored.id())) {
                parts.clock().merge(stored.time(), nowMillis);
                enqueue(arrival);
            }
        }
        flush();
    }

    /** Entries refused since the start. */
    public long refused() {
        return refused;
    }

    /** Entries that wait for the clock. */
    public int held() {
        return held.size();
    }

    /** Entries between proof and the listener's return. */
    public int pending() {
        return waitingEntries;
    }

    /** Entries that the application's hook failed on. */
    public int failing() {
        return failed.size();
    }

    /** Stored entries that this version does not understand. */
    public long opaque() {
        return opaque.count();
    }
}
