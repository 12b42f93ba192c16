// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.Members;
import io.peerkit.api.gossip.RingReplication;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.gossip.internal.scope.Roster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A ring of 1,000 agents that come and go: the roster, the ring and the session machines are the real ones, each session exchanges its
 * real frames. What stands in for the rest: all agents know the same members, everybody reaches everybody, and a session takes no time.
 * An agent that holds a bucket no longer drops it once all who do have it, as a collector would.
 */
class RingChurnTest {
    private static final int AGENTS = 1_000;
    private static final int REPLICAS = 3;
    private static final int ENTRIES_PER_BUCKET = 200;

    /** An hour in ticks of the roster. */
    private static final int HOUR = (int) Duration.ofHours(1).dividedBy(Roster.TICK);

    /** Of each thousand agents and hour so many leave for good, as many come, and as many are away for a while. */
    private static final int CHURN = 100;

    /** What an entry of 256 bytes takes in a frame, as whole nodes send it. */
    private static final int ENTRY_BYTES = 480;

    /** A comparison of a few scopes goes before each session. */
    private static final int COMPARISON_BYTES = 200;

    private static final SyncPair.Setup SCOPE = new SyncPair.Setup(true, false, false, SyncStart.Extent.SCOPE);
    private static final SyncPair.Setup OFFER = new SyncPair.Setup(false, false, true, SyncStart.Extent.OFFER);

    private final long seed = Long.getLong("peerkit.sim.seed", 11);
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Map<AgentId, Map<String, SortedSet<EntryKey>>> stores = new LinkedHashMap<>();
    private final Map<AgentId, Integer> away = new HashMap<>();
    private final Map<String, SortedSet<EntryKey>> published = new TreeMap<>();
    private final Roster roster = new Roster(newcomer(), Duration.ofMinutes(10));
    private DistributionStrategy ring = DistributionStrategy.ring(REPLICAS);
    private long moved;
    private long traffic;
    private int sessions;

    @Test
    void churn_tenPercentAnHour_nothingLostAndLittleMoreThanWhatMoves() {
        while (stores.size() < AGENTS) {
            newcomer();
        }
        roster.tick(stores.keySet());
        ring = ring.among(Members.of(roster.members()));
        publish();

        for (int tick = 1; tick <= 2 * HOUR; tick++) {
            churn(tick);
            Set<AgentId> present = new HashSet<>(stores.keySet());
            present.removeAll(away.keySet());
            if (roster.tick(present)) {
                ring = ring.among(Members.of(roster.members()));
                handOver(present);
            }
        }

        assertNothingLost();
        assertThat(moved).as("seed %d", seed).isGreaterThan(10_000_000);
        assertThat((double) traffic / moved)
                .as("seed %d: %d bytes in %d sessions, %d of them moved", seed, traffic, sessions, moved)
                .isLessThanOrEqualTo(1.2);
    }

    private AgentId newcomer() {
        byte[] id = new byte[32];
        random.nextBytes(id);
        AgentId agent = AgentId.of(id);
        stores.put(agent, new HashMap<>());
        return agent;
    }

    private void publish() {
        int number = 0;
        for (int bucket = 0; bucket < RingReplication.BUCKETS; bucket++) {
            String scope = RingReplication.scope(bucket);
            SortedSet<EntryKey> entries = SyncPair.keys(number, number + ENTRIES_PER_BUCKET);
            number += ENTRIES_PER_BUCKET;
            published.put(scope, entries);
            holders(scope, stores.keySet()).forEach(holder -> store(holder).put(scope, new TreeSet<>(entries)));
        }
    }

    private Map<String, SortedSet<EntryKey>> store(AgentId agent) {
        return Optional.ofNullable(stores.get(agent)).orElseThrow();
    }

    private List<AgentId> holders(String scope, Set<AgentId> among) {
        return among.stream()
                .filter(agent -> ring.scopesOf(agent).contains(scope))
                .sorted()
                .toList();
    }

    private void churn(int tick) {
        if (random.nextInt(HOUR) < CHURN) {
            // Dies with its disk, and another comes.
            stores.remove(anybody());
            newcomer();
        }
        if (random.nextInt(HOUR) < CHURN) {
            // Eight minutes: less than the grace.
            away.put(anybody(), tick + HOUR * 8 / 60);
        }
        away.values().removeIf(until -> until <= tick);
    }

    private AgentId anybody() {
        List<AgentId> others = new ArrayList<>(stores.keySet());
        others.removeAll(away.keySet());
        return others.get(1 + random.nextInt(others.size() - 1)); // The first is the one whose roster it is.
    }

    /** Each who has come to hold a bucket has sessions with all others who hold it, and offers from those who did. */
    private void handOver(Set<AgentId> present) {
        for (String scope : published.keySet()) {
            List<AgentId> holders = holders(scope, present);
            List<AgentId> formers = present.stream()
                    .filter(agent -> !holders.contains(agent) && store(agent).containsKey(scope))
                    .sorted()
                    .toList();
            boolean changed = !formers.isEmpty()
                    || holders.stream().anyMatch(holder -> !store(holder).containsKey(scope));
            if (changed) {
                handOver(scope, holders, formers);
            }
        }
    }

    private void handOver(String scope, List<AgentId> holders, List<AgentId> formers) {
        for (AgentId holder : holders) {
            boolean isNew = !store(holder).containsKey(scope);
            store(holder).computeIfAbsent(scope, none -> new TreeSet<>());
            if (isNew) {
                holders.stream()
                        .filter(other -> !other.equals(holder))
                        .forEach(other -> session(store(other), SCOPE, store(holder), SCOPE, scope));
            }
            formers.forEach(former -> session(store(former), OFFER, store(holder), OFFER, scope));
        }
        if (holders.size() == REPLICAS) {
            formers.forEach(former -> store(former).remove(scope));
        }
    }

    private void session(
            Map<String, SortedSet<EntryKey>> one,
            SyncPair.Setup oneSetup,
            Map<String, SortedSet<EntryKey>> other,
            SyncPair.Setup otherSetup,
            String scope) {
        SortedSet<EntryKey> first = one.getOrDefault(scope, new TreeSet<>());
        SortedSet<EntryKey> second = other.getOrDefault(scope, new TreeSet<>());
        SyncPair pair = SyncPair.of(first, oneSetup, second, otherSetup, random.nextLong())
                .run();
        long entries = pair.initiator.entriesReceived + (long) pair.responder.entriesReceived;
        sessions++;
        moved += entries * ENTRY_BYTES;
        traffic += entries * ENTRY_BYTES
                + pair.initiator.bytesBesideEntries
                + pair.responder.bytesBesideEntries
                + COMPARISON_BYTES;
    }

    private void assertNothingLost() {
        published.forEach((scope, entries) -> {
            Set<EntryKey> found = new HashSet<>();
            stores.values().forEach(store -> found.addAll(store.getOrDefault(scope, new TreeSet<>())));
            assertThat(found).as("seed %d, bucket %s", seed, scope).hasSameSizeAs(entries);
        });
    }
}
