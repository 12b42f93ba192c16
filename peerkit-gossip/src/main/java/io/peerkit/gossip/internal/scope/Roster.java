// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.scope;

import io.peerkit.api.AgentId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who belongs to the network: the agents that are known, and those that were until a grace ago. As bounded as those that are known.
 *
 * <p>Time is counted in ticks, so that steps of the wall clock move no entries.
 */
public final class Roster {
    /** A tick's length. */
    public static final Duration TICK = Duration.ofSeconds(5);

    private final AgentId self;
    private final long graceTicks;
    private final Map<AgentId, Long> absent = new HashMap<>();
    private final TreeSet<AgentId> members = new TreeSet<>();

    /**
     * @param self the local agent, which is always a member
     * @param grace how long one that is not known any more still counts
     */
    public Roster(AgentId self, Duration grace) {
        this.self = self;
        this.graceTicks = (grace.toMillis() + TICK.toMillis() - 1) / TICK.toMillis();
        members.add(self);
    }

    /**
     * A tick passed.
     *
     * @param known the agents that are known now
     * @return whether somebody came or went for good
     */
    public boolean tick(Collection<AgentId> known) {
        Set<AgentId> here = new HashSet<>(known);
        here.add(self);
        boolean changed = members.addAll(here);
        absent.keySet().removeAll(here);
        for (AgentId member : members) {
            if (!here.contains(member)) {
                absent.merge(member, 1L, Long::sum);
            }
        }
        Set<AgentId> gone = new HashSet<>();
        absent.forEach((agent, ticks) -> {
            if (ticks > graceTicks) {
                gone.add(agent);
            }
        });
        absent.keySet().removeAll(gone);
        return members.removeAll(gone) || changed;
    }

    /** The members, not a copy. */
    public SortedSet<AgentId> members() {
        return members;
    }
}
