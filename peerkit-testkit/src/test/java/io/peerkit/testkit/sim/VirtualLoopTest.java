// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualLoopTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final VirtualTime time = new VirtualTime(START);
    private final List<String> log = new ArrayList<>();

    @Test
    void execute_withinATask_runsAfterItAndInOrder() {
        VirtualLoop loop = new VirtualLoop(time, 1);
        loop.execute(() -> {
            loop.execute(() -> log.add("second"));
            loop.execute(() -> log.add("third"));
            log.add("first");
        });
        time.advance(Duration.ZERO);
        assertThat(log).containsExactly("first", "second", "third");
    }

    @Test
    void execute_tasksCostTime_nextStartsWhenTheLoopIsFree() {
        VirtualLoop loop = new VirtualLoop(time, 1, Duration.ofMillis(3));
        for (int i = 0; i < 3; i++) {
            loop.execute(() -> log.add("at " + time.elapsed().toMillis()));
        }
        time.advance(Duration.ofMillis(7));
        loop.execute(() -> log.add("at " + time.elapsed().toMillis()));
        time.advance(Duration.ofMillis(100));
        loop.execute(() -> log.add("at " + time.elapsed().toMillis()));
        time.advance(Duration.ofMillis(1));

        assertThat(log).containsExactly("at 0", "at 3", "at 6", "at 9", "at 107");
    }

    @Test
    void execute_taskThrows_callerOfTimeSeesItAndTheLoopGoesOn() {
        VirtualLoop loop = new VirtualLoop(time, 1);
        loop.execute(() -> {
            throw new IllegalStateException("broken task");
        });
        loop.execute(() -> log.add("next"));

        assertThatThrownBy(() -> time.advance(Duration.ZERO)).hasMessage("broken task");
        time.advance(Duration.ZERO);
        assertThat(log).containsExactly("next");
    }

    @Test
    void schedule_cancelledWhileWaitingForItsTurn_dropped() {
        VirtualLoop loop = new VirtualLoop(time, 1);
        List<NodeLoop.Timer> timers = new ArrayList<>();
        timers.add(loop.schedule(Duration.ofMillis(5), () -> timers.get(1).cancel()));
        timers.add(loop.schedule(Duration.ofMillis(5), () -> log.add("dropped")));
        timers.add(loop.schedule(Duration.ofMillis(5), () -> log.add("kept")));

        time.advance(Duration.ofMillis(5));

        assertThat(log).containsExactly("kept");
    }

    @Test
    void stepClock_timersRunning_wallClockJumpsAndDelaysStay() {
        VirtualLoop loop = new VirtualLoop(time, 1);
        VirtualLoop other = new VirtualLoop(time, 2);
        loop.schedule(Duration.ofSeconds(1), () -> log.add("ran"));

        loop.stepClock(Duration.ofHours(-2));
        time.advance(Duration.ofMillis(999));
        assertThat(log).isEmpty();
        time.advance(Duration.ofMillis(1));

        assertThat(log).containsExactly("ran");
        assertThat(loop.now()).isEqualTo(START.plusSeconds(1).minus(Duration.ofHours(2)));
        assertThat(other.now()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void close_tasksWaiting_noneRuns() {
        VirtualLoop loop = new VirtualLoop(time, 1);
        loop.schedule(Duration.ofMillis(1), () -> log.add("timer"));
        loop.execute(() -> {
            log.add("first");
            loop.close();
        });
        loop.execute(() -> log.add("second"));
        time.advance(Duration.ofMillis(2));
        loop.execute(() -> log.add("late"));
        time.advance(Duration.ofMillis(2));

        assertThat(log).containsExactly("first");
    }

    @Test
    void random_sameSeed_sameNumbers() {
        assertThat(new VirtualLoop(time, 7).random().nextLong())
                .isEqualTo(new VirtualLoop(time, 7).random().nextLong())
                .isNotEqualTo(new VirtualLoop(time, 8).random().nextLong());
    }
}
