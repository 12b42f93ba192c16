// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.EntryId;
import io.peerkit.api.NodeId;
import io.peerkit.api.storage.EntryKey;

/** What {@link PushMachine} wants done. */
public sealed interface PushAction {
    /** To whom, or about whom. */
    NodeId peer();

    /** Send an entry whole, or announce it if the peer does not keep up. */
    record Push(NodeId peer, EntryKey key, long route, int hops) implements PushAction {}

    /**
     * Announce an entry.
     *
     * @param soon whether at once; otherwise with others at the next tick
     */
    record Announce(NodeId peer, EntryKey key, long route, int hops, boolean soon) implements PushAction {}

    /** Ask for an entry, and for all others of its route from now on. */
    record Ask(NodeId peer, EntryId id, long route) implements PushAction {}

    /** Ask for all entries of a route from now on. */
    record Graft(NodeId peer, long route) implements PushAction {}

    /** Ask for no more whole entries of a route. */
    record Prune(NodeId peer, long route) implements PushAction {}

    /** The peer announced what never came: a sync session finds out. */
    record Reconcile(NodeId peer) implements PushAction {}
}
