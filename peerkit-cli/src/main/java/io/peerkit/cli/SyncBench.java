// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitNode;
import java.io.IOException;
import java.util.List;

/** How fast an empty peer gets everything from a full one in another process; SQLite on both sides. */
final class SyncBench implements Benchmark {
    private static final int ENTRY_BYTES = 256;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        try (NodeProcess full = folder.sub("full").process(List.of())) {
            NodeAddress address = new NodeAddress(
                    full.ready().join().path("addresses").path(0).asText());
            full.publishRandom(10_000, ENTRY_BYTES, 1);
            measure(folder, address, 10_000, runs, report, "entries/s", 20_000);
            full.publishRandom(90_000, ENTRY_BYTES, 2);
            measure(folder, address, 100_000, runs, report, "entries/s", 60_000);
        }
    }

    private static void measure(
            BenchFolder folder,
            NodeAddress address,
            int entries,
            int runs,
            BenchReport report,
            String unit,
            double target)
            throws IOException {
        double cold = round(folder, address, entries);
        double[] rates = new double[runs];
        for (int i = 0; i < runs; i++) {
            rates[i] = entries / round(folder, address, entries);
        }
        report.figure("sync", entries + " entries to an empty peer", unit, rates, BenchReport.Better.HIGHER, target);
        report.figure(
                "sync",
                entries + " entries, the run before the measured ones",
                unit,
                new double[] {entries / cold},
                BenchReport.Better.NEITHER,
                0);
    }

    /** Seconds from dialing to the last entry being durable here. */
    private static double round(BenchFolder folder, NodeAddress address, int entries) throws IOException {
        BenchFolder empty = folder.sub("empty");
        BenchNode listener = new BenchNode(entries);
        try (PeerkitNode node = listener.builder(empty).start().join()) {
            long begin = System.nanoTime();
            node.connect(address).join();
            listener.await();
            return (System.nanoTime() - begin) / 1e9;
        } finally {
            empty.delete();
        }
    }
}
