// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.gossip.Members;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The network's distribution strategy as it is at the moment: what was handed to it at the start knows no members, this one follows
 * them. Belongs to the node loop.
 */
public final class Placement implements DistributionStrategy {
    private static final Set<String> COMMON = Set.of(EVERYTHING);

    private final DistributionStrategy strategy;
    private final AgentId self;
    private final Roster roster;
    private final boolean whole;
    private final TreeMap<AgentId, Set<String>> wishes = new TreeMap<>();
    /** What a strategy said, and that with {@link #EVERYTHING}. */
    private record Held(Set<String> asTold, Set<String> all) {}

    private final Map<AgentId, Held> held = new HashMap<>();
    private DistributionStrategy now;

    /**
     * @param strategy as the application gave it
     * @param self the local agent
     * @throws InvalidSettingException when it gives this agent more scopes than there may be
     */
    public Placement(DistributionStrategy strategy, AgentId self) {
        this.strategy = strategy;
        this.self = self;
        this.whole = strategy.equals(DistributionStrategy.fullReplication());
        this.roster = new Roster(self, strategy.grace());
        strategy.wishes().ifPresent(own -> wishes.put(self, own));
        this.now = bound();
        heldBy(self);
    }

    private DistributionStrategy bound() {
        return strategy.among(new Members(roster.members(), wishes));
    }

    /** Whether everybody stores everything, so that there is one scope. */
    public boolean isWhole() {
        return whole;
    }

    /**
     * {@link Roster#TICK} has passed.
     *
     * @param known the agents that are known
     * @return whether scopes may have changed hands
     */
    public boolean tick(Collection<AgentId> known) {
        if (whole || !roster.tick(known)) {
            return false;
        }
        rebind();
        return true;
    }

    private void rebind() {
        held.clear();
        now = bound();
    }

    /**
     * An agent says which scopes it wants.
     *
     * @param agent a connected peer
     * @param scopes at most {@link DistributionStrategy#MAX_SCOPES}
     */
    public void wish(AgentId agent, Set<String> scopes) {
        if (strategy.wishes().isPresent() && !scopes.equals(wishes.put(agent, scopes))) {
            rebind();
        }
    }

    /** A peer is gone, and with it what it wants. */
    public void forget(AgentId agent) {
        if (!agent.equals(self) && wishes.remove(agent) != null) {
            rebind();
        }
    }

    /** What an agent holds, what everybody does among it. */
    public Set<String> heldBy(AgentId agent) {
        Set<String> scopes = now.scopesOf(agent);
        Held known = held.get(agent);
        if (known != null && known.asTold().equals(scopes)) {
            return known.all();
        }
        if (scopes.size() > MAX_SCOPES) {
            throw new InvalidSettingException(
                    "agent " + agent + " holds " + scopes.size() + " scopes, at most " + MAX_SCOPES);
        }
        Set<String> all = new HashSet<>(scopes);
        all.add(EVERYTHING);
        Set<String> answer = Set.copyOf(all);
        if (roster.members().contains(agent) || wishes.containsKey(agent)) {
            held.put(agent, new Held(scopes, answer)); // As many as members; others could be made up.
        }
        return answer;
    }

    /** What the local agent holds. */
    public Set<String> held() {
        return heldBy(self);
    }

    /** What the local agent and a peer both hold; as long as it is not known what the peer wants, it may want all. */
    public Set<String> shared(AgentId peer) {
        if (isSilent(peer)) {
            return held();
        }
        Set<String> both = new HashSet<>(held());
        both.retainAll(heldBy(peer));
        return both;
    }

    /** Whether agents have wishes, and it is not known which this one has. */
    public boolean isSilent(AgentId peer) {
        return strategy.wishes().isPresent() && !wishes.containsKey(peer);
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        return whole || entry.kind() == EntryHeader.KIND_DELETE ? COMMON : now.scopesOf(entry);
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return heldBy(agent);
    }

    @Override
    public boolean willStore(AgentId agent, EntryHeader entry) {
        return whole || entry.kind() == EntryHeader.KIND_DELETE || now.willStore(agent, entry);
    }

    @Override
    public int replicas(EntryHeader entry) {
        return bound().replicas(entry);
    }

    @Override
    public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return now.locate(hash, known);
    }

    @Override
    public Optional<Set<String>> wishes() {
        return strategy.wishes();
    }
}
