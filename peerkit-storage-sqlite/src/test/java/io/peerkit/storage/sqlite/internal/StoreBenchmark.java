// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/**
 * Prints how fast the store is here: {@code StoreBenchmark FOLDER [ENTRIES]}. Run by hand; no build passes or fails by it.
 */
final class StoreBenchmark {
    private static final int SINGLES = 10_000;
    private static final int CALLERS = 64;

    private StoreBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int entries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
        Path file = Files.createTempDirectory(Path.of(arguments[0]), "bench").resolve("store.db");
        try (Storage store = SqliteStore.open(file)) {
            bulk(store, entries);
            single(store, entries);
            concurrent(store, entries + SINGLES);
            for (int i = 0; i < 3; i++) {
                keys(store);
                scan(store);
                byId(store);
            }
            System.out.printf("log %d KiB%n", Files.size(file.resolveSibling("store.db-wal")) >> 10);
        }
        long start = System.nanoTime();
        try (Storage store = SqliteStore.open(file)) {
            System.out.printf(
                    "reopened with %d entries in %.3f s%n", store.count().join(), seconds(start));
        }
    }

    private static void bulk(Storage store, int entries) throws InterruptedException {
        int size = 1_000;
        List<CompletableFuture<BitSet>> writes = new ArrayList<>();
        long made = 0;
        long start = System.nanoTime();
        for (int i = 0; i < entries; i += size) {
            long before = System.nanoTime();
            WriteBatch batch = TestEntries.batch(i, size, 256);
            made += System.nanoTime() - before;
            while (true) {
                CompletableFuture<BitSet> write = store.write(batch);
                if (!isRefused(write)) {
                    writes.add(write);
                    break;
                }
                Thread.sleep(1);
            }
        }
        writes.forEach(CompletableFuture::join);
        System.out.printf(
                "bulk: %d entries, %.0f/s (%.2f s of it making them)%n", entries, entries / seconds(start), made / 1e9);
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

    private static void single(Storage store, int from) {
        long[] nanos = new long[SINGLES];
        List<StoredEntry> entries = TestEntries.entries(from, SINGLES, 256);
        long start = System.nanoTime();
        for (int i = 0; i < SINGLES; i++) {
            long before = System.nanoTime();
            store.write(WriteBatch.ofEntries(List.of(entries.get(i)))).join();
            nanos[i] = System.nanoTime() - before;
        }
        double rate = SINGLES / seconds(start);
        Arrays.sort(nanos);
        System.out.printf(
                "one caller: %.0f/s, p50 %d us, p99 %d us, p99.9 %d us, worst %d us%n",
                rate,
                nanos[SINGLES / 2] / 1_000,
                nanos[SINGLES * 99 / 100] / 1_000,
                nanos[SINGLES * 999 / 1_000] / 1_000,
                nanos[SINGLES - 1] / 1_000);
    }

    private static void concurrent(Storage store, int from) throws InterruptedException {
        int writes = 100_000;
        List<StoredEntry> entries = TestEntries.entries(from, writes, 256);
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
        System.out.printf("keys: %d in %.3f s%n", count, seconds(start));
    }

    private static void scan(Storage store) {
        long start = System.nanoTime();
        long count = 0;
        List<StoredEntry> page = store.scan(Optional.empty(), 1_000, 1 << 20).join();
        while (!page.isEmpty()) {
            count += page.size();
            page = store.scan(Optional.of(page.get(page.size() - 1).key()), 1_000, 1 << 20)
                    .join();
        }
        System.out.printf("scan: %d, %.0f/s%n", count, count / seconds(start));
    }

    private static void byId(Storage store) {
        List<EntryId> ids =
                TestEntries.entries(0, 1_000, 0).stream().map(StoredEntry::id).toList();
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            store.entries(ids, Integer.MAX_VALUE).join();
        }
        System.out.printf("entries by id: %.0f/s%n", 20_000 / seconds(start));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
