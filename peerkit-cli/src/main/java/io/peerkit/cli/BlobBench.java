// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a large blob gets from one process to another, in how much heap, and how much of it comes again when the process that fetches
 * is killed at 90 %.
 *
 * @param bytes of the blob that is fetched whole
 * @param cutBytes of the blob whose transfer is cut: so long that what is between the wire and the disk is little beside it
 */
record BlobBench(long bytes, long cutBytes) implements Benchmark {
    /** For both processes; a blob has eight times as much. */
    private static final String HEAP = "-Xmx128m";

    private static final int BLOCK_BYTES = 65_536;

    /** Between two looks at what has come, in nanoseconds: 1 ms, in which some 300 kB come. */
    private static final long LOOK_NANOS = 1_000_000;

    BlobBench() {
        this(1L << 30, 1L << 28);
    }

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        double[] speeds = new double[runs];
        double[] heaps = new double[runs];
        double first = 0;
        BenchFolder whole = folder.sub("whole");
        try (NodeProcess author = whole.sub("author").process(List.of(HEAP));
                NodeProcess reader = whole.sub("reader").process(List.of(HEAP))) {
            connect(reader, author);
            for (int i = -1; i < runs; i++) {
                double speed = transfer(whole, author, reader, i);
                if (i < 0) {
                    first = speed;
                } else {
                    speeds[i] = speed;
                    heaps[i] = reader.command("heap", Map.of())
                                    .join()
                                    .path("bytes")
                                    .asDouble()
                            / 1e6;
                }
            }
        }
        whole.delete();
        double[] again = new double[runs];
        for (int i = 0; i < runs; i++) {
            BenchFolder cut = folder.sub("cut");
            again[i] = cut(cut, i);
            cut.delete();
        }
        String size = bytes / (1 << 20) + " MiB between two processes, " + HEAP + " each";
        report.figure("blob", size, "MB/s", speeds, BenchReport.Better.HIGHER, 300);
        report.figure("blob", "the run before the measured ones", "MB/s", new double[] {first}, neither(), 0);
        report.figure("blob", "heap in use where it came to", "MB", heaps, BenchReport.Better.LOWER, 128);
        report.figure(
                "blob",
                cutBytes / (1 << 20) + " MiB, process killed at 90 %: came again",
                "% of the bytes",
                again,
                BenchReport.Better.LOWER,
                12);
    }

    private static BenchReport.Better neither() {
        return BenchReport.Better.NEITHER;
    }

    private static void connect(NodeProcess from, NodeProcess to) {
        String address = to.ready().join().path("addresses").path(0).asText();
        from.ready().join();
        from.command("connect", Map.of("address", address)).join();
    }

    /** Megabytes a second, from the arrival of the manifest until all is durable and the whole hash is checked. */
    private double transfer(BenchFolder folder, NodeProcess author, NodeProcess reader, int seed) throws IOException {
        CompletableFuture<Long> begun =
                reader.event(event -> is(event, "integrated")).thenApply(event -> System.nanoTime());
        String hash = publish(folder, author, bytes, seed);
        CompletableFuture<JsonNode> complete = complete(reader, hash);
        long begin = begun.join();
        complete.join();
        return bytes / 1e6 / ((System.nanoTime() - begin) / 1e9);
    }

    /** What comes to a second process, in percent of the blob, after the first one was killed. */
    private double cut(BenchFolder folder, int seed) throws IOException {
        try (NodeProcess author = folder.sub("author").process(List.of(HEAP))) {
            author.ready().join();
            String hash = publish(folder, author, cutBytes, seed);
            try (NodeProcess reader = folder.sub("reader").process(List.of(HEAP))) {
                connect(reader, author);
                while (bytesIn(reader) < cutBytes * 9 / 10) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
                reader.kill();
            }
            try (NodeProcess reader = folder.sub("reader").process(List.of(HEAP))) {
                CompletableFuture<JsonNode> complete = complete(reader, hash);
                connect(reader, author);
                complete.join();
                return 100.0 * bytesIn(reader) / cutBytes;
            }
        }
    }

    private static long bytesIn(NodeProcess node) {
        return node.command("status", Map.of()).join().path("bytesIn").asLong();
    }

    private static CompletableFuture<JsonNode> complete(NodeProcess reader, String hash) {
        return reader.event(event ->
                is(event, "blob-complete") && event.path("hash").asText().equals(hash));
    }

    private static boolean is(JsonNode event, String name) {
        return event.path("event").asText().equals(name);
    }

    /** Bytes that cannot be packed, the same for the same seed. */
    private static String publish(BenchFolder folder, NodeProcess author, long bytes, int seed) throws IOException {
        Path file = folder.path().resolve("content");
        SplittableRandom random = new SplittableRandom(seed);
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = bytes; left > 0; left -= block.length) {
                random.nextBytes(block);
                out.write(block, 0, (int) Math.min(left, block.length));
            }
        }
        String hash = author.command("publish-file", Map.of("path", file.toString()))
                .join()
                .path("hash")
                .asText();
        Files.delete(file);
        return hash;
    }
}
