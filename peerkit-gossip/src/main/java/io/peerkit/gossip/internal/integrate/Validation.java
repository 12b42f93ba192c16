// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.api.AgentId;
import io.peerkit.api.EntryId;
import io.peerkit.api.IntegrationVerdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which entries the application is shown when, and what follows from its answers.
 *
 * <p>Each author has a lane: of its entries one call at a time is under way, in order. Lanes do not wait for each other; a
 * call takes the first entries, by arrival, of all lanes that are free, up to the size of a batch. A batch that fails is asked
 * again in quarters, one that is late entry by entry, so that in the end an entry fails alone. Time is the caller's: it says
 * when a call is late. What waits is bounded by the caller.
 *
 * <p>For one thread.
 *
 * @param <T> an entry as the caller knows it
 */
final class Validation<T> {
    /** An author that was late so often in a row, without an answer between, is given up with all that waits of it. */
    static final int MAX_LATE_IN_A_ROW = 3;

    /** A batch that failed is asked again in so many parts. */
    private static final int PARTS = 4;

    /**
     * Bounds.
     *
     * @param maxBatch the most entries in a call
     * @param maxConcurrency the most calls under way
     * @param maxStuck with so many calls that were late and have not returned, no more are made
     */
    record Limits(int maxBatch, int maxConcurrency, int maxStuck) {}

    /** Why an entry failed. */
    enum Failure {
        /** The application threw, or answered nonsense. */
        THREW,
        /** The application did not answer in time. */
        LATE,
        /** It waited behind others of its author that were late again and again. */
        BEHIND
    }

    /** What to do. */
    sealed interface Action<T> permits Ask, Settle, Fail {}

    /**
     * Show entries to the application; then say {@link #returned} and one of {@link #answered}, {@link #failed} and {@link #late}.
     *
     * @param call names the call
     * @param entries in order
     */
    record Ask<T>(long call, List<T> entries) implements Action<T> {}

    /** The application answered. */
    record Settle<T>(T entry, IntegrationVerdict verdict) implements Action<T> {}

    /** There is no answer; the entry is out of this machine. */
    record Fail<T>(T entry, Failure why) implements Action<T> {}

    private record Pending<T>(EntryId id, T entry, Lane<T> lane, long number, int limit) {}

    private static final class Lane<T> {
        private final AgentId author;
        private final Deque<Pending<T>> waiting = new ArrayDeque<>();
        private boolean busy;
        private int lateInARow;

        Lane(AgentId author) {
            this.author = author;
        }
    }

    private static final class Call<T> {
        private final List<Pending<T>> entries;
        private boolean returned;

        Call(List<Pending<T>> entries) {
            this.entries = entries;
        }

        Set<Lane<T>> lanes() {
            Set<Lane<T>> lanes = new LinkedHashSet<>();
            entries.forEach(pending -> lanes.add(pending.lane));
            return lanes;
        }
    }

    private final Limits limits;
    private final Map<AgentId, Lane<T>> lanes = new HashMap<>();

    /** Lanes that are free and have something waiting, by the number of what is first. */
    private final TreeMap<Long, Lane<T>> ready = new TreeMap<>();

    private final Map<Long, Call<T>> running = new HashMap<>();

    /** Calls that were late and have not returned. */
    private final Map<Long, Call<T>> stuck = new HashMap<>();

    private final Set<EntryId> stuckAlone = new HashSet<>();
    private long numbers;
    private long callNumbers;
    private int size;

    Validation(Limits limits) {
        this.limits = limits;
    }

    /** An entry waits from now on; {@link #next} says when to ask. */
    void add(EntryId id, AgentId author, T entry) {
        Lane<T> lane = lanes.computeIfAbsent(author, Lane::new);
        Pending<T> pending = new Pending<>(id, entry, lane, numbers++, limits.maxBatch());
        lane.waiting.add(pending);
        size++;
        if (!lane.busy && lane.waiting.size() == 1) {
            ready.put(pending.number, lane);
        }
    }

    /** Whom to ask now. */
    List<Action<T>> next() {
        List<Action<T>> actions = new ArrayList<>();
        while (!ready.isEmpty() && running.size() < limits.maxConcurrency() && stuck.size() < limits.maxStuck()) {
            actions.add(ask());
        }
        return actions;
    }

    private Action<T> ask() {
        List<Pending<T>> batch = new ArrayList<>();
        int limit = limits.maxBatch();
        while (!ready.isEmpty()) {
            Lane<T> lane = ready.firstEntry().getValue();
            limit = Math.min(limit, lane.waiting.element().limit);
            if (batch.size() >= limit) {
                break;
            }
            ready.pollFirstEntry();
            batch.add(lane.waiting.remove());
            makeReady(lane);
        }
        Call<T> call = new Call<>(batch);
        for (Lane<T> lane : call.lanes()) {
            lane.busy = true;
            if (!lane.waiting.isEmpty()) {
                ready.remove(lane.waiting.element().number);
            }
        }
        long number = callNumbers++;
        running.put(number, call);
        return new Ask<>(number, batch.stream().map(Pending::entry).toList());
    }

    private void makeReady(Lane<T> lane) {
        if (!lane.waiting.isEmpty()) {
            ready.put(lane.waiting.element().number, lane);
        }
    }

    /** The application answered, one verdict for each entry; nothing when the call was late. */
    List<Action<T>> answered(long number, List<IntegrationVerdict> verdicts) {
        Call<T> call = running.get(number);
        if (call == null) {
            return List.of();
        }
        if (verdicts.size() != call.entries.size()) {
            return failed(number);
        }
        running.remove(number);
        List<Action<T>> actions = new ArrayList<>();
        for (int i = 0; i < verdicts.size(); i++) {
            actions.add(new Settle<>(call.entries.get(i).entry, verdicts.get(i)));
        }
        size -= verdicts.size();
        for (Lane<T> lane : call.lanes()) {
            lane.lateInARow = 0;
            free(lane);
        }
        return actions;
    }

    /** The application threw; nothing when the call was late. */
    List<Action<T>> failed(long number) {
        Call<T> call = running.remove(number);
        return call == null ? List.of() : over(call, Failure.THREW);
    }

    /** The deadline of a call passed; nothing when it was answered. */
    List<Action<T>> late(long number) {
        Call<T> call = running.remove(number);
        if (call == null) {
            return List.of();
        }
        if (!call.returned) {
            stuck.put(number, call);
            if (call.entries.size() == 1) {
                stuckAlone.add(call.entries.get(0).id);
            }
        }
        return over(call, Failure.LATE);
    }

    /** The application's method returned, whether it answered or will. */
    void returned(long number) {
        Call<T> call = running.get(number);
        if (call != null) {
            call.returned = true;
        }
        Call<T> late = stuck.remove(number);
        if (late != null) {
            late.entries.forEach(pending -> stuckAlone.remove(pending.id));
        }
    }

    private List<Action<T>> over(Call<T> call, Failure why) {
        List<Action<T>> actions = new ArrayList<>();
        int count = call.entries.size();
        if (count > 1) {
            int limit = why == Failure.LATE ? 1 : Math.max(1, count / PARTS);
            for (int i = count - 1; i >= 0; i--) {
                Pending<T> again = call.entries.get(i);
                again.lane.waiting.addFirst(new Pending<>(again.id, again.entry, again.lane, again.number, limit));
            }
        } else {
            size--;
            actions.add(new Fail<>(call.entries.get(0).entry, why));
            Lane<T> lane = call.entries.get(0).lane;
            lane.lateInARow = why == Failure.LATE ? lane.lateInARow + 1 : 0;
            if (lane.lateInARow >= MAX_LATE_IN_A_ROW) {
                size -= lane.waiting.size();
                lane.waiting.forEach(behind -> actions.add(new Fail<>(behind.entry, Failure.BEHIND)));
                lane.waiting.clear();
            }
        }
        call.lanes().forEach(this::free);
        return actions;
    }

    private void free(Lane<T> lane) {
        lane.busy = false;
        if (lane.waiting.isEmpty()) {
            lanes.remove(lane.author);
        } else {
            makeReady(lane);
        }
    }

    /** Whether a call for this entry alone was late and has not returned: asking again would cost another thread. */
    boolean isStuck(EntryId id) {
        return stuckAlone.contains(id);
    }

    /** How many entries wait or are being looked at. */
    int size() {
        return size;
    }
}
