// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * The serial executor that owns all mutable state of a node, with its clock and its source of chance. A simulation gives
 * one with virtual time.
 *
 * <p>Tasks run one at a time, in the order in which they were given. {@link #execute} and {@link #schedule} are safe for
 * use by any thread; {@link #random} belongs to tasks on the loop. A closed loop drops tasks.
 */
public interface NodeLoop extends Executor {
    /**
     * Runs a task on the loop after a while.
     *
     * @param delay how long to wait; zero or less means as soon as possible
     * @param task what to run
     * @return takes the wish back
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * The wall-clock time; it may step.
     *
     * @return now
     */
    Instant now();

    /**
     * Chance that nobody outside can foresee, except in a simulation, where its seed is printed.
     *
     * @return the generator
     */
    RandomGenerator random();

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Timer {
        /** Drops the task if it has not begun. Repeating it does nothing. */
        void cancel();
    }
}
