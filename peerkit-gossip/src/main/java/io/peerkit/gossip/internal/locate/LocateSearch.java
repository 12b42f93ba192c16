// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.AgentId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for one thing: whom to ask when.
 *
 * <p>One peer is asked first, since the likeliest is in front and an answer may be a megabyte. When it lacks the thing, or is silent for
 * {@link #HEDGE_MILLIS}, another is asked beside it, up to {@link #MAX_PARALLEL} at a time. Connected peers come first; when none of
 * them is left to ask, some of the others are dialed. All ends after {@link #DEADLINE_MILLIS}.
 *
 * <p>A state machine: told what happened with the time in steady milliseconds, answers with what to do.
 */
final class LocateSearch {
    /** The most peers asked or dialed at a time. */
    static final int MAX_PARALLEL = 3;

    /** The most peers asked; whoever has not found it by then is in a network that the strategy does not describe. */
    static final int MAX_ASKED = 32;

    /** The most peers dialed. */
    static final int MAX_DIALS = 4;

    /** A silence after which one more peer is asked: several times a round trip around the world. */
    static final long HEDGE_MILLIS = 500;

    /** A silence after which a peer is given up. */
    static final long PATIENCE_MILLIS = 5_000;

    /** A peer that has no time is asked again after so long. */
    static final long BUSY_MILLIS = 1_000;

    /** After so long nobody has it. A blob of a megabyte takes 8 s of it on a line of 1 Mbit/s. */
    static final long DEADLINE_MILLIS = 15_000;

    /** What the driver does, in the order given. */
    sealed interface Action {}

    /** Ask a connected peer. */
    record Ask(AgentId agent) implements Action {}

    /** Connect to an agent. */
    record Dial(AgentId agent) implements Action {}

    /** Its answer is not waited for any more. */
    record Drop(AgentId agent) implements Action {}

    /** The search is over; {@code found} says how. */
    record End(boolean found) implements Action {}

    private final Deque<AgentId> near;
    private final Deque<AgentId> far;
    private final Map<AgentId, Long> asked = new LinkedHashMap<>();
    private final Map<AgentId, Long> dialed = new LinkedHashMap<>();
    private final Map<AgentId, Long> busy = new LinkedHashMap<>();
    private final long startedAt;
    private long stirredAt;
    private int parallel = 1;
    private int asks;
    private int dials;
    private boolean over;

    /**
     * @param near connected agents, the likeliest first
     * @param far others whose addresses are known, the likeliest first
     */
    LocateSearch(List<AgentId> near, List<AgentId> far, long now) {
        this.near = new ArrayDeque<>(near);
        this.far = new ArrayDeque<>(far);
        this.startedAt = now;
        this.stirredAt = now;
    }

    /** Begins. */
    List<Action> start(long now) {
        return advance(new ArrayList<>(), now);
    }

    /** A dialed agent is connected. */
    List<Action> reached(AgentId agent, long now) {
        List<Action> actions = new ArrayList<>();
        if (!over && dialed.remove(agent) != null) {
            ask(agent, actions, now);
        }
        return advance(actions, now);
    }

    /** A dialed agent cannot be reached. */
    List<Action> unreachable(AgentId agent, long now) {
        dialed.remove(agent);
        return advance(new ArrayList<>(), now);
    }

    /** An asked agent has it, and that was checked. */
    List<Action> found(AgentId agent) {
        if (over) {
            return List.of();
        }
        asked.remove(agent);
        return end(new ArrayList<>(), true);
    }

    /** An asked agent lacks it, is lost, or lied. */
    List<Action> lacking(AgentId agent, long now) {
        if (asked.remove(agent) != null) {
            parallel = Math.min(MAX_PARALLEL, parallel + 1);
        }
        return advance(new ArrayList<>(), now);
    }

    /** An asked agent has no time: it may have the thing all the same. */
    List<Action> busy(AgentId agent, long now) {
        if (asked.remove(agent) != null) {
            busy.put(agent, now);
            parallel = Math.min(MAX_PARALLEL, parallel + 1);
        }
        return advance(new ArrayList<>(), now);
    }

    /** A time that {@link #wakeAt} named has come, or any other. */
    List<Action> tick(long now) {
        List<Action> actions = new ArrayList<>();
        if (over) {
            return actions;
        }
        if (now - startedAt >= DEADLINE_MILLIS) {
            return end(actions, false);
        }
        asked.entrySet().removeIf(each -> {
            boolean silent = now - each.getValue() >= PATIENCE_MILLIS;
            if (silent) {
                actions.add(new Drop(each.getKey()));
            }
            return silent;
        });
        dialed.values().removeIf(since -> now - since >= PATIENCE_MILLIS);
        busy.entrySet().removeIf(each -> {
            boolean rested = now - each.getValue() >= BUSY_MILLIS;
            if (rested) {
                near.addFirst(each.getKey());
            }
            return rested;
        });
        if (now - stirredAt >= HEDGE_MILLIS) {
            stirredAt = now;
            parallel = Math.min(MAX_PARALLEL, parallel + 1);
        }
        return advance(actions, now);
    }

    private List<Action> advance(List<Action> actions, long now) {
        if (over) {
            return actions;
        }
        while (underWay() < parallel && asks < MAX_ASKED && !near.isEmpty()) {
            ask(near.remove(), actions, now);
        }
        while (underWay() < parallel && dials < MAX_DIALS && asks < MAX_ASKED && !far.isEmpty()) {
            AgentId next = far.remove();
            dials++;
            dialed.put(next, now);
            stirredAt = now;
            actions.add(new Dial(next));
        }
        return underWay() == 0 && (busy.isEmpty() || asks >= MAX_ASKED) ? end(actions, false) : actions;
    }

    private void ask(AgentId agent, List<Action> actions, long now) {
        asks++;
        asked.put(agent, now);
        stirredAt = now;
        actions.add(new Ask(agent));
    }

    private List<Action> end(List<Action> actions, boolean found) {
        over = true;
        asked.keySet().forEach(agent -> actions.add(new Drop(agent)));
        asked.clear();
        dialed.clear();
        actions.add(new End(found));
        return actions;
    }

    private int underWay() {
        return asked.size() + dialed.size();
    }

    /** When to call {@link #tick} next, in steady milliseconds. */
    long wakeAt() {
        long next = startedAt + DEADLINE_MILLIS;
        if (parallel < MAX_PARALLEL && !(near.isEmpty() && far.isEmpty())) {
            next = Math.min(next, stirredAt + HEDGE_MILLIS);
        }
        for (long since : busy.values()) {
            next = Math.min(next, since + BUSY_MILLIS);
        }
        for (Map<AgentId, Long> waiting : List.of(asked, dialed)) {
            for (long since : waiting.values()) {
                next = Math.min(next, since + PATIENCE_MILLIS);
            }
        }
        return next;
    }

    /** Whether an agent's answer is waited for. */
    boolean isAsking(AgentId agent) {
        return asked.containsKey(agent);
    }

    /** Whether {@link End} was given. */
    boolean isOver() {
        return over;
    }
}
