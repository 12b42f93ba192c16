// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import java.util.Set;

/**
 * Decides which agent stores which entry. All agents of a network must use the same strategy.
 *
 * <p>Called on the node loop: it must not block, and must give the same answer for the same arguments on every node.
 */
public interface DistributionStrategy {
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
     * Every agent stores everything: the default.
     *
     * @return the strategy
     */
    static DistributionStrategy fullReplication() {
        return FullReplication.INSTANCE;
    }
}
