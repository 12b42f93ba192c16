// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.AgentId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.reconcile.EntrySnapshot;
import io.peerkit.gossip.internal.scope.Placement;
import io.peerkit.gossip.internal.scope.ScopeSets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which sessions follow one another with a peer.
 *
 * <p>Under full replication each is about everything. Otherwise a comparison of all scopes that both hold comes first; then a session for
 * each that differs, and one for each scope of which this node has something to offer.
 *
 * <p>A node runs one session about a scope at a time. Else one that has come to hold it would be sent all of it by each of those who held it
 * before.
 *
 * <p>Belongs to the node loop.
 */
final class SyncPlans {
    /**
     * A session that was begun.
     *
     * @param errand what it is about, told by the initiator
     * @param asks whether this node began it
     * @param deep whether to look into equal fingerprints
     * @param last the last key of what it offers
     */
    private record Running(SyncErrand errand, boolean asks, boolean deep, Optional<EntryKey> last) {}

    /** A session's hold on a scope. */
    private static final class Hold {
        private final SyncSession session;
        private long stored;
        private int ticks;
        private int still;

        Hold(SyncSession session) {
            this.session = session;
        }

        /** A second or so passed; whether the hold is over. */
        boolean isOver() {
            still = session.storedEntries() > stored ? 0 : still + 1;
            stored = session.storedEntries();
            return ++ticks >= MAX_HOLD_TICKS || still >= MAX_STILL_TICKS;
        }
    }

    /** What {@link SyncStart} needs besides. */
    record Extras(Optional<EntryKey> cursor, boolean deep, boolean byRanges) {
        Extras orDeep(boolean due) {
            return new Extras(cursor, deep || due, byRanges);
        }
    }

    /** A session that brings nothing for so many ticks of a second holds up no other about its scope. */
    private static final int MAX_STILL_TICKS = 10;

    /** Nor does one that has lasted so long. */
    private static final int MAX_HOLD_TICKS = 300;

    private final SyncParts parts;
    private final ScopeSets sets;
    private final Placement placement;
    private final Map<NodeId, LinkedHashSet<SyncErrand>> queues = new LinkedHashMap<>();
    private final Map<SyncSession, Running> running = new HashMap<>();
    private final Map<String, Hold> taken = new HashMap<>();
    private final Set<NodeId> deepNext = new HashSet<>();
    private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
    private final Map<NodeId, Set<String>> sharedBefore = new HashMap<>();
    private final Set<NodeId> knowsWishes = new HashSet<>();

    /** Peers that were busy: they are not asked again before the next tick. */
    private final Set<NodeId> resting = new HashSet<>();

    SyncPlans(SyncParts parts) {
        this.parts = parts;
        this.sets = parts.scopes();
        this.placement = sets.placement();
    }

    void peerUp(Peer peer) {
        peers.put(peer.node(), peer);
        sharedBefore.put(peer.node(), placement.shared(peer.agent()));
    }

    void peerDown(Peer peer) {
        peers.remove(peer.node());
        queues.remove(peer.node());
        sharedBefore.remove(peer.node());
        knowsWishes.remove(peer.node());
        resting.remove(peer.node());
        deepNext.remove(peer.node());
        if (peers.values().stream().noneMatch(other -> other.agent().equals(peer.agent()))) {
            placement.forget(peer.agent());
            sets.offers().forget(peer.agent());
        }
    }

    /** Scopes may have changed hands: the peers with whom this node has come to hold one, or to whom it has something to offer. */
    List<NodeId> concerned() {
        return peers.values().stream().filter(this::isConcerned).map(Peer::node).toList();
    }

    private boolean isConcerned(Peer peer) {
        Set<String> now = placement.shared(peer.agent());
        Set<String> before = sharedBefore.put(peer.node(), now);
        return (before != null && !before.containsAll(now))
                || !sets.toOffer(peer.agent()).isEmpty();
    }

    /** Whether a session can follow at once. */
    boolean hasNext(NodeId node) {
        return !resting.contains(node)
                && queues.getOrDefault(node, new LinkedHashSet<>()).stream().anyMatch(this::isFree);
    }

    /** A second or so passed. */
    void tick() {
        resting.clear();
        sets.offers().tick();
        taken.values().removeIf(Hold::isOver);
    }

    /** Peers with whom a session can follow now that another has ended. */
    List<NodeId> ready() {
        return queues.keySet().stream().filter(this::hasNext).toList();
    }

    private boolean isFree(SyncErrand errand) {
        return scopeOf(errand).map(scope -> !taken.containsKey(scope)).orElse(true);
    }

    private static Optional<String> scopeOf(SyncErrand errand) {
        if (errand instanceof SyncErrand.Reconcile reconcile) {
            return Optional.of(reconcile.scope());
        }
        return errand instanceof SyncErrand.Offer offer ? Optional.of(offer.scope()) : Optional.empty();
    }

    /** Begins a session as the initiator. */
    SyncMachine ask(SyncSession session, Extras extras) {
        if (placement.isWhole()) {
            return new SyncInitiator(whole(extras));
        }
        Peer peer = session.peer();
        SyncErrand errand = next(peer);
        begun(session, errand, true, extras.deep());
        if (errand instanceof SyncErrand.Compare compare) {
            return new ScopeComparison.Asking(
                    scope(), sets, parts.loop().random().nextLong(), compare.scopes(), news(peer));
        }
        String scope = scopeOf(errand).orElseThrow();
        return new SyncInitiator(
                errand instanceof SyncErrand.Offer
                        ? offering(peer.agent(), scope)
                        : both(scope, extras.orDeep(deepNext.remove(peer.node()))));
    }

    private SyncErrand next(Peer peer) {
        LinkedHashSet<SyncErrand> queue = queues.get(peer.node());
        if (queue != null) {
            Optional<SyncErrand> free = queue.stream().filter(this::isFree).findFirst();
            free.ifPresent(queue::remove);
            if (queue.isEmpty()) {
                queues.remove(peer.node());
            }
            if (free.isPresent()) {
                return free.get();
            }
        }
        return new SyncErrand.Compare(placement.shared(peer.agent()));
    }

    private Optional<Set<String>> news(Peer peer) {
        return knowsWishes.contains(peer.node()) ? Optional.empty() : placement.wishes();
    }

    private void begun(SyncSession session, SyncErrand errand, boolean asks, boolean deep) {
        Optional<EntryKey> last =
                asks && errand instanceof SyncErrand.Offer offer ? sets.last(offer.scope()) : Optional.empty();
        running.put(session, new Running(errand, asks, deep, last));
        scopeOf(errand).ifPresent(scope -> taken.put(scope, new Hold(session)));
    }

    private SyncScope scope() {
        return parts.scope().behind(parts.epochs().head());
    }

    private SyncStart whole(Extras extras) {
        return new SyncStart(
                scope(),
                parts.set(),
                parts.integrator().snapshot(),
                extras.cursor(),
                parts.loop().random().nextLong(),
                extras.deep(),
                extras.byRanges(),
                SyncStart.Extent.WHOLE,
                isPending());
    }

    private boolean isPending() {
        return parts.integrator().pending() > 0;
    }

    /** Whether a session tells how far the node is with its peer: one about everything, and one that compares all scopes. */
    boolean isTracked(SyncMachine machine) {
        return placement.isWhole() || machine instanceof ScopeComparison;
    }

    /** Whether a session found that scopes differ, about which others follow. */
    boolean isDifferent(Optional<SyncMachine> machine) {
        return machine.isPresent() && machine.get() instanceof ScopeComparison comparison && !comparison.isSame();
    }

    private SyncStart both(String scope, Extras extras) {
        EntrySet set = sets.of(scope);
        return start(scope, set, here(scope, set), Optional.empty(), extras, SyncStart.Extent.SCOPE);
    }

    private EntrySnapshot here(String scope, EntrySet set) {
        return parts.integrator()
                .snapshot(set, header -> placement.scopesOf(header).contains(scope));
    }

    /** Only what is stored is offered. */
    private SyncStart offering(AgentId peer, String scope) {
        EntrySet set = sets.of(scope);
        return start(
                scope,
                set,
                set.snapshot(),
                sets.offers().cursor(peer, scope),
                new Extras(Optional.empty(), false, true),
                SyncStart.Extent.OFFER);
    }

    private SyncStart start(
            String scope,
            EntrySet set,
            EntrySnapshot snapshot,
            Optional<EntryKey> cursor,
            Extras extras,
            SyncStart.Extent extent) {
        long nonce = parts.loop().random().nextLong();
        return new SyncStart(
                scope().named(scope),
                set,
                snapshot,
                cursor,
                nonce,
                extras.deep(),
                extras.byRanges(),
                extent,
                isPending());
    }

    /** Whether what a peer begins has to wait, because another session is about the same scope. */
    boolean isTaken(SyncFrame first) {
        return !placement.isWhole() && first instanceof SyncFrame.Hello hello && taken.containsKey(hello.scope());
    }

    /**
     * Begins a session as the responder.
     *
     * @param first the peer's first frame, of whatever kind
     */
    SyncMachine answer(SyncSession session, SyncFrame first, Extras extras) {
        if (placement.isWhole()) {
            return new SyncResponder(whole(extras));
        }
        Peer peer = session.peer();
        if (first instanceof SyncFrame.Hello hello && isAllowed(peer.agent(), hello)) {
            String scope = hello.scope();
            begun(session, hello.offer() ? new SyncErrand.Offer(scope) : new SyncErrand.Reconcile(scope), false, false);
            EntrySet set = sets.of(scope);
            SyncStart.Extent extent = hello.offer() ? SyncStart.Extent.OFFER : SyncStart.Extent.SCOPE;
            return new SyncResponder(start(scope, set, here(scope, set), Optional.empty(), extras, extent));
        }
        if (first instanceof SyncFrame.Compare compare) {
            begun(session, new SyncErrand.Compare(Set.copyOf(compare.scopes())), false, false);
            return new ScopeComparison.Answering(scope(), sets, wishes -> shared(peer.agent(), wishes), news(peer));
        }
        // Refused, as a scope that nobody has.
        EntrySet none = new EntrySet();
        return new SyncResponder(SyncStart.of(scope().named(""), none, none.snapshot(), 0));
    }

    /** What is offered needs no right but that of a member; what is reconciled is told as well. */
    private boolean isAllowed(AgentId peer, SyncFrame.Hello hello) {
        return placement.held().contains(hello.scope())
                && (hello.offer() || placement.heldBy(peer).contains(hello.scope()));
    }

    /** Exactly what both hold; what a peer wants that never said so is not known. */
    private Set<String> shared(AgentId peer, Optional<Set<String>> wishes) {
        wishes.ifPresent(scopes -> placement.wish(peer, scopes));
        Set<String> both = new HashSet<>(placement.held());
        both.retainAll(placement.heldBy(peer));
        return both;
    }

    /**
     * A session is over.
     *
     * @return whether this node has something to offer that it did not know of
     */
    boolean over(SyncSession session, Optional<SyncMachine> machine, Optional<SyncAction.Outcome> outcome) {
        Running was = running.remove(session);
        if (was == null || machine.isEmpty()) {
            return false;
        }
        Peer peer = session.peer();
        if (outcome.filter(SyncAction.Outcome.BUSY::equals).isPresent()) {
            // It is likely to get from others what it lacks: better compared anew than asked for each scope in turn.
            queues.remove(peer.node());
            resting.add(peer.node());
        }
        if (outcome.filter(SyncAction.Outcome::isWhole).isEmpty()) {
            return false;
        }
        if (machine.get() instanceof ScopeComparison comparison) {
            if (was.deep() && was.errand() instanceof SyncErrand.Compare compare) {
                lookInto(peer, compare.scopes());
            }
            return compared(peer, comparison);
        }
        if (was.errand() instanceof SyncErrand.Offer offer && was.asks()) {
            if (machine.get().isConfirmed()) {
                was.last().ifPresent(last -> sets.offers().confirm(peer.agent(), offer.scope(), last));
            } else {
                sets.offers().failed(peer.agent(), offer.scope());
            }
        }
        return false;
    }

    /** Equal fingerprints of several scopes are looked into as those of one are: one scope by chance gets a session with a deep check. */
    private void lookInto(Peer peer, Set<String> scopes) {
        List<String> names = List.copyOf(new TreeSet<>(scopes));
        deepNext.add(peer.node());
        add(peer, new SyncErrand.Reconcile(names.get(parts.loop().random().nextInt(names.size()))));
    }

    private boolean compared(Peer peer, ScopeComparison comparison) {
        knowsWishes.add(peer.node());
        comparison.peerWishes().ifPresent(wishes -> placement.wish(peer.agent(), wishes));
        comparison.differing().forEach(scope -> add(peer, new SyncErrand.Reconcile(scope)));
        List<String> offers = sets.toOffer(peer.agent());
        offers.forEach(scope -> add(peer, new SyncErrand.Offer(scope)));
        return !offers.isEmpty();
    }

    private void add(Peer peer, SyncErrand errand) {
        if (peers.containsKey(peer.node())) {
            queues.computeIfAbsent(peer.node(), none -> new LinkedHashSet<>()).add(errand);
        }
    }

    /**
     * All that a session took is stored. What came need not be asked of others any more, which a comparison finds at once.
     *
     * @return peers to compare with again
     */
    List<NodeId> settled(SyncSession session) {
        List<NodeId> again = new ArrayList<>();
        taken.entrySet().removeIf(each -> {
            boolean settled = each.getValue().session.equals(session);
            if (settled && session.storedEntries() > 0) {
                SyncErrand done = new SyncErrand.Reconcile(each.getKey());
                queues.forEach((node, queue) -> {
                    if (queue.remove(done)) {
                        again.add(node);
                    }
                });
            }
            return settled;
        });
        queues.values().removeIf(Set::isEmpty);
        return again;
    }
}
