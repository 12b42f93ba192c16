// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One thread of real time. */
final class RealTimeLoop implements NodeLoop, AutoCloseable {
    private final ScheduledThreadPoolExecutor executor;
    private final RandomGenerator random;
    private final Instant start = Instant.now();
    private final long startNanos = System.nanoTime();
    private volatile @Nullable Thread current;

    RealTimeLoop(String name, long seed) {
        random = new SplittableRandom(seed);
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    current = thread;
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(reported(task));
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        ScheduledFuture<?> future =
                executor.schedule(reported(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** A monotonic reading, so that a step of the machine's clock cannot reorder frames. */
    @Override
    public Instant now() {
        return start.plusNanos(System.nanoTime() - startNanos);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    boolean isCurrent() {
        return Thread.currentThread() == current;
    }

    boolean isClosed() {
        return executor.isShutdown();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** The executor would keep what a task throws to itself. */
    private static Runnable reported(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
                throw e;
            }
        };
    }
}
