// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What peers announced and this node misses. An entry that should come along its tree is awaited for {@link #AWAIT_TICKS}, longer
 * as long as the parent delivers others; one whose tree lost this node's parent waits {@link #CHOOSE_TICKS} for several announcers to
 * choose from. Then, or at once when no tree is known, it is asked for from one announcer at a time, the nearest to the author first,
 * from the next when that one does not deliver within {@link #PATIENCE_TICKS}, longer as long as it delivers others.
 *
 * <p>Time is counted in ticks of the caller, so steps of the wall clock do not matter.
 */
public final class WantList {
    /** The most ids at a time; more are left to a sync session. */
    public static final int MAX_WANTS = 65_536;

    /** The most ids that one peer is asked for at a time. */
    public static final int MAX_PER_PEER = 4_096;

    /** The most ids that a node on a limited line asks one peer for at a time, so that little is on its way that it cannot take. */
    public static final int THRIFTY_PER_PEER = 8;

    /** By how much more patient such a node is: what it waits for may be unread on its line for as long. */
    public static final int THRIFTY_PATIENCE = 10;

    /** The most peers remembered beside the one that was asked. */
    public static final int MAX_OTHERS = 4;

    /** How many ticks a parent has to deliver what others announce. */
    public static final int AWAIT_TICKS = 5;

    /** How many ticks at most, however much else it delivers. */
    public static final int MAX_AWAIT_TICKS = 50;

    /** How many ticks other announcers have to come forward. */
    public static final int CHOOSE_TICKS = 2;

    /** How many ticks a peer has to deliver what it was asked for. */
    public static final int PATIENCE_TICKS = 20;

    /** How many ticks at most, however much else it delivers. */
    public static final int MAX_PATIENCE_TICKS = 150;

    /**
     * A peer that has announced so many entries more than it delivered when asked is not listened to; one is forgiven a tick.
     */
    public static final int MAX_UNRESOLVED = 1_024;

    /** Ask a peer for an entry. */
    public record Ask(NodeId peer, EntryId id, long route) {}

    /**
     * What follows from time passing or a peer going.
     *
     * @param asks whom to ask now
     * @param silent peers that announced what nobody delivered; reconcile with them
     * @param overdue routes whose parents did not deliver in time, with the parents
     */
    public record Retry(List<Ask> asks, Set<NodeId> silent, Map<Long, NodeId> overdue) {
        private Retry() {
            this(new ArrayList<>(), new LinkedHashSet<>(), new LinkedHashMap<>());
        }
    }

    /** What an announcement leads to. */
    public enum Answer {
        /** Ask the announcer. */
        ASK,
        /** Somebody else was asked, or is to deliver. */
        WAIT,
        /** There is no room: reconcile with the announcer later. */
        FULL,
        /** The announcer has not delivered what it announced before. */
        IGNORED
    }

    /**
     * Who announced an entry that came.
     *
     * @param announcers the peers
     * @param asked who was asked for it last
     * @param hops how many nodes are said to lie between the author and the one that was asked
     */
    public record Found(Set<NodeId> announcers, Optional<NodeId> asked, int hops) {}

    private record Announcer(NodeId peer, int hops) {}

    private static final class Want {
        private final long route;
        private final long since;
        private final Optional<NodeId> awaited;
        private Optional<Announcer> asked = Optional.empty();
        private final Deque<Announcer> others = new ArrayDeque<>(1);
        private long deadline;

        Want(long route, long since, Optional<NodeId> awaited) {
            this.route = route;
            this.since = since;
            this.awaited = awaited;
        }
    }

    /** What is known of an entry that was announced. */
    public enum Expected {
        /** Nothing: ask at once. */
        NOT,
        /** A parent should deliver it. */
        FROM_PARENT,
        /** Some announcers may be better than others. */
        FROM_THE_BEST
    }

    /** All in the order of the deadlines, since whatever is put at the end has the same patience. */
    private final Map<EntryId, Want> awaiting = new LinkedHashMap<>();

    private final Map<EntryId, Want> choosing = new LinkedHashMap<>();
    private final Map<EntryId, Want> asking = new LinkedHashMap<>();
    private final Map<NodeId, Integer> perPeer = new LinkedHashMap<>();
    private final Map<NodeId, Long> delivered = new LinkedHashMap<>();
    private final Map<NodeId, Integer> unresolved = new LinkedHashMap<>();
    private final int perPeerMost;
    private final long patience;
    private long tick;

    /** For a line without limit. */
    public WantList() {
        this(MAX_PER_PEER, 1);
    }

    /**
     * @param mostPerPeer ids that one peer is asked for at a time
     * @param patience by how much longer than usual it waits
     */
    private WantList(int mostPerPeer, long patience) {
        this.perPeerMost = mostPerPeer;
        this.patience = patience;
    }

    /** For a limited line. */
    static WantList thrifty() {
        return new WantList(THRIFTY_PER_PEER, THRIFTY_PATIENCE);
    }

    /**
     * A peer announced an entry that is neither here nor on its way into the store.
     *
     * @param hops how many nodes it says lie between the author and itself
     * @param parent who should deliver it, for {@link Expected#FROM_PARENT}
     */
    public Answer announced(NodeId peer, EntryId id, long route, int hops, Expected expected, Optional<NodeId> parent) {
        if (unresolved.getOrDefault(peer, 0) >= MAX_UNRESOLVED) {
            return Answer.IGNORED;
        }
        Announcer announcer = new Announcer(peer, hops);
        Want known = asking.getOrDefault(id, choosing.get(id));
        if (known != null) {
            remember(known, announcer);
            return Answer.WAIT;
        }
        Want awaited = awaiting.get(id);
        if (awaited != null && !awaited.awaited.equals(Optional.of(peer))) {
            remember(awaited, announcer);
            return Answer.WAIT;
        }
        if ((awaited == null && size() >= MAX_WANTS) || !hasRoom(peer)) {
            return Answer.FULL;
        }
        // When the parent itself announces, that is all that will come from it.
        awaiting.remove(id);
        Want want = awaited == null ? new Want(route, tick, parent) : awaited;
        if (expected == Expected.NOT && patience == 1) {
            ask(id, want, announcer);
            return Answer.ASK;
        }
        remember(want, announcer);
        boolean fromParent = expected == Expected.FROM_PARENT;
        want.deadline = tick + (fromParent ? patience * AWAIT_TICKS : patience * CHOOSE_TICKS);
        (fromParent ? awaiting : choosing).put(id, want);
        return Answer.WAIT;
    }

    private boolean hasRoom(NodeId peer) {
        return perPeer.getOrDefault(peer, 0) < perPeerMost;
    }

    private static void remember(Want want, Announcer announcer) {
        boolean known = want.asked
                .filter(asked -> asked.peer().equals(announcer.peer()))
                .isPresent();
        for (Announcer other : want.others) {
            known |= other.peer().equals(announcer.peer());
        }
        if (!known && want.others.size() < MAX_OTHERS) {
            want.others.add(announcer);
        }
    }

    private void ask(EntryId id, Want want, Announcer announcer) {
        want.others.removeIf(other -> other.peer().equals(announcer.peer()));
        want.asked = Optional.of(announcer);
        want.deadline = tick + patience * PATIENCE_TICKS;
        asking.put(id, want);
        perPeer.merge(announcer.peer(), 1, Integer::sum);
    }

    /** An entry came, from whomever. */
    public Found arrived(EntryId id) {
        Want want = null;
        for (Map<EntryId, Want> wants : List.of(asking, choosing, awaiting)) {
            want = want == null ? wants.remove(id) : want;
        }
        if (want == null) {
            return new Found(Set.of(), Optional.empty(), 0);
        }
        Set<NodeId> announcers = new LinkedHashSet<>();
        want.others.forEach(other -> announcers.add(other.peer()));
        Optional<NodeId> asked = want.asked.map(Announcer::peer);
        asked.ifPresent(peer -> {
            release(peer);
            announcers.add(peer);
        });
        return new Found(announcers, asked, want.asked.map(Announcer::hops).orElse(0));
    }

    /** A peer delivered an entry, asked for or not. */
    public void delivered(NodeId peer) {
        delivered.put(peer, tick);
        unresolved.computeIfPresent(peer, (same, count) -> count > 1 ? count - 1 : null);
    }

    /** A tick passed. */
    public Retry tick() {
        tick++;
        unresolved.replaceAll((peer, count) -> count - 1);
        unresolved.values().removeIf(count -> count <= 0);
        Retry retry = new Retry();
        for (Map.Entry<EntryId, Want> late : late(awaiting)) {
            Want want = late.getValue();
            awaiting.remove(late.getKey());
            if (delivers(want.awaited, patience * AWAIT_TICKS) && tick - want.since < patience * MAX_AWAIT_TICKS) {
                want.deadline = tick + patience * AWAIT_TICKS;
                awaiting.put(late.getKey(), want);
            } else {
                want.awaited.ifPresent(parent -> retry.overdue().put(want.route, parent));
                askNext(late.getKey(), want, retry);
            }
        }
        for (Map.Entry<EntryId, Want> late : late(choosing)) {
            choosing.remove(late.getKey());
            askNext(late.getKey(), late.getValue(), retry);
        }
        for (Map.Entry<EntryId, Want> late : late(asking)) {
            Want want = late.getValue();
            asking.remove(late.getKey());
            if (delivers(want.asked.map(Announcer::peer), patience * PATIENCE_TICKS)
                    && tick - want.since < patience * MAX_PATIENCE_TICKS) {
                want.deadline = tick + patience * PATIENCE_TICKS;
                asking.put(late.getKey(), want);
            } else {
                want.asked.ifPresent(asked -> {
                    release(asked.peer());
                    unresolved.merge(asked.peer(), 1, Integer::sum);
                });
                askNext(late.getKey(), want, retry);
            }
        }
        return retry;
    }

    private boolean delivers(Optional<NodeId> peer, long within) {
        return peer.map(delivered::get).filter(last -> tick - last <= within).isPresent();
    }

    private List<Map.Entry<EntryId, Want>> late(Map<EntryId, Want> wants) {
        List<Map.Entry<EntryId, Want>> late = new ArrayList<>();
        for (Map.Entry<EntryId, Want> entry : wants.entrySet()) {
            if (entry.getValue().deadline > tick) {
                break;
            }
            late.add(Map.entry(entry.getKey(), entry.getValue()));
        }
        return late;
    }

    /** A peer is gone. */
    public Retry gone(NodeId peer) {
        delivered.remove(peer);
        unresolved.remove(peer);
        Retry retry = new Retry();
        for (Map<EntryId, Want> wants : List.of(awaiting, choosing, asking)) {
            List<Map.Entry<EntryId, Want>> lost = new ArrayList<>();
            for (Map.Entry<EntryId, Want> entry : wants.entrySet()) {
                Want want = entry.getValue();
                want.others.removeIf(other -> other.peer().equals(peer));
                boolean asked =
                        want.asked.filter(last -> last.peer().equals(peer)).isPresent();
                boolean awaited = want.asked.isEmpty()
                        && want.awaited.filter(peer::equals).isPresent();
                if (asked || awaited || (want.asked.isEmpty() && want.others.isEmpty())) {
                    lost.add(Map.entry(entry.getKey(), want));
                }
            }
            for (Map.Entry<EntryId, Want> entry : lost) {
                wants.remove(entry.getKey());
            }
            lost.forEach(entry -> askNext(entry.getKey(), entry.getValue(), retry));
        }
        perPeer.remove(peer);
        retry.silent().remove(peer);
        return retry;
    }

    private void askNext(EntryId id, Want want, Retry retry) {
        Optional<Announcer> last = want.asked;
        List<Announcer> nearest = new ArrayList<>(want.others);
        nearest.sort(Comparator.comparingInt(Announcer::hops));
        for (Announcer other : nearest) {
            want.others.remove(other);
            if (hasRoom(other.peer())) {
                ask(id, want, other);
                retry.asks().add(new Ask(other.peer(), id, want.route));
                return;
            }
            last = Optional.of(other);
        }
        last.ifPresent(silent -> retry.silent().add(silent.peer()));
    }

    private void release(NodeId peer) {
        perPeer.computeIfPresent(peer, (same, count) -> count > 1 ? count - 1 : null);
    }

    /** How many ids each peer is asked for. */
    public Map<NodeId, Integer> asked() {
        return Map.copyOf(perPeer);
    }

    /** How many of the wanted ids each peer announced. */
    public Map<NodeId, Integer> announced() {
        Map<NodeId, Integer> announced = new LinkedHashMap<>();
        for (Map<EntryId, Want> wants : List.of(awaiting, choosing, asking)) {
            for (Want want : wants.values()) {
                want.others.forEach(other -> announced.merge(other.peer(), 1, Integer::sum));
                want.asked.ifPresent(asked -> announced.merge(asked.peer(), 1, Integer::sum));
            }
        }
        return announced;
    }

    /** How many ids are wanted. */
    public int size() {
        return awaiting.size() + choosing.size() + asking.size();
    }

    /** Whether time must go on: something is wanted, or something to be forgiven. */
    public boolean isBusy() {
        return size() > 0 || !unresolved.isEmpty();
    }
}
