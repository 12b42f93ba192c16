// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The agents of the network as a node knows them, its own among them.
 *
 * @param agents in their order
 * @param wishes the scopes that agents chose to hold, as far as it is known: of the node's own agent and of connected peers
 */
public record Members(SortedSet<AgentId> agents, SortedMap<AgentId, Set<String>> wishes) {
    /** Copies both. */
    public Members {
        agents = Collections.unmodifiableSortedSet(new TreeSet<>(agents));
        TreeMap<AgentId, Set<String>> copies = new TreeMap<>();
        wishes.forEach((agent, scopes) -> copies.put(agent, Set.copyOf(scopes)));
        wishes = Collections.unmodifiableSortedMap(copies);
    }

    /**
     * Members who chose nothing.
     *
     * @param agents in any order
     * @return the members
     */
    public static Members of(Collection<AgentId> agents) {
        return new Members(new TreeSet<>(agents), new TreeMap<>(Map.of()));
    }
}
