// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Which ports are open, and which are to be asked for when: renewed at half of their lifetime, asked for again ever more
 * rarely when the router refuses. A clock that was set back makes all due.
 */
final class LeaseBook {
    /** The most ports that are mapped. */
    static final int MAX_PORTS = 8;

    /** However short a lifetime the router gives, it is asked no more often. */
    static final Duration MIN_RENEWAL = Duration.ofSeconds(30);

    /** However long a lifetime the router gives, it is asked no more rarely. */
    static final Duration MAX_RENEWAL = Duration.ofHours(1);

    static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    static final Duration MAX_RETRY = Duration.ofMinutes(30);

    private static final double JITTER = 0.25;

    private final Map<LocalPort, Entry> entries = new LinkedHashMap<>();
    private final RandomGenerator random;
    private Instant latest = Instant.MIN;

    LeaseBook(RandomGenerator random) {
        this.random = random;
    }

    private static final class Entry {
        private Optional<PortMapping> mapping = Optional.empty();
        private Instant expires = Instant.MIN;
        private Instant due = Instant.MIN;
        private Duration retry = FIRST_RETRY;
    }

    /**
     * Sets which ports shall be open.
     *
     * @return mappings to remove
     */
    List<PortMapping> want(Collection<LocalPort> ports) {
        List<LocalPort> wanted = ports.stream().distinct().limit(MAX_PORTS).toList();
        List<PortMapping> unwanted = new ArrayList<>();
        entries.entrySet().removeIf(each -> {
            boolean gone = !wanted.contains(each.getKey());
            if (gone) {
                each.getValue().mapping.ifPresent(unwanted::add);
            }
            return gone;
        });
        wanted.forEach(port -> entries.computeIfAbsent(port, key -> new Entry()));
        return unwanted;
    }

    /** The next port to ask for, if one is due. */
    Optional<LocalPort> due(Instant now) {
        if (now.isBefore(latest)) {
            entries.values().forEach(entry -> entry.due = Instant.MIN);
        }
        latest = now;
        return entries.entrySet().stream()
                .filter(each -> !each.getValue().due.isAfter(now))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The port to wish for outside: the one that is open, else the same as inside. */
    int wish(LocalPort local) {
        return Optional.ofNullable(entries.get(local))
                .flatMap(entry -> entry.mapping)
                .map(PortMapping::externalPort)
                .orElse(local.port());
    }

    /** The router has opened a port. */
    void mapped(PortMapping mapping, Instant now) {
        Entry entry = entries.get(mapping.local());
        if (entry != null) {
            entry.mapping = Optional.of(mapping);
            entry.expires = now.plus(mapping.lifetime());
            entry.due = now.plus(between(MIN_RENEWAL, mapping.lifetime().dividedBy(2), MAX_RENEWAL));
            entry.retry = FIRST_RETRY;
        }
    }

    /** The router has not opened a port. One that is open stays until it ends by itself. */
    void failed(LocalPort local, Instant now) {
        Entry entry = entries.get(local);
        if (entry != null) {
            double stretch = 1 + JITTER * random.nextDouble();
            entry.due = now.plusMillis((long) (entry.retry.toMillis() * stretch));
            entry.retry = between(FIRST_RETRY, entry.retry.multipliedBy(2), MAX_RETRY);
        }
    }

    /** There is another router, or none: nothing is open any more, all is due. */
    void routerChanged() {
        entries.replaceAll((port, entry) -> new Entry());
    }

    /** All is due, and what is open stays so. */
    void recheck() {
        entries.values().forEach(entry -> entry.due = Instant.MIN);
    }

    /** What is open. */
    List<PortMapping> open(Instant now) {
        return entries.values().stream()
                .filter(entry -> entry.expires.isAfter(now))
                .flatMap(entry -> entry.mapping.stream())
                .toList();
    }

    private static Duration between(Duration least, Duration value, Duration most) {
        Duration atLeast = value.compareTo(least) < 0 ? least : value;
        return atLeast.compareTo(most) > 0 ? most : atLeast;
    }
}
