// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.AgentId;
import io.peerkit.api.storage.EntryKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far each connected peer has confirmed the scopes that it holds and this node does not: up to a key, a cursor into the scope's set.
 * What lies behind it is offered. Lost with the process: then all keys are offered again, 40 bytes each, and the peer asks for nothing.
 */
public final class Offers {
    /** An offer of which not all was stored rests for so many ticks of a second: what a peer does not take now would travel each round. */
    static final int REST_TICKS = 60;

    private final Map<AgentId, Map<String, EntryKey>> confirmed = new HashMap<>();
    private final Map<AgentId, Map<String, Integer>> resting = new HashMap<>();

    /** Up to where a peer has confirmed a scope. */
    public Optional<EntryKey> cursor(AgentId peer, String scope) {
        return Optional.ofNullable(confirmed.getOrDefault(peer, Map.of()).get(scope));
    }

    /** Whether a peer has confirmed that it stored an entry of a scope. */
    public boolean isConfirmed(AgentId peer, String scope, EntryKey entry) {
        return cursor(peer, scope).map(last -> entry.compareTo(last) <= 0).orElse(false);
    }

    /** A peer has stored all of a scope up to a key. */
    public void confirm(AgentId peer, String scope, EntryKey last) {
        confirmed.computeIfAbsent(peer, none -> new HashMap<>()).put(scope, last);
    }

    /** A peer did not store all of a scope. */
    public void failed(AgentId peer, String scope) {
        resting.computeIfAbsent(peer, none -> new HashMap<>()).put(scope, REST_TICKS);
    }

    /** Whether a scope is not offered to a peer for now. */
    boolean isResting(AgentId peer, String scope) {
        return resting.getOrDefault(peer, Map.of()).containsKey(scope);
    }

    /** A second or so passed. */
    public void tick() {
        for (Map<String, Integer> scopes : resting.values()) {
            scopes.replaceAll((scope, ticks) -> ticks - 1);
            scopes.values().removeIf(ticks -> ticks <= 0);
        }
    }

    /**
     * An entry came into a scope: who confirmed what lies behind it has not confirmed it.
     *
     * @param before the entry in front of it in the scope
     */
    void added(String scope, EntryKey entry, Optional<EntryKey> before) {
        for (Map<String, EntryKey> cursors : confirmed.values()) {
            EntryKey cursor = cursors.get(scope);
            if (cursor != null && cursor.compareTo(entry) > 0) {
                before.ifPresentOrElse(key -> cursors.put(scope, key), () -> cursors.remove(scope));
            }
        }
    }

    /** A peer is gone: it may come back with another store. */
    public void forget(AgentId peer) {
        confirmed.remove(peer);
        resting.remove(peer);
    }
}
