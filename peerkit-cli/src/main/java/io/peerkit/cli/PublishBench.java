// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.PeerkitNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How many durable publications a second one caller and 64 callers get, each waiting for its last before the next. */
final class PublishBench implements Benchmark {
    private static final int ENTRY_BYTES = 256;
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        try (PeerkitNode node = new BenchNode(Long.MAX_VALUE)
                .builder(folder.sub("node"))
                .start()
                .join()) {
            measure(node, 1, runs, report, 2_500);
            measure(node, 64, runs, report, 12_000);
        }
    }

    private static void measure(PeerkitNode node, int callers, int runs, BenchReport report, double target) {
        round(node, callers);
        double[] rates = new double[runs];
        for (int i = 0; i < runs; i++) {
            rates[i] = round(node, callers);
        }
        report.figure(
                "publish",
                "durable publish, " + callers + (callers == 1 ? " caller" : " callers"),
                "1/s",
                rates,
                BenchReport.Better.HIGHER,
                target);
    }

    private static double round(PeerkitNode node, int callers) {
        AtomicLong done = new AtomicLong();
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            SplittableRandom random = new SplittableRandom(begin + i);
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - begin < RUN_NANOS) {
                    byte[] blob = new byte[ENTRY_BYTES];
                    random.nextBytes(blob);
                    node.publish(blob).join();
                    done.incrementAndGet();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return done.get() / ((System.nanoTime() - begin) / 1e9);
    }
}
