// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prints how fast the store is here, as JSON: the median, the least and the greatest of all runs. {@code StoreBenchmark FOLDER [RUNS
 * [BULK_ENTRIES]]}, each run with a fresh store. Run by hand; no build passes or fails by it.
 *
 * <p>Blobs have 256 bytes. Envelopes have the size they have in truth: 213 bytes when an entry is published alone, 539 in a
 * batch of 1,024. Raw data of an entry is id (32), time (8), blob hash (32), envelope and blob: 541 or 867 bytes.
 */
final class StoreBenchmark {
    private static final int CALLERS = 64;
    private static final int SINGLES = 200_000;
    private static final int GETS = 20_000;
    private static final int BLOB_BYTES = 256;
    private static final int SINGLE_ENVELOPE_BYTES = 213;
    private static final int BATCH_ENVELOPE_BYTES = 539;
    private static final int BULK_BATCH = 1_024;
    private static final int FIXED_BYTES = 72;
    private static final int CHUNKS = 2_048;
    private static final int CHUNK_BYTES = 262_144;

    private final Map<String, List<Double>> figures = new TreeMap<>();

    private StoreBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        int bulk = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1_000_000;
        StoreBenchmark benchmark = new StoreBenchmark();
        for (int i = 0; i < runs; i++) {
            benchmark.run(Files.createTempDirectory(Path.of(arguments[0]), "bench"), bulk);
        }
        benchmark.print(runs, bulk);
    }

    private void run(Path folder, int bulk) throws IOException, InterruptedException {
        Path file = folder.resolve("store.db");
        try (Storage store = SqliteStore.open(file)) {
            callers(store, "fresh", 0);
        }
        note(
                "single.fileToRaw",
                Files.size(file) / ((FIXED_BYTES + SINGLE_ENVELOPE_BYTES + BLOB_BYTES) * (double) SINGLES));
        delete(folder);
        Files.createDirectories(folder);
        try (Storage store = SqliteStore.open(file)) {
            bulk(store, bulk);
        }
        note("bulk.fileToRaw", Files.size(file) / ((FIXED_BYTES + BATCH_ENVELOPE_BYTES + BLOB_BYTES) * (double) bulk));
        long start = System.nanoTime();
        try (Storage store = SqliteStore.open(file)) {
            note("reopen.seconds", seconds(start));
            keys(store);
            gets(store, bulk);
            callers(store, "full", bulk);
            chunks(store);
            start = System.nanoTime();
            store.write(WriteBatch.builder()
                            .removeEntries(List.of(TestEntries.id(1)))
                            .build())
                    .join();
            store.compact().join();
            note("compact.seconds", seconds(start));
        }
        delete(folder);
    }

    private void bulk(Storage store, int entries) throws InterruptedException {
        List<CompletableFuture<BitSet>> writes = new ArrayList<>();
        long cpu = cpu();
        long start = System.nanoTime();
        for (int i = 0; i < entries; i += BULK_BATCH) {
            WriteBatch batch = WriteBatch.ofEntries(made(i, Math.min(entries, i + BULK_BATCH), BATCH_ENVELOPE_BYTES));
            CompletableFuture<BitSet> write = store.write(batch);
            while (isRefused(write)) {
                Thread.sleep(1);
                write = store.write(batch);
            }
            writes.add(write);
        }
        writes.forEach(CompletableFuture::join);
        note("bulk.seconds", seconds(start));
        note("bulk.entriesPerSecond", entries / seconds(start));
        note("bulk.cpuSeconds", (cpu() - cpu) / 1e9);
    }

    private static List<StoredEntry> made(int from, int to, int envelopeBytes) {
        return IntStream.range(from, to)
                .mapToObj(i -> TestEntries.entry(i, envelopeBytes, BLOB_BYTES))
                .toList();
    }

    private static boolean isRefused(CompletableFuture<BitSet> write) {
        try {
            return write.isCompletedExceptionally() && write.join().isEmpty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof LimitExceededException) {
                return true;
            }
            throw e;
        }
    }

    /** As many callers as write one entry each and wait for it. */
    private void callers(Storage store, String name, int from) throws InterruptedException {
        List<StoredEntry> entries = made(from, from + SINGLES, SINGLE_ENVELOPE_BYTES);
        Semaphore callers = new Semaphore(CALLERS);
        long cpu = cpu();
        long start = System.nanoTime();
        for (StoredEntry entry : entries) {
            callers.acquire();
            var unused = store.write(WriteBatch.ofEntries(List.of(entry)))
                    .whenComplete((added, failure) -> callers.release());
        }
        callers.acquire(CALLERS);
        note("callers64." + name + ".entriesPerSecond", SINGLES / seconds(start));
        note("callers64." + name + ".cpuSeconds", (cpu() - cpu) / 1e9);
    }

    private void keys(Storage store) {
        long start = System.nanoTime();
        long count = 0;
        Optional<EntryKey> after = Optional.empty();
        KeyPage page;
        do {
            page = store.keys(after, KeyPage.MAX_KEYS).join();
            count += page.size();
            if (page.size() > 0) {
                int last = page.size() - 1;
                byte[] id = Arrays.copyOfRange(page.ids(), 32 * last, 32 * last + 32);
                after = Optional.of(new EntryKey(page.times()[last], EntryId.of(id)));
            }
        } while (page.size() == KeyPage.MAX_KEYS);
        note("keys.rowsPerSecond", count / seconds(start));
    }

    private void gets(Storage store, int entries) {
        Random random = new Random(1);
        long[] nanos = new long[GETS];
        for (int i = 0; i < GETS; i++) {
            List<EntryId> id = List.of(TestEntries.id(random.nextInt(entries)));
            long start = System.nanoTime();
            if (store.entries(id, 1).join().size() != 1) {
                throw new IllegalStateException("an entry is missing");
            }
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        note("get.p50Micros", nanos[GETS / 2] / 1e3);
        note("get.p99Micros", nanos[GETS * 99 / 100] / 1e3);
    }

    private void chunks(Storage store) {
        byte[] bytes = new byte[CHUNK_BYTES];
        new Random(1).nextBytes(bytes);
        List<BlobHash> hashes = IntStream.range(0, CHUNKS)
                .mapToObj(i -> BlobHash.ofBlob(ByteBuffer.allocate(4).putInt(i).array()))
                .toList();
        long cpu = cpu();
        long start = System.nanoTime();
        CompletableFuture<?> last = CompletableFuture.completedFuture(null);
        CompletableFuture<?> beforeLast = last;
        for (int i = 0; i < CHUNKS; i += 16) {
            beforeLast.join();
            beforeLast = last;
            last = store.write(WriteBatch.builder()
                    .chunks(hashes.subList(i, i + 16).stream()
                            .map(hash -> new StoredChunk(hash, bytes))
                            .toList())
                    .build());
        }
        last.join();
        double megabytes = CHUNKS * (double) CHUNK_BYTES / 1e6;
        note("chunks.writeMegabytesPerSecond", megabytes / seconds(start));
        note("chunks.writeCpuSecondsPerGigabyte", (cpu() - cpu) / 1e6 / megabytes);
        cpu = cpu();
        start = System.nanoTime();
        for (int i = 0; i < CHUNKS; i += 16) {
            store.chunks(hashes.subList(i, i + 16), Integer.MAX_VALUE).join();
        }
        note("chunks.readMegabytesPerSecond", megabytes / seconds(start));
        note("chunks.readCpuSecondsPerGigabyte", (cpu() - cpu) / 1e6 / megabytes);
    }

    private void note(String name, double value) {
        figures.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
    }

    private void print(int runs, int bulk) {
        StringBuilder json = new StringBuilder("{\"runs\":" + runs + ",\"bulkEntries\":" + bulk);
        figures.forEach((name, values) -> {
            double[] sorted =
                    values.stream().mapToDouble(value -> value).sorted().toArray();
            json.append(String.format(
                    Locale.ROOT,
                    ",\n\"%s\":{\"median\":%.3f,\"least\":%.3f,\"greatest\":%.3f}",
                    name,
                    sorted[sorted.length / 2],
                    sorted[0],
                    sorted[sorted.length - 1]));
        });
        System.out.println(json.append('}'));
    }

    private static long cpu() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(path);
            }
        }
    }
}
