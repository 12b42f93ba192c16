// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.AgentId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agents that are known, by their latest cards, the own one not among them.
 *
 * <p>A newer card takes the place of an older one, never the reverse; a void one goes. When there is no room, cards of
 * agents not known yet are refused until others expire, so that a flood cannot wash out those that are.
 */
public final class AgentDirectory {
    /** The most agents. */
    public static final int MAX_AGENTS = 4_096;

    /** The longest that a card may count; one that counts for ever could never be got rid of. */
    public static final Duration MAX_LIFETIME = Duration.ofDays(7);

    /** What became of a card. */
    public enum Verdict {
        /** It is the latest of its agent. */
        NEWS,
        /** One as new, or newer, is known. */
        OLD,
        /** It is void. */
        EXPIRED,
        /** It was issued too far in the future, or counts for too long. */
        REFUSED,
        /** There is no room. */
        FULL,
        /** It is the local agent's. */
        OWN
    }

    private final AgentId self;
    private final Duration maxDrift;
    private final Map<AgentId, AgentInfo> cards = new LinkedHashMap<>();

    /**
     * @param self the local agent
     * @param maxDrift how far in the future a card may be issued
     */
    public AgentDirectory(AgentId self, Duration maxDrift) {
        this.self = self;
        this.maxDrift = maxDrift;
    }

    /** Takes a card whose signature was checked. */
    public Verdict learn(AgentInfo info, Instant now) {
        if (info.agentId().equals(self)) {
            return Verdict.OWN;
        }
        if (info.isExpired(now)) {
            return Verdict.EXPIRED;
        }
        if (info.issuedAt().isAfter(now.plus(maxDrift))
                || info.expiresAt().isAfter(info.issuedAt().plus(MAX_LIFETIME))) {
            return Verdict.REFUSED;
        }
        AgentInfo known = cards.get(info.agentId());
        if (known == null && cards.size() >= MAX_AGENTS) {
            return Verdict.FULL;
        }
        if (known != null && !info.issuedAt().isAfter(known.issuedAt())) {
            return Verdict.OLD;
        }
        cards.put(info.agentId(), info);
        return Verdict.NEWS;
    }

    /** Whether a card would be news. */
    public boolean isNews(CardVersion version) {
        AgentInfo known = cards.get(version.agent());
        return !version.agent().equals(self)
                && (known == null || version.issuedAtMillis() > known.issuedAt().toEpochMilli());
    }

    /** Drops void cards and gives their agents. */
    public List<AgentId> expire(Instant now) {
        List<AgentId> expired = new ArrayList<>();
        for (Iterator<AgentInfo> all = cards.values().iterator(); all.hasNext(); ) {
            AgentInfo info = all.next();
            if (info.isExpired(now)) {
                expired.add(info.agentId());
                all.remove();
            }
        }
        return expired;
    }

    /** Drops a card that is not worth keeping. */
    public void drop(AgentId agent) {
        cards.remove(agent);
    }

    /** The card of an agent. */
    public Optional<AgentInfo> get(AgentId agent) {
        return Optional.ofNullable(cards.get(agent));
    }

    /** What an agent says that its node has to spare. */
    public NodeCapacity capacity(AgentId agent) {
        AgentInfo card = cards.get(agent);
        return card == null ? NodeCapacity.unlimited() : card.capacity();
    }

    /** All cards, a copy. */
    public List<AgentInfo> all() {
        return new ArrayList<>(cards.values());
    }
}
