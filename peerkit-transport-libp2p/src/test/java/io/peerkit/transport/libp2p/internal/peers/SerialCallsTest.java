// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SerialCallsTest {
    private final SerialCalls calls = new SerialCalls();
    private final List<Integer> made = new ArrayList<>();

    @Test
    void call_withinACall_madeBehindIt() {
        calls.call(() -> {
            calls.call(() -> made.add(2));
            made.add(1);
        });
        assertThat(made).containsExactly(1, 2);
    }

    @Test
    void call_throws_nextIsMade() {
        calls.call(() -> {
            throw new IllegalStateException("a listener that fails, as this test wants it");
        });
        calls.call(() -> made.add(1));
        assertThat(made).containsExactly(1);
    }

    @Test
    void call_fromManyThreads_oneAtATimeAndNoneLost() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(40_000);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 10_000; i++) {
                    calls.call(() -> {
                        if (inside.getAndIncrement() != 0) {
                            overlaps.incrementAndGet();
                        }
                        made.add(1);
                        inside.decrementAndGet();
                        done.countDown();
                    });
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        done.await();
        assertThat(overlaps).hasValue(0);
        assertThat(made).hasSize(40_000);
    }
}
