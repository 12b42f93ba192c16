// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import java.util.Set;

/** Everything for everyone. */
enum FullReplication implements DistributionStrategy {
    INSTANCE;

    @Override
    public boolean willStore(AgentId agent, EntryHeader entry) {
        return true;
    }

    @Override
    public Set<String> scopes(AgentId one, AgentId other) {
        return Set.of("all");
    }
}
