// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.EntryId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The entries between proof and store, whoever brought them, and those who wait until the entries of a moment are through.
 * As bounded as what waits in the integrator. Belongs to the node loop.
 */
final class UnderWay {
    private record Numbered(Arrival arrival, long number) {}

    private static final class Waiter {
        private final long upTo;
        private final CompletableFuture<Boolean> through = new CompletableFuture<>();
        private boolean whole = true;

        Waiter(long upTo) {
            this.upTo = upTo;
        }
    }

    /** In the order of their numbers, so that the first is the oldest. */
    private final Map<EntryId, Numbered> arrivals = new LinkedHashMap<>();

    /** In the order of their moments. */
    private final Deque<Waiter> waiters = new ArrayDeque<>();

    private long numbers;

    void add(Arrival arrival) {
        EntryId id = arrival.entry().stored().id();
        arrivals.remove(id); // so that it stands where its new number belongs
        arrivals.put(id, new Numbered(arrival, ++numbers));
    }

    Optional<Arrival> get(EntryId id) {
        return Optional.ofNullable(arrivals.get(id)).map(Numbered::arrival);
    }

    boolean contains(EntryId id) {
        return arrivals.containsKey(id);
    }

    Collection<Arrival> all() {
        return Collections.unmodifiableList(
                arrivals.values().stream().map(Numbered::arrival).toList());
    }

    /** An entry is stored, or will not be now. */
    void left(EntryId id, boolean stored) {
        Numbered gone = arrivals.remove(id);
        if (gone == null) {
            return;
        }
        if (!stored) {
            waiters.stream().filter(waiter -> gone.number() <= waiter.upTo).forEach(waiter -> waiter.whole = false);
        }
        release();
    }

    private void release() {
        if (waiters.isEmpty()) {
            return;
        }
        Iterator<Numbered> first = arrivals.values().iterator();
        long oldest = first.hasNext() ? first.next().number() : Long.MAX_VALUE;
        while (!waiters.isEmpty() && waiters.element().upTo < oldest) {
            Waiter waiter = waiters.remove();
            waiter.through.complete(waiter.whole);
        }
    }

    /** Completes when all that is under way now is through; true when all of it was stored. */
    CompletableFuture<Boolean> settled() {
        Waiter waiter = new Waiter(numbers);
        waiters.add(waiter);
        release();
        return waiter.through;
    }
}
