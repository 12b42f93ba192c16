// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Decides who gets an entry whole, who is told of it, and who is asked for one: eager and lazy links that repair themselves.
 *
 * <p>After Plumtree: whole entries go along a spanning tree; the other links carry announcements, in batches; who hears of an entry
 * that does not come along the tree in time asks an announcer, which makes the link part of the tree; who gets an entry twice takes
 * the second link out of it; a much shorter way takes the place of a longer one. What differs, and why:
 * <ul>
 *   <li>There is a tree for each author (and topic), not one for all: seen from any other node, a shared tree is up to twice as
 *       deep. The trees that were used last are remembered.
 *   <li>A tree grows by asking, not by flooding: entries of an author without a tree are announced at once to all neighbours, and
 *       each node asks the first that tells. So even the first entry of an author hardly travels twice. Only
 *       an author's own neighbours get everything whole from the beginning: nobody else can have it.
 *   <li>A node with many connections uses a random few of them.
 * </ul>
 *
 * <p>No IO, no clock. Belongs to the node loop.
 *
 * @see <a href="https://asc.di.fct.unl.pt/~jleitao/pdf/srds07-leitao.pdf">Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees,
 *     SRDS 2007</a>
 */
public final class PushMachine {
    /** The most connections that an entry without a tree uses. */
    public static final int MAX_LINKS = 16;

    /** To how many peers a leaf sends its own entries whole; the others are told, and mostly get them from those. */
    public static final int LEAF_LINKS = 2;

    /** To how many peers an entry that came along its tree is announced, in turns. */
    public static final int LAZY_LINKS = 4;

    /** By how many hops another way must be shorter to be taken. */
    public static final int WORTH_MOVING = 3;

    /** With more hops than these any shorter way is taken. */
    public static final int LONG_WAY = 6;

    /** How many ticks a place in a tree is left alone behind such a change. */
    static final int MOVE_TICKS = 20;

    /**
     * A tree is no deeper: whoever got an entry over so many hops announces it, and those whose parent it was look for one nearer to
     * the author. Only when there is none do they ask it.
     */
    public static final int MAX_DEPTH = 8;

    /** The most entries of which it is remembered how they came. */
    static final int MAX_DELIVERIES = 16_384;

    /** More hops are counted as so many. */
    public static final int MAX_HOPS = 254;

    /** How an entry came. */
    private record Delivery(NodeId from, int hops, boolean eager, Set<NodeId> announcers) {}

    private final TreeMap<Long, NodeId> links = new TreeMap<>();
    private final Map<NodeId, Long> ranks = new LinkedHashMap<>();
    private final Trees trees = new Trees();
    private final WantList wants;
    private final PushFigures figures = new PushFigures();
    private final Map<EntryId, Delivery> deliveries = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EntryId, Delivery> eldest) {
            return size() > MAX_DELIVERIES;
        }
    };
    private final boolean leaf;
    private long tick;
    private long turns;

    /** A node that takes its part in trees. */
    public PushMachine() {
        this(false);
    }

    /**
     * @param leaf whether nobody gets whole entries through this node, since its line is limited
     */
    public PushMachine(boolean leaf) {
        this.leaf = leaf;
        this.wants = leaf ? WantList.thrifty() : new WantList();
    }

    /** A peer is connected. */
    public void linkUp(NodeId peer, RandomGenerator random) {
        long rank = random.nextLong();
        while (links.containsKey(rank)) {
            rank++;
        }
        links.put(rank, peer);
        ranks.put(peer, rank);
    }

    /** A peer is gone. */
    public List<PushAction> linkDown(NodeId peer) {
        Long rank = ranks.remove(peer);
        if (rank != null) {
            links.remove(rank);
        }
        trees.gone(peer);
        return retry(wants.gone(peer));
    }

    /**
     * Own entries of one route are stored.
     *
     * @param eligible who should get them at all
     */
    public List<PushAction> published(Collection<EntryKey> keys, long route, Predicate<NodeId> eligible) {
        Trees.Tree tree = trees.plant(route);
        Set<NodeId> whole = new LinkedHashSet<>();
        List<NodeId> told = new ArrayList<>();
        for (NodeId peer : some(eligible)) {
            if (tree.pruned.contains(peer) || (leaf && whole.size() >= LEAF_LINKS)) {
                told.add(peer);
            } else {
                whole.add(peer);
            }
        }
        tree.children.stream().filter(eligible).forEach(whole::add);
        List<PushAction> actions = new ArrayList<>(keys.size() * whole.size());
        for (EntryKey key : keys) {
            whole.forEach(peer -> actions.add(new PushAction.Push(peer, key, route, 0)));
            told.forEach(peer -> actions.add(new PushAction.Announce(peer, key, route, 0, false)));
        }
        return actions;
    }

    private List<NodeId> some(Predicate<NodeId> eligible) {
        List<NodeId> some = new ArrayList<>(MAX_LINKS);
        for (NodeId peer : links.values()) {
            if (eligible.test(peer)) {
                some.add(peer);
                if (some.size() == MAX_LINKS) {
                    break;
                }
            }
        }
        return some;
    }

    /**
     * A whole entry came from a peer by push and is good.
     *
     * @param hops how many nodes the peer says lie between the author and itself; meaningless when the entry was asked for
     */
    public void arrived(NodeId from, EntryId id, int hops) {
        WantList.Found found = wants.arrived(id);
        wants.delivered(from);
        boolean eager = found.asked().filter(from::equals).isEmpty();
        int own = Math.min(MAX_HOPS, 1 + (eager ? hops : found.hops()));
        figures.arrived(own);
        deliveries.put(id, new Delivery(from, own, eager, found.announcers()));
    }

    /** A whole entry came from a peer along a route, and it was here, or on its way into the store, already. */
    public List<PushAction> duplicate(NodeId from, EntryId id, long route) {
        wants.delivered(from);
        Delivery delivery = deliveries.get(id);
        boolean other = delivery != null && !delivery.from().equals(from) && ranks.containsKey(delivery.from());
        if (!other || route == Route.NONE) {
            return List.of();
        }
        figures.prunesSent++;
        return List.of(new PushAction.Prune(from, route));
    }

    /**
     * An entry of another is stored.
     *
     * @param knowers who has it
     * @param eligible who should get it at all
     */
    public List<PushAction> stored(EntryKey key, long route, Set<NodeId> knowers, Predicate<NodeId> eligible) {
        Delivery delivery = deliveries.get(key.id());
        Set<NodeId> has = new LinkedHashSet<>(knowers);
        has.addAll(wants.arrived(key.id()).announcers());
        if (delivery != null) {
            has.addAll(delivery.announcers());
        }
        Predicate<NodeId> lacks = peer -> !has.contains(peer) && eligible.test(peer);
        Trees.Tree tree = trees.plant(route);
        int hops = delivery == null ? MAX_HOPS : delivery.hops();
        List<PushAction> actions = new ArrayList<>();
        if (delivery != null && ranks.containsKey(delivery.from())) {
            if (!delivery.eager() && !tree.parent.equals(Optional.of(delivery.from()))) {
                leaveParent(tree, route, actions);
            }
            tree.parent = Optional.of(delivery.from());
        }
        for (NodeId child : tree.children) {
            if (lacks.test(child)) {
                // What came by a sync session has most likely come to the others so too.
                boolean whole = delivery != null && hops < MAX_DEPTH;
                actions.add(
                        whole
                                ? new PushAction.Push(child, key, route, hops)
                                : new PushAction.Announce(child, key, route, hops, delivery != null));
            }
        }
        boolean grown = delivery == null || (tree.grown && delivery.eager());
        tree.grown |= delivery != null;
        List<NodeId> lazy = some(peer -> lacks.test(peer) && !tree.children.contains(peer));
        for (NodeId peer : grown ? inTurns(lazy) : lazy) {
            actions.add(new PushAction.Announce(peer, key, route, hops, !grown));
        }
        return actions;
    }

    /** A parent that was too late, or too far, would send what comes next a second time. */
    private void leaveParent(Trees.Tree tree, long route, List<PushAction> actions) {
        tree.parent.ifPresent(parent -> {
            figures.prunesSent++;
            actions.add(new PushAction.Prune(parent, route));
        });
        tree.parent = Optional.empty();
    }

    private List<NodeId> inTurns(List<NodeId> peers) {
        if (peers.size() <= LAZY_LINKS) {
            return peers;
        }
        List<NodeId> turn = new ArrayList<>(LAZY_LINKS);
        int first = (int) (turns++ % peers.size());
        for (int i = 0; i < LAZY_LINKS; i++) {
            turn.add(peers.get((first + i) % peers.size()));
        }
        return turn;
    }

    /** A peer announced an entry that is missing. */
    public List<PushAction> announced(NodeId from, EntryId id, long route, int hops) {
        Optional<Trees.Tree> tree = trees.get(route);
        Optional<NodeId> parent = tree.flatMap(known -> known.parent);
        boolean byParent = parent.equals(Optional.of(from));
        boolean orphaned = parent.isEmpty() && tree.isPresent() && tree.get().grown;
        WantList.Expected expected = WantList.Expected.NOT;
        if (parent.isPresent() && !byParent) {
            expected = WantList.Expected.FROM_PARENT;
        } else if (orphaned || hops >= MAX_DEPTH) {
            expected = WantList.Expected.FROM_THE_BEST;
        }
        switch (wants.announced(from, id, route, hops, expected, parent)) {
            case ASK -> {
                figures.asks++;
                return List.of(new PushAction.Ask(from, id, route));
            }
            case FULL -> {
                return List.of(new PushAction.Reconcile(from));
            }
            case IGNORED -> {
                figures.ignored++;
                return List.of();
            }
            case WAIT -> {
                return List.of();
            }
        }
        throw new IllegalStateException("every answer is handled");
    }

    /** A peer announced an entry that is here. Its way may be much shorter than ours. */
    public List<PushAction> announcedAgain(NodeId from, EntryId id, long route, int hops) {
        Delivery delivery = deliveries.get(id);
        Optional<Trees.Tree> found = trees.get(route);
        if (delivery == null || found.isEmpty() || !isShorter(hops + 1, delivery.hops())) {
            return List.of();
        }
        Trees.Tree tree = found.get();
        Optional<NodeId> parent = tree.parent.filter(peer -> !peer.equals(from));
        if (parent.isEmpty() || tree.children.contains(from) || tick < tree.movableAt) {
            return List.of();
        }
        tree.movableAt = tick + MOVE_TICKS;
        tree.parent = Optional.of(from);
        figures.moves++;
        figures.prunesSent++;
        return List.of(new PushAction.Graft(from, route), new PushAction.Prune(parent.get(), route));
    }

    private static boolean isShorter(int other, int own) {
        return own - other >= (own > LONG_WAY ? 1 : WORTH_MOVING);
    }

    /** A peer wants to get all entries of a route whole. */
    public void grafted(NodeId from, long route) {
        if (leaf || !ranks.containsKey(from) || !trees.graft(route, from)) {
            figures.graftsRefused++;
        }
    }

    /** A peer wants no more whole entries of a route. */
    public void pruned(NodeId from, long route) {
        if (ranks.containsKey(from)) {
            trees.prune(route, from);
        }
    }

    /** Time passes: a tenth of a second or so. */
    public List<PushAction> tick() {
        tick++;
        return retry(wants.tick());
    }

    private List<PushAction> retry(WantList.Retry retry) {
        List<PushAction> actions = new ArrayList<>();
        retry.overdue()
                .forEach((route, parent) -> trees.get(route)
                        .filter(tree -> tree.parent.equals(Optional.of(parent)))
                        .ifPresent(tree -> leaveParent(tree, route, actions)));
        for (WantList.Ask ask : retry.asks()) {
            figures.asks++;
            figures.asksAgain++;
            actions.add(new PushAction.Ask(ask.peer(), ask.id(), ask.route()));
        }
        retry.silent().forEach(peer -> actions.add(new PushAction.Reconcile(peer)));
        return actions;
    }

    /** Whether {@link #tick} has something to do. */
    public boolean isBusy() {
        return wants.isBusy();
    }

    /** What is wanted. */
    WantList wants() {
        return wants;
    }

    /** What it did. */
    public PushFigures figures() {
        return figures;
    }
}
