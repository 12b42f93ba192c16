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
 * <p>Safe for use by any thread. Those who give tasks bound them: entries by what may wait in the integrator, messages
 * by dropping.
 */
public final class UserTasks implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(UserTasks.class);

    private final Executor executor;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

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
                running = false;
            }
        }
    }

    private void drain() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException e) {
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
