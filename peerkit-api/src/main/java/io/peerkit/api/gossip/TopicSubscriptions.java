// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** To each what it subscribed to. A topic's scope is its name behind a {@code #}. */
final class TopicSubscriptions implements DistributionStrategy {
    private static final String PREFIX = "#";
    private static final Set<String> ALL = Set.of(EVERYTHING);

    private final Set<String> own;
    private final Optional<Map<AgentId, Set<String>>> wishes;

    private TopicSubscriptions(Set<String> own, Optional<Map<AgentId, Set<String>>> wishes) {
        this.own = own;
        this.wishes = wishes;
    }

    static TopicSubscriptions of(Collection<String> subscriptions) {
        Set<String> scopes =
                subscriptions.stream().map(TopicSubscriptions::scope).collect(Collectors.toUnmodifiableSet());
        if (scopes.size() > MAX_SCOPES) {
            throw new InvalidSettingException(scopes.size() + " subscriptions, at most " + MAX_SCOPES);
        }
        return new TopicSubscriptions(scopes, Optional.empty());
    }

    private static String scope(String topic) {
        if (topic.isEmpty() || topic.length() > EntryHeader.MAX_TOPIC_LENGTH) {
            throw new InvalidSettingException("subscription to a topic of " + topic.length()
                    + " characters, must have 1 to " + EntryHeader.MAX_TOPIC_LENGTH);
        }
        return PREFIX + topic;
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        return entry.topic().map(topic -> Set.of(PREFIX + topic)).orElse(ALL);
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return wishes.map(known -> known.getOrDefault(agent, Set.of())).orElse(own);
    }

    @Override
    public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return List.of();
    }

    @Override
    public DistributionStrategy among(Members members) {
        return new TopicSubscriptions(own, Optional.of(members.wishes()));
    }

    @Override
    public Optional<Set<String>> wishes() {
        return Optional.of(own);
    }
}
