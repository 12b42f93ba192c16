// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class UserTasksTest {
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void execute_slowExecutor_oneTaskGivenAndOrderKept() {
        Deque<Runnable> given = new ArrayDeque<>();
        UserTasks tasks = new UserTasks(given::add);
        for (int i = 0; i < 3; i++) {
            int number = i;
            tasks.execute(() -> ran.add(number));
        }
        assertThat(given).hasSize(1);
        assertThat(tasks.size()).isEqualTo(3);
        given.remove().run();
        assertThat(ran).containsExactly(0, 1, 2);
        tasks.execute(() -> ran.add(3));
        assertThat(given).hasSize(1);
    }

    @Test
    void execute_taskThrows_othersRun() {
        UserTasks tasks = new UserTasks(Runnable::run);
        tasks.execute(() -> {
            throw new IllegalStateException("from the test");
        });
        tasks.execute(() -> ran.add(1));
        assertThat(ran).containsExactly(1);
    }

    @Test
    void execute_taskThrowsAnError_othersRun() {
        UserTasks tasks = new UserTasks(Runnable::run);
        tasks.execute(() -> {
            throw new NoClassDefFoundError("from the test");
        });
        tasks.execute(() -> ran.add(1));
        assertThat(ran).containsExactly(1);
    }

    @Test
    void offer_tooManyBytesWait_refusedUntilSomeHaveRun() {
        Deque<Runnable> given = new ArrayDeque<>();
        UserTasks tasks = new UserTasks(given::add);
        int half = (int) (UserTasks.MAX_OFFERED_BYTES / 2);
        assertThat(tasks.offer(() -> ran.add(1), half)).isTrue();
        assertThat(tasks.offer(() -> ran.add(2), half)).isTrue();
        assertThat(tasks.offer(() -> ran.add(3), 1)).isFalse();
        given.remove().run();
        assertThat(ran).containsExactly(1, 2);
        assertThat(tasks.offer(() -> ran.add(4), half)).isTrue();
    }

    @Test
    void offer_tooManyWait_refused() {
        UserTasks tasks = new UserTasks(task -> {});
        for (int i = 0; i < UserTasks.MAX_OFFERED; i++) {
            assertThat(tasks.offer(() -> {}, 0)).isTrue();
        }
        assertThat(tasks.offer(() -> {}, 0)).isFalse();
    }

    @Test
    void execute_fromWithinATask_runsBehindIt() {
        UserTasks tasks = new UserTasks(Runnable::run);
        tasks.execute(() -> {
            tasks.execute(() -> ran.add(2));
            ran.add(1);
        });
        assertThat(ran).containsExactly(1, 2);
    }

    @Test
    void execute_executorClosed_tasksAreDropped() {
        UserTasks tasks = new UserTasks(task -> {
            throw new RejectedExecutionException();
        });
        tasks.execute(() -> ran.add(1));
        assertThat(tasks.size()).isZero();
        assertThat(ran).isEmpty();
    }
}
