// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks other agents whether they hold a few entries, and tells which of them enough agents do. What was confirmed counts within
 * {@link #WINDOW_MILLIS} from the question, then all of it is forgotten.
 *
 * <p>A state machine, for one thread.
 */
final class HolderRound {
    /** The most entries of a round. */
    static final int MAX_ENTRIES = 32;

    /** So many more agents than needed are asked, as some may not answer. */
    static final int SPARE = 2;

    /** How long confirmations count, from the question; a twentieth of what is promised. */
    static final long WINDOW_MILLIS = 30_000;

    private static final long TICK_MILLIS = 1_000;

    /**
     * A moment by two clocks, neither of which is right alone: the wall clock may step, and ticks stop while the machine sleeps.
     *
     * @param wallMillis the wall clock
     * @param ticks seconds counted by the node
     */
    record Moment(long wallMillis, long ticks) {
        /** Whether no more than the window can have passed since an earlier moment. */
        boolean isWithinWindowOf(Moment earlier) {
            long wall = wallMillis - earlier.wallMillis;
            return wall >= 0 && wall <= WINDOW_MILLIS && (ticks - earlier.ticks) * TICK_MILLIS <= WINDOW_MILLIS;
        }
    }

    /**
     * An entry that might go.
     *
     * @param key names it
     * @param needed how many others must hold it
     * @param holders who should hold it, the best to ask in front; the local agent not among them
     */
    record Candidate(EntryKey key, int needed, List<AgentId> holders) {}

    /**
     * A question.
     *
     * @param agent whom to ask
     * @param entries for which entries
     */
    record Ask(AgentId agent, List<EntryKey> entries) {}

    /**
     * Enough agents hold an entry.
     *
     * @param entry may go now, not later
     * @param holders confirmed that they hold it
     */
    record Enough(EntryKey entry, Set<AgentId> holders) {}

    private static final class Doubt {
        private final Candidate candidate;
        private final Set<AgentId> holders = new LinkedHashSet<>();

        Doubt(Candidate candidate) {
            this.candidate = candidate;
        }
    }

    private final Moment begun;
    private final Map<EntryId, Doubt> doubts = new LinkedHashMap<>();
    private final Map<AgentId, List<EntryKey>> open = new LinkedHashMap<>();

    /**
     * @param candidates at most {@link #MAX_ENTRIES}; those for which too few agents are known are passed over
     * @param now before any question is sent
     */
    HolderRound(List<Candidate> candidates, Moment now) {
        this.begun = now;
        for (Candidate candidate : candidates) {
            Set<AgentId> agents = new LinkedHashSet<>(candidate.holders());
            if (candidate.needed() < 1 || agents.size() < candidate.needed()) {
                continue;
            }
            doubts.put(candidate.key().id(), new Doubt(candidate));
            agents.stream()
                    .limit(candidate.needed() + (long) SPARE)
                    .forEach(agent -> open.computeIfAbsent(agent, none -> new ArrayList<>())
                            .add(candidate.key()));
        }
    }

    /** What to ask; each is to end in {@link #confirmed} or {@link #failed}. */
    List<Ask> start() {
        return open.entrySet().stream()
                .map(each -> new Ask(each.getKey(), List.copyOf(each.getValue())))
                .toList();
    }

    /**
     * An agent has answered: it holds some of what it was asked for, and will for a while.
     *
     * @return the entries that enough agents hold with this; each is told once
     */
    List<Enough> confirmed(AgentId agent, Set<EntryId> held, Moment now) {
        List<EntryKey> asked = open.remove(agent);
        List<Enough> enough = new ArrayList<>();
        if (asked == null || !now.isWithinWindowOf(begun)) {
            return enough;
        }
        for (EntryKey key : asked) {
            Doubt doubt = doubts.get(key.id());
            if (doubt == null || !held.contains(key.id())) {
                continue;
            }
            doubt.holders.add(agent);
            if (doubt.holders.size() >= doubt.candidate.needed()) {
                doubts.remove(key.id());
                enough.add(new Enough(key, new HashSet<>(doubt.holders)));
            }
        }
        return enough;
    }

    /** An agent does not answer. */
    void failed(AgentId agent) {
        open.remove(agent);
    }

    /** Whether nothing more can come of it. */
    boolean isOver(Moment now) {
        return open.isEmpty() || doubts.isEmpty() || !now.isWithinWindowOf(begun);
    }
}
