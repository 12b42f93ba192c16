// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only when it is told to: a queue of tasks ordered by (time, order of scheduling).
 *
 * <p>The same calls give the same run, always. That holds only within one thread, so every call from another thread than
 * the one that made this object fails: a simulation in which a real thread took part would not replay.
 */
public final class VirtualTime {
    /** How many tasks may run without time passing before the run counts as stuck. */
    public static final int MAX_TASKS_AT_ONE_INSTANT = 20_000_000;

    private final Thread owner = Thread.currentThread();
    private final Instant start;

    /** Tasks of later moments. Those of this very moment that lie here are older than all in {@link #immediate}. */
    private final EventQueue later = new EventQueue();

    /** Tasks of this moment, scheduled in it. */
    private final ArrayDeque<EventQueue.Event> immediate = new ArrayDeque<>();

    private long now;
    private long sequence;
    private long steps;
    private long stepsAtThisInstant;
    private int cancelled;

    /**
     * @param start what {@link #now} says before any time has passed
     */
    public VirtualTime(Instant start) {
        this.start = start;
    }

    /**
     * The current moment.
     *
     * @return the start and what has passed since
     */
    public Instant now() {
        return start.plusNanos(now);
    }

    /**
     * How much time has passed.
     *
     * @return since the start
     */
    public Duration elapsed() {
        return Duration.ofNanos(now);
    }

    /** The same in nanoseconds. */
    long nanos() {
        return now;
    }

    /**
     * How many tasks have run.
     *
     * @return since the start
     */
    public long steps() {
        return steps;
    }

    /**
     * How many tasks wait.
     *
     * @return without those taken back
     */
    public int pending() {
        return later.size() + immediate.size() - cancelled;
    }

    /**
     * Plans a task.
     *
     * @param delay from now; zero or less means at this moment, behind all that is planned for it
     * @param task what to run
     * @return takes it back
     */
    public NodeLoop.Timer schedule(Duration delay, Runnable task) {
        checkThread();
        return scheduleNanos(delay.toNanos(), task);
    }

    /** The same with a delay in nanoseconds. */
    NodeLoop.Timer scheduleNanos(long delay, Runnable task) {
        EventQueue.Event event = new EventQueue.Event(this, now + Math.max(0, delay), sequence++, task);
        if (event.at == now) {
            immediate.add(event);
        } else {
            later.add(event);
        }
        return event;
    }

    /**
     * Runs the next task, at its time.
     *
     * @return false when there is none
     */
    public boolean step() {
        return stepUntil(Long.MAX_VALUE);
    }

    /**
     * Lets time pass and runs what is due, the tasks of the last moment included.
     *
     * @param duration how much
     */
    public void advance(Duration duration) {
        advanceUntil(() -> false, duration);
    }

    /**
     * Lets time pass, task by task, until a condition holds.
     *
     * @param condition looked at before each task
     * @param atMost how much time may pass; all of it passes when the condition never holds
     * @return whether the condition holds
     */
    public boolean advanceUntil(BooleanSupplier condition, Duration atMost) {
        long end = now + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (!stepUntil(end)) {
                now = end;
                stepsAtThisInstant = 0;
                return condition.getAsBoolean();
            }
        }
        return true;
    }

    private boolean stepUntil(long end) {
        checkThread();
        while (true) {
            EventQueue.Event head = later.peek();
            EventQueue.Event next;
            if (head != null && head.at <= end && (head.at == now || immediate.isEmpty())) {
                next = later.poll();
            } else {
                next = immediate.poll();
            }
            if (next == null) {
                return false;
            }
            Runnable task = next.take();
            if (task == null) {
                cancelled--;
                continue;
            }
            passTo(next.at);
            steps++;
            task.run();
            return true;
        }
    }

    private void passTo(long at) {
        if (at > now) {
            now = at;
            stepsAtThisInstant = 0;
        } else if (++stepsAtThisInstant > MAX_TASKS_AT_ONE_INSTANT) {
            throw new IllegalStateException(
                    "more than " + MAX_TASKS_AT_ONE_INSTANT + " tasks at " + elapsed() + ": time stands still");
        }
    }

    private void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("virtual time belongs to thread " + owner.getName() + ", called by "
                    + Thread.currentThread().getName());
        }
    }

    /** One of the tasks was taken back. */
    void cancelled() {
        checkThread();
        cancelled++;
        // Sessions set and drop timers all the time; without this the dead ones would outnumber the living.
        if (cancelled > 1_024 && cancelled > later.size() / 2) {
            cancelled -= later.dropCancelled();
        }
    }
}
