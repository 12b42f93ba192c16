// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which agents are there, as far as can be told: those that are connected, and those with a card, unless the connection to them was lost
 * after they issued it. A card alone counts for up to 15 minutes; who lost a connection knows better.
 */
public final class Sightings {
    /** The most agents that are remembered as lost; the one lost first is forgotten, and counts by its card. */
    static final int MAX_LOST = 4_096;

    private final Map<AgentId, Instant> lost = new LinkedHashMap<>();

    /** An agent is connected. */
    public void connected(AgentId agent) {
        lost.remove(agent);
    }

    /** The last connection to an agent is gone. */
    public void disconnected(AgentId agent, Instant now) {
        lost.remove(agent);
        lost.put(agent, now);
        if (lost.size() > MAX_LOST) {
            lost.remove(lost.keySet().iterator().next());
        }
    }

    /**
     * Tells who is there.
     *
     * @param connected the agents that are connected
     * @param cards all cards that are valid
     */
    public Set<AgentId> present(Collection<AgentId> connected, Collection<AgentInfo> cards) {
        Set<AgentId> present = new HashSet<>(connected);
        for (AgentInfo card : cards) {
            Instant since = lost.get(card.agentId());
            if (since == null || card.issuedAt().isAfter(since)) {
                present.add(card.agentId());
            }
        }
        return present;
    }
}
