// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import io.peerkit.gossip.NodeLoop;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node loop on one thread of its own, in real time. */
final class SerialLoop implements NodeLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SerialLoop.class);

    private final SecureRandom random = new SecureRandom();
    private final ScheduledThreadPoolExecutor executor;

    SerialLoop(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> new NodeThread(this, task, name));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.trace("task dropped, the loop is closed", e);
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> future =
                    executor.schedule(guarded(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.trace("timer dropped, the loop is closed", e);
            return () -> {};
        }
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** Drops what waits and ends the thread; returns when it has ended, or after 5 s, or at once when called on it. */
    void close() {
        executor.shutdownNow();
        NodeThread.awaitEnd(this, executor);
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // One broken task must not end the thread that owns the node's state.
                LOG.error("a task on the node loop failed", e);
            }
        };
    }
}
