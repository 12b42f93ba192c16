// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides when each address of a node is dialed, without IO, clock or thread.
 *
 * <p>Each address starts at its time by {@link DialRank}, or as soon as one before it has failed; a relayed one not before
 * nothing else is under way. The first that succeeds wins and the others are given up. A failure that no other address can mend
 * ends the whole, and so does the time for all of them together.
 *
 * <p>Times are nanoseconds from any fixed point. Tell each attempt's end once; what is told after {@link #isOver} has no effect.
 */
final class DialPlan {
    /** The most addresses that are dialed at a time; the others wait for one of them to fail. */
    static final int MAX_RUNNING = 8;

    /** What the driver has to do. */
    sealed interface Action {}

    /** Dial an address. */
    record Dial(Multiaddr address) implements Action {}

    /** Give an address up that is being dialed. */
    record Cancel(Multiaddr address) implements Action {}

    /** Call {@link #woken} at that time; replaces what was asked before. */
    record WakeAt(long nanos) implements Action {}

    /** Nothing answered; tell why. */
    record GiveUp(Throwable why) implements Action {}

    private final List<DialRank.Ranked> waiting;
    private final Set<Multiaddr> running = new LinkedHashSet<>();
    private final Duration limit;
    private long startNanos;
    private Throwable lastFailure = new PeerUnreachableException("no address to dial");
    private boolean over;

    /**
     * Plans the dialing of one node.
     *
     * @param addresses in any order; of equal rank those first come first
     * @param limit how long all together may take
     */
    DialPlan(List<Multiaddr> addresses, Duration limit) {
        waiting = new ArrayList<>(DialRank.rank(addresses));
        this.limit = limit;
    }

    /** Whether nothing more will be asked for. */
    boolean isOver() {
        return over;
    }

    List<Action> start(long now) {
        startNanos = now;
        return proceed(now);
    }

    List<Action> woken(long now) {
        if (over) {
            return List.of();
        }
        if (now - startNanos >= limit.toNanos()) {
            return end(new PeerUnreachableException("none of the node's addresses answered within " + limit));
        }
        return proceed(now);
    }

    /** An attempt was successful: the others are given up. */
    List<Action> succeeded(Multiaddr address) {
        if (over) {
            return List.of();
        }
        running.remove(address);
        return stop();
    }

    /**
     * An attempt failed.
     *
     * @param address whose
     * @param why a {@link PeerUnreachableException} when another address may do better
     * @param now the time
     */
    List<Action> failed(Multiaddr address, Throwable why, long now) {
        if (over || !running.remove(address)) {
            return List.of();
        }
        lastFailure = why;
        if (!(why instanceof PeerUnreachableException)) {
            return end(why);
        }
        List<Action> actions = new ArrayList<>();
        waiting.stream()
                .filter(next -> !next.address().isRelayed())
                .findFirst()
                .or(() -> running.isEmpty() ? waiting.stream().findFirst() : Optional.empty())
                .ifPresent(next -> dial(next, actions));
        actions.addAll(proceed(now));
        return actions;
    }

    private List<Action> proceed(long now) {
        List<Action> actions = new ArrayList<>();
        while (isRoom() && dueNanos(waiting.get(0)) - now <= 0) {
            dial(waiting.get(0), actions);
        }
        if (waiting.isEmpty() && running.isEmpty()) {
            return end(lastFailure);
        }
        long end = startNanos + limit.toNanos();
        actions.add(new WakeAt(isRoom() ? Math.min(dueNanos(waiting.get(0)) - end, 0) + end : end));
        return actions;
    }

    private boolean isRoom() {
        return !waiting.isEmpty() && running.size() < MAX_RUNNING;
    }

    private long dueNanos(DialRank.Ranked next) {
        return startNanos + next.delay().toNanos();
    }

    private void dial(DialRank.Ranked next, List<Action> actions) {
        waiting.remove(next);
        running.add(next.address());
        actions.add(new Dial(next.address()));
    }

    private List<Action> end(Throwable why) {
        List<Action> actions = new ArrayList<>();
        actions.add(new GiveUp(why));
        actions.addAll(stop());
        return actions;
    }

    private List<Action> stop() {
        over = true;
        waiting.clear();
        List<Action> actions = running.stream().<Action>map(Cancel::new).toList();
        running.clear();
        return actions;
    }
}
