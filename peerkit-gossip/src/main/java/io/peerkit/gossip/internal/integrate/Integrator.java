// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.StorageHooks;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.gossip.GossipWatcher;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.chunk.BlobRecords;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.entry.Refusal;
import io.peerkit.gossip.internal.entry.WireEntry;
import io.peerkit.gossip.internal.peer.PeerWarnings;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of an entry that a peer sent: proven, shown to the application's hook if there is one, written, added to the
 * set, told to the application's listener and to the other peers.
 *
 * <p>Several batches are being written at a time, each of what arrived while those before it were on their way. What waits
 * is bounded: sources look at {@link #isFull} and stop reading, which brakes the peers.
 *
 * <p>Belongs to the node loop.
 */
public final class Integrator {
    /** Above this many bytes of entries between proof and the listener's return, sources stop reading. */
    public static final long MAX_WAITING_BYTES = 8L * 1_048_576;

    /** Above this many entries there too; small entries weigh more than their bytes. */
    public static final int MAX_WAITING_ENTRIES = 32_768;

    /** The most batches being written. */
    private static final int MAX_WRITES = 4;

    /** While one batch is being written, another begins with this many entries. */
    private static final int WORTH_A_WRITE = 512;

    /** The most bytes of a batch. */
    private static final long MAX_WRITE_BYTES = 4L * 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(Integrator.class);

    /** What an integrator works with. */
    public record Parts(
            NodeLoop loop,
            AgentId self,
            Storage storage,
            EntrySet set,
            EntryVerifier verifier,
            HybridClock clock,
            DistributionStrategy distribution,
            Optional<StorageHooks> hooks,
            NodeListener listener,
            UserTasks tasks) {}

    private final Parts parts;
    private final Consumer<List<Arrival>> announce;
    private final Runnable hasRoom;
    private final Consumer<List<EntryKey>> storedByOthers;
    private final Optional<HookGate> hooks;
    private final Optional<StoreGate> others;
    private final Map<EntryId, Arrival> underWay = new HashMap<>();
    private final Deque<Arrival> toWrite = new ArrayDeque<>();
    private final HeldEntries held = new HeldEntries();
    private final PeerWarnings warnings = new PeerWarnings(LOG);
    private int writes;
    private long waitingBytes;
    private int waitingEntries;
    private boolean full;
    private long refused;
    private GossipWatcher watcher = GossipWatcher.none();

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
        this.hooks = parts.hooks().map(user -> new HookGate(parts.loop(), parts.tasks(), user, this::judged));
        this.others = hooks.filter(gate -> parts.storage().isShared())
                .map(gate -> new StoreGate(parts.loop(), parts.storage(), this::lookedUp));
    }

    /** Lets somebody look on. */
    public void watch(GossipWatcher next) {
        watcher = next;
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
            return Receipt.KNOWN;
        }
        long nowMillis = parts.loop().now().toEpochMilli();
        EntryVerifier.Checked checked = parts.verifier().check(entry, nowMillis);
        if (checked instanceof EntryVerifier.Refused no) {
            return refuse(source, no.reason());
        }
        if (!parts.distribution().willStore(parts.self(), entry.header())) {
            return Receipt.KNOWN;
        }
        if (checked instanceof EntryVerifier.Held wait) {
            EntrySource bystander = new Bystander(source.agent(), source.node());
            held.hold(new Arrival(entry.sealed(), wire, bystander), wait.untilMillis());
            return Receipt.HELD;
        }
        parts.clock().merge(entry.header().time(), nowMillis);
        enqueue(new Arrival(entry.sealed(), wire, source));
        return Receipt.TAKEN;
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
     * What a session should count as here: what is stored, and what is held, since it would otherwise be sent again in
     * each round until its time comes. Asked for a held one, the session finds nothing in the store and passes it over.
     */
    public EntrySnapshot snapshot() {
        List<EntryKey> added = new ArrayList<>();
        for (EntryKey key : held.keys()) {
            if (parts.set().add(key.time(), key.id().toBytes(), 0)) {
                added.add(key);
            }
        }
        EntrySnapshot both = parts.set().snapshot();
        added.forEach(key -> parts.set().remove(key.time(), key.id().toBytes(), 0));
        return both;
    }

    /** Whether an entry waits for the clock. */
    public boolean isHeld(EntryKey key) {
        return held.contains(key);
    }

    private boolean hasOrAwaits(OpenedEntry entry, NodeId from) {
        return parts.set().contains(entry.header().time(), entry.idBytes(), 0)
                || isUnderWay(entry.id(), from)
                || held.contains(entry.sealed().stored().key());
    }

    /** Whether an entry is on its way into the store; if so, remembers that a peer has it. */
    public boolean isUnderWay(EntryId id, NodeId knower) {
        Arrival arrival = underWay.get(id);
        if (arrival == null) {
            return false;
        }
        arrival.knownBy(knower);
        return true;
    }

    /** Whether an entry is on its way into the store. */
    public boolean isUnderWay(EntryId id) {
        return underWay.containsKey(id);
    }

    private Receipt refuse(EntrySource source, Refusal reason) {
        refused++;
        warnings.warn(source.agent(), "refused an entry", reason);
        return Receipt.REFUSED;
    }

    private void enqueue(Arrival arrival) {
        underWay.put(arrival.entry().stored().id(), arrival);
        waitingBytes += arrival.bytes();
        waitingEntries++;
        if (others.isPresent()) {
            others.get().add(arrival);
        } else if (hooks.isPresent()) {
            hooks.get().add(arrival);
        } else {
            toWrite.add(arrival);
        }
    }

    /** Moves on what was received. */
    public void flush() {
        others.ifPresent(StoreGate::flush);
        hooks.ifPresent(HookGate::flush);
        while (!toWrite.isEmpty() && writes < MAX_WRITES && (writes == 0 || toWrite.size() >= WORTH_A_WRITE)) {
            write();
        }
    }

    private void lookedUp(List<Arrival> absent, List<Arrival> there) {
        absent.forEach(hooks.orElseThrow()::add);
        List<EntryKey> keys = new ArrayList<>(there.size());
        for (Arrival arrival : there) {
            EntryKey key = arrival.entry().stored().key();
            underWay.remove(key.id());
            arrival.source().stored(key);
            keys.add(key);
        }
        if (!keys.isEmpty()) {
            storedByOthers.accept(keys);
        }
        release(there);
        flush();
    }

    private void judged(List<Arrival> kept, List<Arrival> failed) {
        toWrite.addAll(kept);
        for (Arrival arrival : failed) {
            underWay.remove(arrival.entry().stored().id());
            arrival.source().dropped(arrival.entry().stored().key());
        }
        release(failed);
        flush();
    }

    private void write() {
        List<Arrival> batch = new ArrayList<>();
        List<StoredEntry> entries = new ArrayList<>();
        List<StoredRecord> records = new ArrayList<>();
        long bytes = 0;
        while (!toWrite.isEmpty()
                && batch.size() < WriteBatch.MAX_ENTRIES
                && (bytes == 0 || bytes + toWrite.element().bytes() <= MAX_WRITE_BYTES)) {
            Arrival arrival = toWrite.remove();
            bytes += arrival.bytes();
            batch.add(arrival);
            entries.add(arrival.toStore());
            if (arrival.entry().header().kind() == EntryHeader.KIND_LARGE_BLOB && !arrival.isRejected()) {
                // With the entry, so that a crash does not come between it and the wish for what it stands for.
                records.add(BlobRecords.todo(
                        arrival.entry().stored().id(), arrival.entry().header().blobHash()));
            }
        }
        writes++;
        LoopHop.then(
                parts.loop(),
                parts.storage()
                        .write(WriteBatch.builder()
                                .entries(entries)
                                .records(records)
                                .build()),
                added -> written(batch),
                reason -> failed(batch, reason));
    }

    private void written(List<Arrival> batch) {
        writes--;
        List<Arrival> fresh = new ArrayList<>(batch.size());
        for (Arrival arrival : batch) {
            StoredEntry stored = arrival.entry().stored();
            underWay.remove(stored.id());
            // New to this node, that is: in a shared store another may have written it a moment before.
            boolean added = parts.set().add(stored.time(), stored.id().toBytes(), 0);
            arrival.source().stored(stored.key());
            if (added && !arrival.isRejected()) {
                fresh.add(arrival);
            }
        }
        if (!fresh.isEmpty()) {
            announce.accept(fresh);
        }
        parts.tasks().execute(() -> tell(batch, fresh));
        flush();
    }

    private void tell(List<Arrival> batch, List<Arrival> fresh) {
        for (Arrival arrival : fresh) {
            try {
                parts.listener().integrated(arrival.incoming());
            } catch (Throwable e) { // the application's code may throw anything, and the room must be given back
                LOG.error("the application's listener failed", e);
            }
        }
        hooks.ifPresent(gate -> batch.forEach(gate::stored));
        parts.loop().execute(() -> release(batch));
    }

    private void failed(List<Arrival> batch, Throwable reason) {
        writes--;
        LOG.debug("{} entries from peers could not be stored; they come again with later syncs", batch.size(), reason);
        for (Arrival arrival : batch) {
            underWay.remove(arrival.entry().stored().id());
            arrival.source().storageFailed(arrival.entry().stored().key(), reason);
        }
        release(batch);
        flush();
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

    /** Whether sources must stop reading until they are told that there is room. */
    public boolean isFull() {
        full = full || waitingBytes > MAX_WAITING_BYTES || waitingEntries > MAX_WAITING_ENTRIES;
        return full;
    }

    /** Lets in what the clock has reached; called every second or so. */
    public void tick() {
        long nowMillis = parts.loop().now().toEpochMilli();
        for (Arrival arrival : held.due(nowMillis)) {
            StoredEntry stored = arrival.entry().stored();
            if (!parts.set().contains(stored.time(), stored.id().toBytes(), 0) && !underWay.containsKey(stored.id())) {
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
}
