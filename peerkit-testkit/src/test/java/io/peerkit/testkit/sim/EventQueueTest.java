// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    private record Expected(long at, long sequence) implements Comparable<Expected> {
        @Override
        public int compareTo(Expected other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    @Test
    void poll_randomTimesAddedAndTaken_asAPriorityQueueGives() {
        Random random = new Random(Simulation.seed(5));
        VirtualTime time = new VirtualTime(Instant.EPOCH);
        EventQueue queue = new EventQueue();
        PriorityQueue<Expected> expected = new PriorityQueue<>();
        List<Long> order = new ArrayList<>();
        for (long i = 0; i < 20_000; i++) {
            if (random.nextInt(3) > 0) {
                long at = random.nextInt(500);
                queue.add(new EventQueue.Event(time, at, i, () -> {}));
                expected.add(new Expected(at, i));
            } else {
                EventQueue.Event next = queue.poll();
                Expected other = expected.poll();
                assertThat(next == null).isEqualTo(other == null);
                if (next != null && other != null) {
                    assertThat(next.at).isEqualTo(other.at());
                }
            }
        }
        for (EventQueue.Event next = queue.poll(); next != null; next = queue.poll()) {
            order.add(next.at);
        }
        assertThat(order).hasSize(expected.size()).isSorted();
        assertThat(queue.size()).isZero();
    }

    @Test
    void dropCancelled_everyOther_restInOrder() {
        VirtualTime time = new VirtualTime(Instant.EPOCH);
        EventQueue queue = new EventQueue();
        for (int i = 0; i < 1_000; i++) {
            EventQueue.Event event = new EventQueue.Event(time, 1_000 - i, i, () -> {});
            queue.add(event);
            if (i % 2 == 0) {
                event.take();
            }
        }

        assertThat(queue.dropCancelled()).isEqualTo(500);

        List<Long> order = new ArrayList<>();
        for (EventQueue.Event next = queue.poll(); next != null; next = queue.poll()) {
            order.add(next.at);
        }
        assertThat(order).hasSize(500).isSorted().doesNotHaveDuplicates();
    }
}
