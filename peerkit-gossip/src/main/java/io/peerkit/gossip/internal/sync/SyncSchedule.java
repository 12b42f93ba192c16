// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Whose turn it is: rounds go through the connected peers, those that miss something come first. As bounded as the peers. */
public final class SyncSchedule {
    /** In the order of their turns; the value tells whether the peer is dirty. */
    private final Map<NodeId, Boolean> turns = new LinkedHashMap<>();

    /** A peer is connected. */
    public void connected(NodeId peer) {
        turns.putIfAbsent(peer, false);
    }

    /** A peer is gone. */
    public void gone(NodeId peer) {
        turns.remove(peer);
    }

    /** A peer misses something, or has something that this node misses. */
    public void dirty(NodeId peer) {
        turns.replace(peer, true);
    }

    /** A session with a peer begins: whatever came before, it finds. */
    public void began(NodeId peer) {
        if (turns.remove(peer) != null) {
            turns.put(peer, false);
        }
    }

    /** The peer whose turn it is in a round. */
    public Optional<NodeId> round(Predicate<NodeId> isIdle) {
        return turns.keySet().stream().filter(isIdle).findFirst();
    }

    /** The dirty peers with whom a session can begin. */
    public List<NodeId> dirtyPeers(Predicate<NodeId> isIdle) {
        List<NodeId> peers = new ArrayList<>();
        turns.forEach((peer, dirty) -> {
            if (dirty && isIdle.test(peer)) {
                peers.add(peer);
            }
        });
        return peers;
    }
}
