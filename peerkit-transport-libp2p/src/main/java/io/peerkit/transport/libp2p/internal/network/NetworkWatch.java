// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.network;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares looks at the machine: which addresses came and went, and whether it has slept in between. It has slept when a look came
 * much later than asked for, or when the wall's clock went on while the other stood still, which is what Linux does; a wall clock that
 * was set forward looks the same, and does no harm. Belongs to one thread.
 */
final class NetworkWatch {
    /** The time between looks. */
    static final Duration INTERVAL = Duration.ofSeconds(3);

    /** A look so much late, or clocks so far apart, mean that the machine has slept. */
    static final Duration JUMP = Duration.ofSeconds(10);

    /**
     * What is new.
     *
     * @param gone addresses that the machine had
     * @param changed whether addresses came or went
     * @param slept whether the machine has slept
     * @param news where this node can be reached now, when that is another answer than before and has held for two looks
     * @param <A> a place at which it can be reached
     */
    record Look<A>(Set<InetAddress> gone, boolean changed, boolean slept, Optional<List<A>> news) {}

    private Set<InetAddress> present;
    private List<?> told;
    private List<?> seen;
    private long monotonicNanos;
    private long wallMillis;

    NetworkWatch(Set<InetAddress> present, List<?> addresses, long monotonicNanos, long wallMillis) {
        this.present = Set.copyOf(present);
        this.told = List.copyOf(addresses);
        this.seen = told;
        this.monotonicNanos = monotonicNanos;
        this.wallMillis = wallMillis;
    }

    /** Compares with the look before. */
    <A> Look<A> look(Set<InetAddress> now, List<A> addresses, long nowNanos, long nowMillis) {
        Set<InetAddress> gone = new LinkedHashSet<>(present);
        gone.removeAll(now);
        boolean changed = !present.equals(now);
        present = Set.copyOf(now);
        long passedMillis = Duration.ofNanos(nowNanos - monotonicNanos).toMillis();
        boolean late = passedMillis >= INTERVAL.plus(JUMP).toMillis();
        boolean apart = nowMillis - wallMillis - passedMillis >= JUMP.toMillis();
        monotonicNanos = nowNanos;
        wallMillis = nowMillis;
        boolean settled = seen.equals(addresses);
        seen = List.copyOf(addresses);
        Optional<List<A>> news = Optional.empty();
        if (settled && !told.equals(addresses)) {
            told = seen;
            news = Optional.of(List.copyOf(addresses));
        }
        return new Look<>(gone, changed, late || apart, news);
    }

    /** Others were told of the addresses on another occasion. */
    void told(List<?> addresses) {
        told = List.copyOf(addresses);
    }
}
