// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What each peer may do wrong, whatever its connections, streams and sessions: {@link #MAX_FAULTS}, of which one is forgiven a
 * second. A peer that does more is turned away for {@link #FIRST_EXCLUSION}, each time twice as long, up to
 * {@link #MAX_EXCLUSION}.
 *
 * <p>Time is counted in ticks of a second, so steps of the wall clock do not matter. At most {@link #MAX_AGENTS} agents are
 * remembered; then the one that erred longest ago is forgotten, and among those that are turned away only when there are no
 * others: a member of the network can make new agents by the thousand, and each must do its own wrong first.
 *
 * <p>For one thread.
 */
public final class FaultBudget {
    /** The most faults of a peer that are borne. A wrong entry is one. */
    public static final int MAX_FAULTS = 1_024;

    /** What a stream that had to be given up because of wrong bytes weighs. */
    public static final int STREAM_FAULTS = 64;

    /** How long a peer is turned away first. */
    public static final Duration FIRST_EXCLUSION = Duration.ofMinutes(10);

    /** How long a peer is turned away at most. */
    public static final Duration MAX_EXCLUSION = Duration.ofDays(1);

    /** The most agents remembered. */
    public static final int MAX_AGENTS = 4_096;

    private static final class Account {
        private long faults;
        private long at;
        private long excludedUntil;
        private int exclusions;
    }

    /** In the order of the last fault. */
    private final Map<AgentId, Account> accounts = new LinkedHashMap<>();

    private long tick;

    /**
     * A peer did wrong.
     *
     * @param faults how much it weighs
     * @return for how long it is turned away from now on, when this was too much
     */
    public Optional<Duration> charge(AgentId agent, int faults) {
        Account known = accounts.remove(agent);
        Account account = known == null ? new Account() : known;
        accounts.put(agent, account);
        if (accounts.size() > MAX_AGENTS) {
            forgetOne(agent);
        }
        if (tick < account.excludedUntil) {
            return Optional.empty(); // What was on its way when it was turned away.
        }
        account.faults = Math.max(0, account.faults - (tick - account.at)) + faults;
        account.at = tick;
        if (account.faults <= MAX_FAULTS) {
            return Optional.empty();
        }
        long seconds = FIRST_EXCLUSION.toSeconds();
        for (int i = 0; i < account.exclusions && seconds < MAX_EXCLUSION.toSeconds(); i++) {
            seconds *= 2;
        }
        seconds = Math.min(seconds, MAX_EXCLUSION.toSeconds());
        account.exclusions++;
        account.faults = 0;
        account.excludedUntil = tick + seconds;
        return Optional.of(Duration.ofSeconds(seconds));
    }

    private void forgetOne(AgentId newcomer) {
        Optional<AgentId> oldest = Optional.empty();
        for (Iterator<Map.Entry<AgentId, Account>> all = accounts.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<AgentId, Account> each = all.next();
            if (each.getKey().equals(newcomer)) {
                continue;
            }
            if (each.getValue().excludedUntil <= tick) {
                all.remove();
                return;
            }
            if (oldest.isEmpty()) {
                oldest = Optional.of(each.getKey());
            }
        }
        oldest.ifPresent(accounts::remove);
    }

    /** Whether a peer is turned away. */
    public boolean isExcluded(AgentId agent) {
        Account account = accounts.get(agent);
        return account != null && tick < account.excludedUntil;
    }

    /** How many are turned away. */
    public int excluded() {
        return (int) accounts.values().stream()
                .filter(account -> account.excludedUntil > tick)
                .count();
    }

    /** A second passed. */
    public void tick() {
        tick++;
    }
}
