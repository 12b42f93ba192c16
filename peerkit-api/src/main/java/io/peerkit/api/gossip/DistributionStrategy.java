// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Decides which agent stores which entry. All agents of a network must use the same strategy.
 *
 * <p>Called on the node loop: it must not block, and must give the same answer for the same arguments on every node.
 */
public interface DistributionStrategy {
    /** How many agents hold an entry when neither the strategy nor its author says. */
    int DEFAULT_REPLICAS = 3;

    /**
     * Whether an agent stores an entry.
     *
     * @param agent any agent
     * @param entry any entry of the network
     * @return true when it should get the entry
     */
    boolean willStore(AgentId agent, EntryHeader entry);

    /**
     * Names the sets that two agents reconcile with each other.
     *
     * @param one an agent
     * @param other another agent
     * @return names of 1 to 128 characters, the same in either order of the arguments; {@code all} is everything
     */
    Set<String> scopes(AgentId one, AgentId other);

    /**
     * Names the agents that may have a blob, for {@link io.peerkit.api.PeerkitNode#get}: the node asks those that are connected
     * first, then the others, each time in this order.
     *
     * @param hash names the blob; of a large one, its whole content
     * @param known the agents that are connected or whose addresses are known, at most 4,096 more than are connected
     * @return some of {@code known}, the likeliest or nearest first; none when the strategy cannot tell and asking around would
     *     be no use. Without an implementation all of them
     */
    default List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return List.copyOf(known);
    }

    /**
     * How many other agents have to confirm that they hold an entry before a node drops it that is not to store it. A strategy that
     * places entries with a number of agents gives that number here.
     *
     * @param entry any entry of the network
     * @return 1 or more; without an implementation what the {@linkplain EntryHeader#replicas author asked for}, or {@value
     *     #DEFAULT_REPLICAS}
     */
    default int replicas(EntryHeader entry) {
        return entry.replicas().orElse(DEFAULT_REPLICAS);
    }

    /**
     * Every agent stores everything: the default.
     *
     * @return the strategy
     */
    static DistributionStrategy fullReplication() {
        return FullReplication.INSTANCE;
    }
}
