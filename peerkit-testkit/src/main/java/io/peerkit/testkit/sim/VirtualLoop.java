// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A node loop on virtual time, with a wall clock that can be wrong and a seeded source of chance.
 *
 * <p>Belongs to the thread of its {@link VirtualTime}.
 */
public final class VirtualLoop implements NodeLoop {
    private final VirtualTime time;
    private final RandomGenerator random;
    private final Duration taskCost;
    private final ArrayDeque<Task> ready = new ArrayDeque<>();
    private Duration clockOffset = Duration.ZERO;
    private boolean scheduled;
    private boolean closed;

    /**
     * A loop whose tasks take no time.
     *
     * @param time the time it lives in
     * @param seed of its random generator
     */
    public VirtualLoop(VirtualTime time, long seed) {
        this(time, seed, Duration.ZERO);
    }

    /**
     * A loop that is busy for a while with each task, as a slow machine is.
     *
     * @param time the time it lives in
     * @param seed of its random generator
     * @param taskCost how long after the start of one task the next may start
     */
    public VirtualLoop(VirtualTime time, long seed, Duration taskCost) {
        this.time = time;
        this.random = new SplittableRandom(seed);
        this.taskCost = taskCost;
    }

    @Override
    public void execute(Runnable task) {
        add(new Task(task));
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Task wish = new Task(task);
        if (closed) {
            return wish;
        }
        Timer timer = time.schedule(delay, () -> add(wish));
        return () -> {
            timer.cancel();
            wish.cancel();
        };
    }

    @Override
    public Instant now() {
        return time.now().plus(clockOffset);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /**
     * Makes the wall clock jump, as a user or a time server does. Delays that run already keep their length.
     *
     * @param by forward, or back when negative
     */
    public void stepClock(Duration by) {
        clockOffset = clockOffset.plus(by);
    }

    /** Drops all tasks, those to come as well: the process died. */
    public void close() {
        closed = true;
        ready.clear();
    }

    private void add(Task task) {
        if (closed || task.cancelled) {
            return;
        }
        ready.add(task);
        if (!scheduled) {
            scheduled = true;
            time.scheduleNanos(0, this::runNext);
        }
    }

    private void runNext() {
        Task task = ready.poll();
        if (task == null) {
            scheduled = false;
            return;
        }
        try {
            if (!task.cancelled) {
                task.what.run();
            }
        } finally {
            // A machine that needs time for a task stays busy behind the last one, too.
            scheduled = !ready.isEmpty() || !taskCost.isZero();
            if (scheduled) {
                time.schedule(taskCost, this::runNext);
            }
        }
    }

    private static final class Task implements Timer {
        private final Runnable what;
        private boolean cancelled;

        private Task(Runnable what) {
            this.what = what;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
