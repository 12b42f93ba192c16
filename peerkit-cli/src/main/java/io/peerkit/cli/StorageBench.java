// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        List<BenchStore> stores = present(report);
        double[] bareEngine = new double[runs];
        for (int run = -1; run < runs; run++) {
            for (BenchStore store : stores) {
                if (store.name().equals(BareEngine.STORE) && run >= 0) {
                    bareEngine[run] = BareEngine.rowsPerSecond();
                }
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
        if (stores.stream().anyMatch(store -> store.name().equals(BareEngine.STORE))) {
            report.figure(
                    "storage",
                    "SurrealDB's bare engine, rows of 256 B in batches of 500",
                    "1/s",
                    bareEngine,
                    BenchReport.Better.NEITHER,
                    0);
        }
        for (BenchStore store : stores) {
            figures.getOrDefault(store, Map.of()).forEach((figure, values) -> figure.report(store, values, report));
        }
    }

    private static List<BenchStore> present(BenchReport report) {
        Optional<String> missing = BareEngine.missing();
        missing.ifPresent(reason -> report.note("SurrealDB is left out: " + reason));
        return BenchStore.ALL.stream()
                .filter(store -> missing.isEmpty() || !store.name().equals(BareEngine.STORE))
                .toList();
    }
}
