// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import io.peerkit.api.gossip.EntryHeader;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * For whom a publication is; what comes of it the network's {@link io.peerkit.api.gossip.DistributionStrategy} decides.
 *
 * @param topic what it is about, 1 to {@value EntryHeader#MAX_TOPIC_LENGTH} characters
 * @param recipients to whom it is addressed, at most {@value EntryHeader#MAX_RECIPIENTS}
 */
public record Audience(Optional<String> topic, List<AgentId> recipients) {
    private static final Audience EVERYBODY = new Audience(Optional.empty(), List.of());

    /** Checks the bounds; repeated recipients count once. */
    public Audience {
        if (topic.isPresent() && (topic.get().isEmpty() || topic.get().length() > EntryHeader.MAX_TOPIC_LENGTH)) {
            throw new LimitExceededException(
                    "topic of " + topic.get().length() + " characters, must have 1 to " + EntryHeader.MAX_TOPIC_LENGTH);
        }
        recipients = List.copyOf(new LinkedHashSet<>(recipients));
        if (recipients.size() > EntryHeader.MAX_RECIPIENTS) {
            throw new LimitExceededException(recipients.size() + " recipients, at most " + EntryHeader.MAX_RECIPIENTS);
        }
    }

    /**
     * No topic and no recipients.
     *
     * @return the audience of publications that name none
     */
    public static Audience everybody() {
        return EVERYBODY;
    }

    /**
     * Those who want to know of a topic, with {@link io.peerkit.api.gossip.DistributionStrategy#topics}.
     *
     * @param topic the topic
     * @return the audience
     * @throws LimitExceededException when the topic is empty or too long
     */
    public static Audience topic(String topic) {
        return new Audience(Optional.of(topic), List.of());
    }

    /**
     * Some agents, with {@link io.peerkit.api.gossip.DistributionStrategy#direct}. Addressing alone keeps nothing secret: who has the entry may
     * pass it on.
     *
     * @param recipients the agents
     * @return the audience
     * @throws LimitExceededException when there are too many
     */
    public static Audience of(Collection<AgentId> recipients) {
        return new Audience(Optional.empty(), List.copyOf(recipients));
    }
}
