// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.storage.surreal.internal.session.LiveListener;
import io.peerkit.storage.surreal.internal.session.Query;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A server in virtual time that carries everything out: one after the other, each frame for its own time and that of its rows, and an answer
 * that takes its way. Counts frames.
 */
final class TimedServer implements SurrealSession {
    private static final long FRAME_MICROS = 400;
    private static final long ROW_MICROS = 35;
    private static final long WAY_MICROS = 500;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long freeAt;
    private long number;
    private int frames;

    private record Event(long at, long number, Runnable work) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    /** How many frames came. */
    int frames() {
        return frames;
    }

    /** Does the next thing; false when nothing is left to do. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        now = next.at();
        next.work().run();
        return true;
    }

    /** Runs work after a time. */
    void after(long micros, Runnable work) {
        events.add(new Event(now + micros, number++, work));
    }

    @Override
    public CompletableFuture<List<Object>> query(String statements, Map<String, Object> variables) {
        frames++;
        int rows = 0;
        for (Object value : variables.values()) {
            rows += value instanceof List<?> list ? list.size() : 0;
        }
        freeAt = Math.max(now, freeAt) + FRAME_MICROS + ROW_MICROS * rows;
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        after(freeAt - now + WAY_MICROS, () -> answer.complete(new ArrayList<>()));
        return answer;
    }

    @Override
    public CompletableFuture<Void> transaction(List<Query> queries) {
        throw new IllegalStateException("small writes take one frame");
    }

    @Override
    public void watch(String statement, Map<String, Object> variables, LiveListener listener) {
        throw new IllegalStateException("nobody watches");
    }

    @Override
    public Executor thread() {
        return Runnable::run;
    }

    @Override
    public void later(Runnable work, long nanos) {
        after(nanos / 1_000, work);
    }

    @Override
    public void close() {}
}
