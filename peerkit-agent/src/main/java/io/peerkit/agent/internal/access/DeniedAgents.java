// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import io.peerkit.api.AgentId;
import io.peerkit.api.LimitExceededException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The agents that are let in no more.
 *
 * <p>Two sets, because a stranger can fill one of them with agents that it makes by the thousand: that must not push out whom
 * the application blocked.
 *
 * <p>Safe for use by any thread.
 */
public final class DeniedAgents {
    /** The most agents blocked by the application; one more is refused. */
    public static final int MAX_BLOCKED = 10_000;

    /** The most agents whose proof failed; the oldest is forgotten first, and would fail the next check as well. */
    public static final int MAX_FAILED = 10_000;

    private final Set<AgentId> blocked = new HashSet<>();
    private final Set<AgentId> failed = new LinkedHashSet<>();

    /**
     * Denies an agent by the application's will.
     *
     * @param agent any agent
     * @throws LimitExceededException when {@link #MAX_BLOCKED} others are blocked
     */
    public synchronized void block(AgentId agent) {
        if (blocked.size() >= MAX_BLOCKED && !blocked.contains(agent)) {
            throw new LimitExceededException("denied agents: " + MAX_BLOCKED + " already, at most " + MAX_BLOCKED);
        }
        blocked.add(agent);
    }

    /**
     * Takes {@link #block} back.
     *
     * @param agent any agent
     */
    public synchronized void unblock(AgentId agent) {
        blocked.remove(agent);
    }

    /** Whether an agent proved who it is and then failed to prove that it belongs here. */
    synchronized boolean hasFailed(AgentId agent) {
        return failed.contains(agent);
    }

    /** Denies an agent that proved who it is and then failed to prove that it belongs here. */
    synchronized void proofFailed(AgentId agent) {
        if (failed.add(agent) && failed.size() > MAX_FAILED) {
            var oldest = failed.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /**
     * Whether an agent is denied.
     *
     * @param agent any agent
     * @return true when it is in either set
     */
    public synchronized boolean contains(AgentId agent) {
        return blocked.contains(agent) || failed.contains(agent);
    }
}
