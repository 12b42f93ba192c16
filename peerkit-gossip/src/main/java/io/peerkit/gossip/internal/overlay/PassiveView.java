// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.overlay;

import io.peerkit.api.AgentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Agents that could become neighbours. No source fills more than a quarter of it: what a source names beyond that takes the
 * place of something that it named before, and when the view is full a newcomer takes the place of a random one.
 */
final class PassiveView {
    /** The part of the view that one source may fill. */
    static final int SHARES = 4;

    private static final long FIRST_WAIT = 2_000;
    private static final long LONGEST_WAIT = 120_000;
    private static final int MAX_DOUBLINGS = 6;

    private static final class Candidate {
        private final AgentId source;
        private int failures;
        private long notBefore;

        Candidate(AgentId source) {
            this.source = source;
        }
    }

    private final int capacity;
    private final Map<AgentId, Candidate> candidates = new LinkedHashMap<>();

    PassiveView(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return candidates.size();
    }

    boolean contains(AgentId agent) {
        return candidates.containsKey(agent);
    }

    Collection<AgentId> agents() {
        return candidates.keySet();
    }

    void remove(AgentId agent) {
        candidates.remove(agent);
    }

    /** Takes an agent that a source named. */
    void offer(AgentId agent, AgentId source, RandomGenerator random) {
        if (candidates.containsKey(agent)) {
            return;
        }
        List<AgentId> sameSource = new ArrayList<>();
        List<AgentId> failed = new ArrayList<>();
        candidates.forEach((known, candidate) -> {
            if (candidate.source.equals(source)) {
                sameSource.add(known);
            }
            if (candidate.failures > 0) {
                failed.add(known);
            }
        });
        if (sameSource.size() >= Math.max(1, capacity / SHARES)) {
            candidates.remove(pick(sameSource, random));
        } else if (candidates.size() >= capacity) {
            candidates.remove(pick(failed.isEmpty() ? new ArrayList<>(candidates.keySet()) : failed, random));
        }
        candidates.put(agent, new Candidate(source));
    }

    /** Takes an agent if there is room; whence it is known does not matter then. */
    void offerIfRoom(AgentId agent, AgentId source, int most) {
        if (candidates.size() < Math.min(most, capacity)) {
            candidates.putIfAbsent(agent, new Candidate(source));
        }
    }

    /** An agent could not be reached: it is tried again later, and goes first when room is needed. */
    void failed(AgentId agent, long now) {
        Candidate candidate = candidates.get(agent);
        if (candidate != null) {
            long wait = Math.min(LONGEST_WAIT, FIRST_WAIT << Math.min(candidate.failures, MAX_DOUBLINGS));
            candidate.failures++;
            candidate.notBefore = now + wait;
        }
    }

    /** An agent to dial now, those that never failed first. */
    Optional<AgentId> candidate(long now, RandomGenerator random) {
        List<AgentId> fresh = new ArrayList<>();
        List<AgentId> due = new ArrayList<>();
        candidates.forEach((agent, candidate) -> {
            if (candidate.failures == 0) {
                fresh.add(agent);
            } else if (candidate.notBefore <= now) {
                due.add(agent);
            }
        });
        List<AgentId> from = fresh.isEmpty() ? due : fresh;
        return from.isEmpty() ? Optional.empty() : Optional.of(pick(from, random));
    }

    /** Some agents, those that failed not among them. */
    List<AgentId> sample(int most, RandomGenerator random) {
        List<AgentId> fresh = new ArrayList<>();
        candidates.forEach((agent, candidate) -> {
            if (candidate.failures == 0) {
                fresh.add(agent);
            }
        });
        return some(fresh, most, random);
    }

    /** Chooses a few of a list, which is changed by it. */
    static List<AgentId> some(List<AgentId> from, int most, RandomGenerator random) {
        int count = Math.min(most, from.size());
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(from.size() - i);
            AgentId chosen = from.get(other);
            from.set(other, from.get(i));
            from.set(i, chosen);
        }
        return new ArrayList<>(from.subList(0, count));
    }

    private static AgentId pick(List<AgentId> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }
}
