// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.agents;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The local agent's card: reissued at two thirds of its lifetime and when the addresses or the capacity change. */
public final class OwnCard {
    /** The most characters of addresses on a card, so that its encoding keeps within its bound. */
    private static final int MAX_ADDRESS_CHARS = 3_000;

    /**
     * A card from further ahead was issued by a clock that was wrong: peers refused it, and would refuse its successors for
     * as long. One from less far ahead may have been right, and the clock be wrong now.
     */
    private static final Duration MAX_AHEAD = Duration.ofDays(1);

    private final Agent agent;
    private final Duration lifetime;
    private final Supplier<NodeCapacity> capacity;
    private NodeCapacity told = NodeCapacity.unlimited();
    private Optional<AgentInfo> current = Optional.empty();
    private Instant last = Instant.EPOCH;

    /**
     * @param agent signs
     * @param lifetime how long a card counts
     */
    public OwnCard(Agent agent, Duration lifetime) {
        this(agent, lifetime, NodeCapacity::unlimited);
    }

    /**
     * @param agent signs
     * @param lifetime how long a card counts
     * @param capacity what the node has to spare at a moment
     */
    public OwnCard(Agent agent, Duration lifetime, Supplier<NodeCapacity> capacity) {
        this.agent = agent;
        this.lifetime = lifetime;
        this.capacity = capacity;
    }

    /** A card of this agent from an earlier run: the next must be newer, whatever the clock says. */
    void issuedBefore(AgentInfo card) {
        if (card.issuedAt().isAfter(last)) {
            last = card.issuedAt();
        }
    }

    /** Issues a new card if there is none, it is due, or the addresses are others. */
    Optional<AgentInfo> renew(List<NodeAddress> addresses, Instant now) {
        List<NodeAddress> listed = fitting(addresses);
        if (last.isAfter(now.plus(MAX_AHEAD))) {
            last = Instant.EPOCH;
            current = Optional.empty();
        }
        NodeCapacity spare = capacity.get();
        boolean same = current.isPresent() && current.get().addresses().equals(listed) && told.equals(spare);
        if (same && !isDue(current.get(), now)) {
            return Optional.empty();
        }
        told = spare;
        Instant issuedAt = now.truncatedTo(ChronoUnit.MILLIS);
        if (!issuedAt.isAfter(last)) {
            issuedAt = last.plusMillis(1);
        }
        last = issuedAt;
        current = Optional.of(agent.issueInfo(listed, spare, issuedAt, lifetime));
        return current;
    }

    /** The card that counts. */
    Optional<AgentInfo> current() {
        return current;
    }

    private boolean isDue(AgentInfo card, Instant now) {
        return !now.isBefore(card.issuedAt().plus(lifetime.multipliedBy(2).dividedBy(3)));
    }

    private static List<NodeAddress> fitting(List<NodeAddress> addresses) {
        List<NodeAddress> listed = new ArrayList<>();
        int chars = 0;
        for (NodeAddress address : addresses) {
            chars += address.value().length();
            if (listed.size() == AgentInfo.MAX_ADDRESSES || chars > MAX_ADDRESS_CHARS) {
                break;
            }
            listed.add(address);
        }
        return listed;
    }
}
