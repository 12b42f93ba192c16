// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What peers announced and this node misses: asked for from one peer at a time, from another announcer when that one
 * does not deliver within {@link #PATIENCE_TICKS} ticks.
 *
 * <p>Time is counted in ticks of the caller, so steps of the wall clock do not matter.
 */
public final class WantList {
    /** The most ids at a time; more are left to a sync session. */
    public static final int MAX_WANTS = 65_536;

    /** The most ids that one peer is asked for at a time. */
    public static final int MAX_PER_PEER = 4_096;

    /** The most peers remembered beside the one that was asked. */
    public static final int MAX_OTHERS = 4;

    /** How many ticks a peer has to deliver. */
    public static final int PATIENCE_TICKS = 2;

    /** Ask a peer for an entry. */
    public record Ask(NodeId peer, EntryId id) {}

    /**
     * What follows from time passing or a peer going.
     *
     * @param asks whom to ask now
     * @param silent peers that announced what nobody delivered; reconcile with them
     */
    public record Retry(List<Ask> asks, Set<NodeId> silent) {}

    /** What an announcement leads to. */
    public enum Answer {
        /** Ask the announcer. */
        ASK,
        /** Somebody else was asked. */
        WAIT,
        /** There is no room: reconcile with the announcer later. */
        FULL
    }

    private static final class Want {
        private NodeId asked;
        private long deadline;
        private final Deque<NodeId> others = new ArrayDeque<>(1);

        Want(NodeId asked, long deadline) {
            this.asked = asked;
            this.deadline = deadline;
        }
    }

    /** In the order of the deadlines, since every ask is put at the end with the same patience. */
    private final Map<EntryId, Want> wants = new LinkedHashMap<>();

    private final Map<NodeId, Integer> perPeer = new LinkedHashMap<>();
    private long tick;

    /** A peer announced an entry that is neither here nor on its way into the store. */
    public Answer announced(NodeId peer, EntryId id) {
        Want want = wants.get(id);
        if (want != null) {
            if (!want.asked.equals(peer) && !want.others.contains(peer) && want.others.size() < MAX_OTHERS) {
                want.others.add(peer);
            }
            return Answer.WAIT;
        }
        if (wants.size() >= MAX_WANTS || perPeer.getOrDefault(peer, 0) >= MAX_PER_PEER) {
            return Answer.FULL;
        }
        put(id, new Want(peer, tick + PATIENCE_TICKS));
        return Answer.ASK;
    }

    /**
     * An entry came, from whomever.
     *
     * @return the peers that have announced it
     */
    public Set<NodeId> arrived(EntryId id) {
        Want want = wants.remove(id);
        if (want == null) {
            return Set.of();
        }
        release(want.asked);
        Set<NodeId> announcers = new LinkedHashSet<>(want.others);
        announcers.add(want.asked);
        return announcers;
    }

    /** A tick passed. */
    public Retry tick() {
        tick++;
        List<Map.Entry<EntryId, Want>> late = new ArrayList<>();
        for (Map.Entry<EntryId, Want> entry : wants.entrySet()) {
            if (entry.getValue().deadline > tick) {
                break;
            }
            late.add(Map.entry(entry.getKey(), entry.getValue()));
        }
        return retry(late);
    }

    /** A peer is gone. */
    public Retry gone(NodeId peer) {
        List<Map.Entry<EntryId, Want>> lost = new ArrayList<>();
        for (Map.Entry<EntryId, Want> entry : wants.entrySet()) {
            entry.getValue().others.remove(peer);
            if (entry.getValue().asked.equals(peer)) {
                lost.add(Map.entry(entry.getKey(), entry.getValue()));
            }
        }
        Retry retry = retry(lost);
        retry.silent().remove(peer);
        return retry;
    }

    private Retry retry(List<Map.Entry<EntryId, Want>> overdue) {
        Retry retry = new Retry(new ArrayList<>(), new LinkedHashSet<>());
        for (Map.Entry<EntryId, Want> entry : overdue) {
            Want want = entry.getValue();
            wants.remove(entry.getKey());
            release(want.asked);
            Optional<NodeId> next = nextPeer(want);
            if (next.isPresent()) {
                want.asked = next.get();
                want.deadline = tick + PATIENCE_TICKS;
                put(entry.getKey(), want);
                retry.asks().add(new Ask(want.asked, entry.getKey()));
            } else {
                retry.silent().add(want.asked);
            }
        }
        return retry;
    }

    private Optional<NodeId> nextPeer(Want want) {
        for (Iterator<NodeId> others = want.others.iterator(); others.hasNext(); ) {
            NodeId other = others.next();
            others.remove();
            if (perPeer.getOrDefault(other, 0) < MAX_PER_PEER) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private void put(EntryId id, Want want) {
        wants.put(id, want);
        perPeer.merge(want.asked, 1, Integer::sum);
    }

    private void release(NodeId peer) {
        perPeer.computeIfPresent(peer, (same, count) -> count > 1 ? count - 1 : null);
    }

    /** How many ids are wanted. */
    public int size() {
        return wants.size();
    }
}
