// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the application's code on its executor, one task at a time and in order. What a task throws is logged.
 *
 * <p>Safe for use by any thread. Those who {@link #execute} bound their tasks: entries by what may wait in the integrator.
 * Events that may be lost, as messages may, are {@link #offer}ed.
 */
public final class UserTasks implements Executor {
    /** Above this many waiting tasks no more are taken by {@link #offer}. */
    public static final int MAX_OFFERED = 16_384;

    /** The most bytes of waiting tasks that came by {@link #offer}. */
    public static final long MAX_OFFERED_BYTES = 16L * 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(UserTasks.class);

    private final Executor executor;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;
    private long offeredBytes;

    /**
     * @param executor the application's
     */
    public UserTasks(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        submit();
    }

    /**
     * Takes a task that may be lost.
     *
     * @param bytes what it holds on to
     * @return false when too much waits; then it is dropped
     */
    public boolean offer(Runnable task, int bytes) {
        synchronized (waiting) {
            if (waiting.size() >= MAX_OFFERED || offeredBytes + bytes > MAX_OFFERED_BYTES) {
                return false;
            }
            offeredBytes += bytes;
        }
        execute(() -> {
            synchronized (waiting) {
                offeredBytes -= bytes;
            }
            task.run();
        });
        return true;
    }

    /** How many tasks wait. */
    public int size() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private void submit() {
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException e) {
            LOG.warn("the user executor takes no more tasks; events are dropped");
            synchronized (waiting) {
                waiting.clear();
                offeredBytes = 0;
                running = false;
            }
        }
    }

    private void drain() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (Throwable e) { // the application's code may throw anything, and the next task must run
                LOG.error("the application's listener failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (waiting) {
            Runnable task = waiting.poll();
            running = task != null;
            return task;
        }
    }
}
