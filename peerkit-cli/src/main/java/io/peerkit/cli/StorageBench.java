// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** How fast stores are: each round measures them one after the other, so that they share the machine's good and bad moments. */
final class StorageBench implements Benchmark {
    /** Entries of the round before the measured ones, which is there to compile the code. */
    private static final int WARM_UP_ENTRIES = 50_000;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        BenchEntries sizes = BenchEntries.measured();
        report.note("entries of 256 B blobs; envelopes as a node makes them: " + sizes.singleBytes()
                + " B published alone (64 callers), " + sizes.batchBytes() + " B published " + BenchEntries.BATCH
                + " together (load)");
        Map<BenchStore, Map<StorageFigure, double[]>> figures = new HashMap<>();
        for (int run = -1; run < runs; run++) {
            for (BenchStore store : BenchStore.ALL) {
                BenchFolder place = folder.sub(store.name());
                int entries = run < 0 ? WARM_UP_ENTRIES : store.entries();
                Map<StorageFigure, Double> round = new StorageRound(store, sizes, place.path(), entries).run();
                place.delete();
                if (run >= 0) {
                    Map<StorageFigure, double[]> all =
                            figures.computeIfAbsent(store, first -> new EnumMap<>(StorageFigure.class));
                    for (Map.Entry<StorageFigure, Double> each : round.entrySet()) {
                        all.computeIfAbsent(each.getKey(), first -> new double[runs])[run] = each.getValue();
                    }
                }
            }
        }
        for (BenchStore store : BenchStore.ALL) {
            figures.getOrDefault(store, Map.of()).forEach((figure, values) -> figure.report(store, values, report));
        }
    }
}
