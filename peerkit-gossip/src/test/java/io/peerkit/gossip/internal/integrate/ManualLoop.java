// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A loop whose time is moved by hand, and whose tasks run when they are told to. */
final class ManualLoop implements NodeLoop {
    private record Due(Instant at, Runnable task, boolean[] cancelled) {}

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Due> timers = new ArrayList<>();
    private Instant now;

    ManualLoop(Instant start) {
        now = start;
    }

    void run() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    void advance(Duration by) {
        now = now.plus(by);
        List<Due> due = timers.stream().filter(timer -> !timer.at.isAfter(now)).toList();
        timers.removeAll(due);
        due.stream().filter(timer -> !timer.cancelled[0]).forEach(timer -> timer.task.run());
        run();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        boolean[] cancelled = new boolean[1];
        timers.add(new Due(now.plus(delay), task, cancelled));
        return () -> cancelled[0] = true;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public RandomGenerator random() {
        return new Random(1);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }
}
