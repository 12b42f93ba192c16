// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.gossip;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which agent stores which entry. All agents of a network must use the same strategy.
 *
 * <p>A strategy divides what there is into <em>scopes</em>. It says of each entry which scopes it is in, and of each agent which
 * scopes it holds; an agent stores the entries of the scopes that it holds. The rest follows:
 *
 * <ul>
 *   <li>Two agents reconcile the scopes that both hold, and those only. A node keeps a summary of each.
 *   <li>Who has an entry without holding any of its scopes, because it wrote it or held them before, offers it to agents that do, until
 *       they have confirmed that they stored it. It is then free to drop it.
 *   <li>What an agent does not hold it is not sent, whatever it claims.
 * </ul>
 *
 * <p>An implementation is an immutable value: it answers from its arguments and from what it was made of, so that all nodes that know
 * the same agents come to the same answers. Who the agents are is told by {@link #among}, which gives another value. Nobody keeps
 * a list of members that all agree upon at each moment; where two nodes know different agents, they exchange what both think that
 * both hold, and the rest when they have heard of the same.
 *
 * <p>Called on the node loop, for each entry and each peer: it must not block, nor take long.
 *
 * <p>Deletes concern everybody and are stored by all agents; no strategy is asked about them.
 */
public interface DistributionStrategy {
    /** The scope that every agent holds, with any strategy. */
    String EVERYTHING = "all";

    /** The most scopes that an agent holds. */
    int MAX_SCOPES = 256;

    /** The most scopes that an entry is in. */
    int MAX_SCOPES_OF_ENTRY = 32;

    /** The longest name of a scope in characters. */
    int MAX_SCOPE_LENGTH = 160;

    /** How long an agent that is away counts unless a strategy says otherwise, in minutes. */
    int DEFAULT_GRACE_MINUTES = 10;
    /** How many agents hold an entry when neither the strategy nor its author says. */
    int DEFAULT_REPLICAS = 3;

    /**
     * The scopes that an entry is in. Nothing but the header may decide, neither agents nor time: an entry stays in its scopes for good.
     *
     * @param entry any entry of the network
     * @return 1 to {@value #MAX_SCOPES_OF_ENTRY} names of 1 to {@value #MAX_SCOPE_LENGTH} characters; {@link #EVERYTHING} alone for what
     *     everybody stores
     */
    Set<String> scopesOf(EntryHeader entry);

    /**
     * The scopes that an agent holds, besides {@link #EVERYTHING}, whether or not there are entries in them.
     *
     * @param agent any agent, known or not
     * @return at most {@value #MAX_SCOPES} names
     */
    Set<String> scopesOf(AgentId agent);

    /**
     * Whether an agent stores an entry. A node that has an entry for which this is false of itself may drop it when enough others
     * have it.
     *
     * @param agent any agent
     * @param entry any entry of the network
     * @return true when it should get the entry, and keep it
     */
    default boolean willStore(AgentId agent, EntryHeader entry) {
        Set<String> scopes = scopesOf(entry);
        return scopes.contains(EVERYTHING) || !Collections.disjoint(scopes, scopesOf(agent));
    }

    /**
     * Those among whom a blob is to be looked for, by nothing but its hash.
     *
     * @param hash names the blob
     * @param known agents that can be asked
     * @return some or all of them, those most likely to have it first; empty when the hash does not tell who has it
     */
    default List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return List.copyOf(known);
    }

    /**
     * The strategy as it is while these are the agents of the network. Called at the start, and again whenever one comes, is gone for
     * longer than {@link #grace}, or says what it wants.
     *
     * @param members the agents that the node knows, its own among them
     * @return a strategy that answers for them; this one where it does not matter who they are
     */
    default DistributionStrategy among(Members members) {
        return this;
    }

    /**
     * How long an agent still counts as a member when it is gone, so that a short absence moves nothing. Who was connected to it notices
     * at once, others when its card expires, at most 15 minutes after it was issued; this time comes on top. A node that closes
     * connections of its own accord, as bounded views do, takes an agent for gone until it issues its next card, which it does every ten
     * minutes: there a shorter grace moves entries for nothing.
     *
     * @return zero or more, counted in steps of five seconds
     */
    default Duration grace() {
        return Duration.ofMinutes(DEFAULT_GRACE_MINUTES);
    }

    /**
     * Scopes that the local agent chooses to hold. Each peer is told when it connects, and finds them in {@link Members#wishes}.
     *
     * @return at most {@value #MAX_SCOPES} names; nothing, as opposed to an empty set, when agents have no choice
     */
    default Optional<Set<String>> wishes() {
        return Optional.empty();
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

    /**
     * Each entry is stored by a few agents, which its blob's hash finds on a ring: {@link RingReplication} says how. With
     * {@value #DEFAULT_GRACE_MINUTES} minutes of grace.
     *
     * @param replicas how many, 1 to {@value RingReplication#MAX_REPLICAS}; the same for all of a network
     * @return the strategy
     */
    static DistributionStrategy ring(int replicas) {
        return ring(replicas, Duration.ofMinutes(DEFAULT_GRACE_MINUTES));
    }

    /**
     * As {@link #ring(int)} with another grace.
     *
     * @param replicas how many
     * @param grace as in {@link #grace}
     * @return the strategy
     */
    static DistributionStrategy ring(int replicas, Duration grace) {
        return new RingReplication(replicas, grace);
    }

    /**
     * Each agent stores the entries of the topics that it subscribed to, and those without a topic. Where a blob is cannot be told
     * from its hash.
     *
     * @param subscriptions of the local agent, at most {@value #MAX_SCOPES} topics of 1 to {@value EntryHeader#MAX_TOPIC_LENGTH} characters
     * @return the strategy
     */
    static DistributionStrategy topics(Collection<String> subscriptions) {
        return TopicSubscriptions.of(subscriptions);
    }

    /**
     * Each entry is stored by those to whom it is addressed, and by its author. What is addressed to several of them they also pass on
     * to one another. Where a blob is cannot be told from its hash.
     *
     * @param agents who gets entries that are addressed to nobody, at most {@value EntryHeader#MAX_RECIPIENTS}; the same for all of a
     *     network; nobody gets them when empty
     * @return the strategy
     */
    static DistributionStrategy direct(Collection<AgentId> agents) {
        return new DirectDelivery(agents);
    }
}
