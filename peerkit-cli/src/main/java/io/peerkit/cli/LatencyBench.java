// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.Incoming;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.PeerkitNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long from the call of publish in one process until the entry is durable at a connected peer in another. The blobs
 * carry the publisher's monotonic clock, which processes of one Linux machine share.
 */
final class LatencyBench implements Benchmark {
    private static final int PER_SECOND = 200;
    private static final int COUNT = 1_000;

    /** At 200 a second it takes some rounds until what runs once an entry is compiled. */
    private static final int WARM_UP_ROUNDS = 3;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        try (NodeProcess publisher = folder.sub("publisher").process(List.of())) {
            NodeAddress address = new NodeAddress(
                    publisher.ready().join().path("addresses").path(0).asText());
            Stamps stamps = new Stamps();
            try (PeerkitNode node = new BenchNode(Long.MAX_VALUE)
                    .builder(folder.sub("subscriber"))
                    .listener(stamps)
                    .start()
                    .join()) {
                node.connect(address).join();
                double[] p50 = new double[runs];
                double[] p99 = new double[runs];
                for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                    stamps.round(publisher);
                }
                for (int i = 0; i < runs; i++) {
                    double[] millis = stamps.round(publisher);
                    p50[i] = BenchReport.percentile(millis, 0.5);
                    p99[i] = BenchReport.percentile(millis, 0.99);
                }
                report.figure("latency", "publish to integrated, p50", "ms", p50, BenchReport.Better.LOWER, 1.5);
                report.figure("latency", "publish to integrated, p99", "ms", p99, BenchReport.Better.LOWER, 7);
            }
        }
    }

    private static final class Stamps implements NodeListener {
        private final AtomicInteger seen = new AtomicInteger();
        private volatile double[] millis = new double[COUNT];
        private volatile CountDownLatch all = new CountDownLatch(COUNT);

        double[] round(NodeProcess publisher) {
            seen.set(0);
            millis = new double[COUNT];
            all = new CountDownLatch(COUNT);
            publisher
                    .command("publish-stamped", Map.of("count", COUNT, "perSecond", PER_SECOND))
                    .join();
            try {
                all.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return millis;
        }

        @Override
        public void integrated(Incoming incoming) {
            long published = ByteBuffer.wrap(incoming.blob()).getLong();
            int at = seen.getAndIncrement();
            millis[at] = (System.nanoTime() - published) / 1e6;
            all.countDown();
        }
    }
}
