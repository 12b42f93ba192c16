// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.strategy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.gossip.Members;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each shard of the entries is stored by those agents who score highest for it: rendezvous hashing.
 *
 * @see <a href="https://doi.org/10.1109/90.663936">D. Thaler, C. Ravishankar, Using Name-Based Mappings to Increase Hit Rates</a>
 */
public final class Rendezvous implements DistributionStrategy {
    private static final int SHARDS = 64;

    private final int copies;
    private final Map<AgentId, Set<String>> held;

    private Rendezvous(int copies, Map<AgentId, Set<String>> held) {
        this.copies = copies;
        this.held = held;
    }

    /** A strategy that keeps so many copies of each entry. */
    public static Rendezvous of(int copies) {
        return new Rendezvous(copies, Map.of());
    }

    private static int shardOf(BlobHash hash) {
        return Math.floorMod(hash.toBytes()[0], SHARDS);
    }

    @Override
    public Set<String> scopesOf(EntryHeader entry) {
        return Set.of("shard " + shardOf(entry.blobHash()));
    }

    @Override
    public Set<String> scopesOf(AgentId agent) {
        return held.getOrDefault(agent, Set.of());
    }

    @Override
    public List<AgentId> locate(BlobHash hash, Collection<AgentId> known) {
        return ranked(shardOf(hash), known);
    }

    @Override
    public DistributionStrategy among(Members members) {
        Map<AgentId, Set<String>> shares = new HashMap<>();
        for (int i = 0; i < SHARDS; i++) {
            String shard = "shard " + i;
            ranked(i, members.agents()).stream()
                    .limit(copies)
                    .forEach(agent -> shares.computeIfAbsent(agent, none -> new HashSet<>())
                            .add(shard));
        }
        return new Rendezvous(copies, shares);
    }

    private static List<AgentId> ranked(int shard, Collection<AgentId> agents) {
        Comparator<AgentId> byScore = Comparator.comparing(
                agent -> BlobHash.ofBlob((shard + " " + agent).getBytes(UTF_8)).toString());
        return agents.stream().sorted(byScore).toList();
    }
}
