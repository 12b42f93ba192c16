// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.gossip.NodeLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final VirtualTime time = new VirtualTime(START);
    private final List<String> log = new ArrayList<>();

    @Test
    void advance_tasksOutOfOrder_runByTimeThenByOrderOfScheduling() {
        time.schedule(Duration.ofMillis(20), () -> log.add("c"));
        time.schedule(Duration.ofMillis(10), () -> log.add("a"));
        time.schedule(Duration.ofMillis(10), () -> log.add("b"));
        time.schedule(Duration.ZERO, () -> log.add("now"));

        time.advance(Duration.ofMillis(20));

        assertThat(log).containsExactly("now", "a", "b", "c");
        assertThat(time.now()).isEqualTo(START.plusMillis(20));
        assertThat(time.steps()).isEqualTo(4);
    }

    @Test
    void advance_dueOneNanosecondLater_waits() {
        time.schedule(Duration.ofMillis(10).plusNanos(1), () -> log.add("late"));

        time.advance(Duration.ofMillis(10));
        assertThat(log).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(log).containsExactly("late");
    }

    @Test
    void schedule_zeroDelayWithinATask_runsBehindOlderTasksOfThatMoment() {
        time.schedule(Duration.ofMillis(1), () -> {
            log.add("first");
            time.schedule(Duration.ofMillis(-5), () -> log.add("nested"));
        });
        time.schedule(Duration.ofMillis(1), () -> log.add("second"));

        time.advance(Duration.ofMillis(1));

        assertThat(log).containsExactly("first", "second", "nested");
    }

    @Test
    void cancel_beforeAndAfterItsTime_dropsOnlyWhatHasNotRun() {
        NodeLoop.Timer dropped = time.schedule(Duration.ofMillis(1), () -> log.add("dropped"));
        NodeLoop.Timer kept = time.schedule(Duration.ofMillis(2), () -> log.add("kept"));
        dropped.cancel();
        dropped.cancel();

        assertThat(time.pending()).isEqualTo(1);
        time.advance(Duration.ofMillis(5));
        kept.cancel();

        assertThat(log).containsExactly("kept");
        assertThat(time.pending()).isZero();
    }

    @Test
    void cancel_mostOfMany_deadTasksAreNotKept() {
        time.schedule(Duration.ofDays(1), () -> log.add("kept"));
        for (int i = 0; i < 100_000; i++) {
            time.schedule(Duration.ofHours(1), () -> log.add("dropped")).cancel();
            assertThat(time.pending()).isEqualTo(1);
        }
        time.advance(Duration.ofDays(2));
        assertThat(log).containsExactly("kept");
    }

    @Test
    void advanceUntil_conditionComesTrue_stopsThere() {
        time.schedule(Duration.ofSeconds(1), () -> log.add("x"));
        time.schedule(Duration.ofSeconds(2), () -> log.add("y"));

        assertThat(time.advanceUntil(() -> log.contains("x"), Duration.ofSeconds(9)))
                .isTrue();
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(1));
        assertThat(time.advanceUntil(() -> log.contains("z"), Duration.ofSeconds(9)))
                .isFalse();
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void schedule_fromAnotherThread_refused() {
        CompletableFuture<Void> elsewhere =
                CompletableFuture.runAsync(() -> time.schedule(Duration.ZERO, () -> log.add("never")));

        assertThatThrownBy(elsewhere::join)
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("virtual time belongs to thread");
    }

    @Test
    void advance_randomSchedule_sameRunTwice() {
        long seed = Simulation.seed(11);
        assertThat(randomRun(seed)).isEqualTo(randomRun(seed)).isNotEqualTo(randomRun(seed + 1));
    }

    private static List<String> randomRun(long seed) {
        VirtualTime time = new VirtualTime(START);
        Random random = new Random(seed);
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int name = i;
            time.schedule(Duration.ofMillis(random.nextInt(50)), () -> {
                order.add(name + " at " + time.elapsed());
                if (random.nextInt(3) > 0) {
                    time.schedule(Duration.ofMillis(random.nextInt(5)), () -> order.add("after " + name));
                }
            });
        }
        time.advance(Duration.ofSeconds(1));
        return order;
    }
}
