// SPDX-License-Identifier: Apache-2.0
package io.peerkit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    private final Deque<Runnable> given = new ArrayDeque<>();
    private final List<Integer> ran = new ArrayList<>();

    private void runGiven() {
        while (!given.isEmpty()) {
            given.poll().run();
        }
    }

    @Test
    void execute_manyTasks_runInOrderInOneTurnAtATime() {
        SerialExecutor executor = new SerialExecutor(given::add);
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            executor.execute(() -> ran.add(number));
            assertThat(given).hasSize(1);
        }

        runGiven();

        assertThat(ran).hasSize(1_000).isSorted();
    }

    @Test
    void execute_taskThatThrows_theNextOnesRun() {
        SerialExecutor executor = new SerialExecutor(given::add);
        executor.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        executor.execute(() -> ran.add(1));

        runGiven();

        assertThat(ran).containsExactly(1);
    }

    @Test
    void execute_executorIsClosed_dropsAndDoesNotThrow() {
        SerialExecutor executor = new SerialExecutor(task -> {
            throw new RejectedExecutionException("closed");
        });

        executor.execute(() -> ran.add(1));

        assertThat(ran).isEmpty();
    }
}
