// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

/** What {@code peerkit bench storage} says about a store. The targets are those for SQLite. */
enum StorageFigure {
    CALLERS_EMPTY("durable entries of 256 B, 64 callers, new store", "1/s", BenchReport.Better.HIGHER, 40_000),
    CALLERS_LOADED("durable entries of 256 B, 64 callers, loaded store", "1/s", BenchReport.Better.NEITHER, 0),
    LOAD_SECONDS("load of all entries in batches of 1,024", "s", BenchReport.Better.LOWER, 40),
    LOAD_RATE("load of all entries in batches of 1,024", "1/s", BenchReport.Better.NEITHER, 0),
    FILE_RATIO("files after the load, to envelopes and blobs", "times", BenchReport.Better.LOWER, 1.6),
    KEYS_RATE("scan of all keys", "rows/s", BenchReport.Better.HIGHER, 500_000),
    SCAN_RATE("scan of all entries with blobs", "rows/s", BenchReport.Better.NEITHER, 0),
    GET_P50("get by id, one at a time, p50", "us", BenchReport.Better.NEITHER, 0),
    GET_P99("get by id, one at a time, p99", "us", BenchReport.Better.LOWER, 1_000),
    CHUNK_WRITE("write of 1,024 chunks of 256 KiB", "MB/s", BenchReport.Better.NEITHER, 0),
    CHUNK_READ("read of 1,024 chunks of 256 KiB", "MB/s", BenchReport.Better.NEITHER, 0),
    REMOVE_RATE("removal of entries in batches of 4,096", "1/s", BenchReport.Better.NEITHER, 0),
    COMPACT_SECONDS("compaction after that", "s", BenchReport.Better.NEITHER, 0),
    COMPACTED_RATIO("files after compaction, to what is left", "times", BenchReport.Better.NEITHER, 0);

    private final String text;
    private final String unit;
    private final BenchReport.Better better;
    private final double target;

    StorageFigure(String text, String unit, BenchReport.Better better, double target) {
        this.text = text;
        this.unit = unit;
        this.better = better;
        this.target = target;
    }

    void report(BenchStore store, double[] runs, BenchReport report) {
        report.figure(
                "storage",
                store.name() + ", " + store.entries() + " entries: " + text,
                unit,
                runs,
                store.hasTargets() ? better : BenchReport.Better.NEITHER,
                target);
    }
}
