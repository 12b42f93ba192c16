// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** How much heap a node with a million entries needs, and how long it takes to open. */
final class HeapBench implements Benchmark {
    private static final int ENTRIES = 1_000_000;
    private static final int ENTRY_BYTES = 256;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        BenchFolder million = folder.sub("million");
        try (NodeProcess node = million.process(List.of())) {
            node.ready().join();
            node.publishRandom(ENTRIES, ENTRY_BYTES, 1);
        }
        double[] seconds = new double[runs];
        double[] megabytes = new double[runs];
        for (int i = -1; i < runs; i++) {
            long begin = System.nanoTime();
            try (NodeProcess node = million.process(List.of("-Xmx256m"))) {
                node.ready().join();
                double elapsed = (System.nanoTime() - begin) / 1e9;
                double heap =
                        node.command("heap", Map.of()).join().path("bytes").asDouble();
                long entries =
                        node.command("status", Map.of()).join().path("entries").asLong();
                if (entries != ENTRIES) {
                    throw new IllegalStateException(entries + " entries, expected " + ENTRIES);
                }
                if (i >= 0) {
                    seconds[i] = elapsed;
                    megabytes[i] = heap / 1e6;
                }
            }
        }
        report.figure(
                "heap", "opening 1,000,000 entries, process start included", "s", seconds, BenchReport.Better.LOWER, 3);
        report.figure(
                "heap",
                "heap in use with 1,000,000 entries (-Xmx256m)",
                "MB",
                megabytes,
                BenchReport.Better.LOWER,
                256);
    }
}
