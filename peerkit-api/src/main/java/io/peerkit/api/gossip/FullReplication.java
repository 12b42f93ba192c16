// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import java.util.Set;

/** Everything for everyone. */
enum FullReplication implements DistributionStrategy {
    INSTANCE;

    private static final Set<String> ALL = Set.of(EVERYTHING);

    @Override
    public boolean willStore(AgentId agent, EntryHeader entry) {
        return true;
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        return ALL;
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return ALL;
    }
}
