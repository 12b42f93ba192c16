// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Prints how fast the store is on the engine behind the bridge: {@code StoreBenchmark FOLDER [ENTRIES] [rocksdb|surrealkv]}. Run by
 * hand; no build passes or fails by it.
 */
final class StoreBenchmark {
    private static final int SINGLES = 2_000;
    private static final int CALLERS = 64;
    private static final Random RANDOM = new Random(7);

    private StoreBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int entries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50_000;
        SurrealEngine.Storage kind = arguments.length > 2 && arguments[2].equals("surrealkv")
                ? SurrealEngine.Storage.SURREALKV
                : SurrealEngine.Storage.ROCKSDB;
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "bench");
        try (SurrealEngine engine = SurrealEngine.startOwn(kind, folder);
                Storage store = SurrealStorage.connect(engine.uri())
                        .credentials(SurrealCredentials.root(engine.user(), engine.password()))
                        .open()) {
            for (int run = 0; run < 3; run++) {
                bulk(store, entries, 500);
            }
            single(store);
            concurrent(store);
            for (int i = 0; i < 3; i++) {
                keys(store);
                scan(store);
            }
        }
    }

    /** Made beforehand: random ids in the order of time, as a sync brings them. */
    private static List<StoredEntry> entries(int count) {
        List<StoredEntry> entries = new ArrayList<>(count);
        long time = System.currentTimeMillis() << 16;
        for (int i = 0; i < count; i++) {
            byte[] id = new byte[32];
            byte[] hash = new byte[32];
            byte[] envelope = new byte[180];
            byte[] blob = new byte[256];
            RANDOM.nextBytes(id);
            RANDOM.nextBytes(hash);
            RANDOM.nextBytes(envelope);
            RANDOM.nextBytes(blob);
            entries.add(new StoredEntry(
                    EntryId.of(id), time + 65_536L * i, BlobHash.of(hash), envelope, Optional.of(blob)));
        }
        return entries;
    }

    private static void bulk(Storage store, int count, int size) throws InterruptedException {
        List<StoredEntry> entries = entries(count);
        List<CompletableFuture<BitSet>> writes = new ArrayList<>();
        double engine = engineMicros();
        double own = ownMicros();
        long start = System.nanoTime();
        for (int i = 0; i < count; i += size) {
            WriteBatch batch = WriteBatch.ofEntries(entries.subList(i, Math.min(count, i + size)));
            CompletableFuture<BitSet> write = store.write(batch);
            while (isRefused(write)) {
                TimeUnit.MILLISECONDS.sleep(1);
                write = store.write(batch);
            }
            writes.add(write);
        }
        writes.forEach(CompletableFuture::join);
        System.out.printf(
                "batches of %d: %d entries, %.0f/s, processor time for each: engine %.1f us, store %.1f us%n",
                size, count, count / seconds(start), (engineMicros() - engine) / count, (ownMicros() - own) / count);
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

    private static void single(Storage store) {
        List<StoredEntry> entries = entries(SINGLES);
        long[] nanos = new long[SINGLES];
        long start = System.nanoTime();
        for (int i = 0; i < SINGLES; i++) {
            long before = System.nanoTime();
            store.write(WriteBatch.ofEntries(List.of(entries.get(i)))).join();
            nanos[i] = System.nanoTime() - before;
        }
        double rate = SINGLES / seconds(start);
        Arrays.sort(nanos);
        System.out.printf(
                "one caller: %.0f/s, p50 %d us, p99 %d us%n",
                rate, nanos[SINGLES / 2] / 1_000, nanos[SINGLES * 99 / 100] / 1_000);
    }

    private static void concurrent(Storage store) throws InterruptedException {
        int writes = 20_000;
        List<StoredEntry> entries = entries(writes);
        Semaphore callers = new Semaphore(CALLERS);
        long start = System.nanoTime();
        for (StoredEntry entry : entries) {
            callers.acquire();
            var unused = store.write(WriteBatch.ofEntries(List.of(entry)))
                    .whenComplete((added, failure) -> callers.release());
        }
        callers.acquire(CALLERS);
        System.out.printf("%d callers: %.0f/s%n", CALLERS, writes / seconds(start));
    }

    private static void keys(Storage store) {
        double engine = engineMicros();
        double own = ownMicros();
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
        System.out.printf(
                "keys: %d, %.0f/s, processor time for each: engine %.1f us, store %.1f us%n",
                count, count / seconds(start), (engineMicros() - engine) / count, (ownMicros() - own) / count);
    }

    private static void scan(Storage store) {
        long start = System.nanoTime();
        long count = 0;
        List<StoredEntry> page = store.scan(Optional.empty(), 2_000, 1 << 20).join();
        while (!page.isEmpty()) {
            count += page.size();
            page = store.scan(Optional.of(page.get(page.size() - 1).key()), 2_000, 1 << 20)
                    .join();
        }
        System.out.printf("scan: %d, %.0f/s%n", count, count / seconds(start));
    }

    private static double engineMicros() {
        return ProcessHandle.current()
                .children()
                .flatMap(child -> child.info().totalCpuDuration().stream())
                .mapToDouble(used -> used.toNanos() / 1e3)
                .sum();
    }

    private static double ownMicros() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(used -> used.toNanos() / 1e3)
                .orElse(0.0);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
