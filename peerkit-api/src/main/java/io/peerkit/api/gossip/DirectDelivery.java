// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * To each what is addressed to it. An agent's scope is its id behind an {@code @}: the author does not hold it, so it offers what is new
 * in it until the addressee has confirmed it, as a queue.
 */
final class DirectDelivery implements DistributionStrategy {
    private static final String PREFIX = "@";

    private final Set<String> others;

    DirectDelivery(Collection<AgentId> agents) {
        others = agents.stream().map(DirectDelivery::scope).collect(Collectors.toUnmodifiableSet());
        if (others.size() > EntryHeader.MAX_RECIPIENTS) {
            throw new InvalidSettingException(
                    others.size() + " agents get what is addressed to nobody, at most " + EntryHeader.MAX_RECIPIENTS);
        }
    }

    private static String scope(AgentId agent) {
        return PREFIX + agent;
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        if (entry.recipients().isEmpty()) {
            return others.isEmpty() ? Set.of(scope(entry.author())) : others;
        }
        return entry.recipients().stream().map(DirectDelivery::scope).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return Set.of(scope(agent));
    }

    @Override
    public boolean willStore(AgentId agent, EntryHeader entry) {
        return entry.author().equals(agent) || scopesOf(entry).contains(scope(agent));
    }

    @Override
    public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return List.of();
    }
}
