// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;

/** One round of {@code peerkit bench storage} with one store, from an empty folder to a compacted store. */
final class StorageRound {
    private static final int CALLERS = 64;
    private static final int SINGLES = 100_000;
    private static final int GETS = 20_000;
    private static final int PAGE_BYTES = 4 * 1_048_576;
    private static final int CHUNK_BYTES = 262_144;
    private static final int CHUNKS = 1_024;
    private static final int CHUNKS_OF_A_BATCH = 16;

    /** Batches on their way at a time, so that the store never waits for the next. */
    private static final int UNDER_WAY = 4;

    private final BenchStore store;
    private final BenchEntries sizes;
    private final Path folder;
    private final Path place;
    private final int entries;
    private final Map<StorageFigure, Double> figures = new EnumMap<>(StorageFigure.class);

    StorageRound(BenchStore store, BenchEntries sizes, Path folder, int entries) throws IOException {
        this.store = store;
        this.sizes = sizes;
        this.folder = folder;
        this.place = Files.createDirectories(folder.resolve("loaded"));
        this.entries = entries;
    }

    Map<StorageFigure, Double> run() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        try (Storage storage = store.opener().in(empty).open()) {
            callers(storage, StorageFigure.CALLERS_EMPTY);
        }
        try (Storage storage = store.opener().in(place).open()) {
            load(storage);
            keys(storage);
            scan(storage);
            get(storage);
            callers(storage, StorageFigure.CALLERS_LOADED);
            chunks(storage);
            remove(storage);
        }
        if (store.onDisk()) {
            figures.put(StorageFigure.COMPACTED_RATIO, DataFolder.bytes(place) / rawBytes(entries - entries / 2));
        }
        return figures;
    }

    private double rawBytes(int count) {
        return (double) count * sizes.rawBytes();
    }

    private void load(Storage storage) throws IOException {
        long begin = System.nanoTime();
        Semaphore free = new Semaphore(UNDER_WAY);
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < entries; i += BenchEntries.BATCH) {
            WriteBatch batch = WriteBatch.ofEntries(sizes.batch(i, Math.min(BenchEntries.BATCH, entries - i)));
            free.acquireUninterruptibly();
            writes.add(storage.write(batch).whenComplete((added, failure) -> free.release()));
        }
        writes.forEach(CompletableFuture::join);
        double seconds = seconds(begin);
        figures.put(StorageFigure.LOAD_SECONDS, seconds);
        figures.put(StorageFigure.LOAD_RATE, entries / seconds);
        if (store.onDisk()) {
            figures.put(StorageFigure.FILE_RATIO, DataFolder.bytes(place) / rawBytes(entries));
        }
    }

    private void keys(Storage storage) {
        long begin = System.nanoTime();
        int rows = 0;
        KeyPage page = storage.keys(Optional.empty(), KeyPage.MAX_KEYS).join();
        while (page.size() > 0) {
            rows += page.size();
            int last = page.size() - 1;
            EntryId id = EntryId.of(Arrays.copyOfRange(page.ids(), 32 * last, 32 * last + 32));
            page = storage.keys(Optional.of(new EntryKey(page.times()[last], id)), KeyPage.MAX_KEYS)
                    .join();
        }
        requireAll(rows);
        figures.put(StorageFigure.KEYS_RATE, rows / seconds(begin));
    }

    private void scan(Storage storage) {
        long begin = System.nanoTime();
        int rows = 0;
        List<StoredEntry> page = scan(storage, Optional.empty());
        while (!page.isEmpty()) {
            rows += page.size();
            page = scan(storage, Optional.of(page.get(page.size() - 1).key()));
        }
        requireAll(rows);
        figures.put(StorageFigure.SCAN_RATE, rows / seconds(begin));
    }

    private static List<StoredEntry> scan(Storage storage, Optional<EntryKey> after) {
        return storage.scan(after, Storage.MAX_IDS, PAGE_BYTES).join();
    }

    private void requireAll(int rows) {
        if (rows != entries) {
            throw new IllegalStateException(store.name() + " gave " + rows + " entries of " + entries);
        }
    }

    private void get(Storage storage) {
        SplittableRandom random = new SplittableRandom(1);
        double[] micros = new double[GETS];
        for (int i = 0; i < GETS; i++) {
            EntryId id = BenchEntries.id(random.nextInt(entries));
            long begin = System.nanoTime();
            int found = storage.entries(List.of(id), PAGE_BYTES).join().size();
            micros[i] = (System.nanoTime() - begin) / 1e3;
            if (found != 1) {
                throw new IllegalStateException(store.name() + " lacks an entry");
            }
        }
        figures.put(StorageFigure.GET_P50, BenchReport.percentile(micros, 0.5));
        figures.put(StorageFigure.GET_P99, BenchReport.percentile(micros, 0.99));
    }

    private void callers(Storage storage, StorageFigure figure) {
        List<StoredEntry> more = IntStream.range(entries, entries + SINGLES)
                .mapToObj(sizes::single)
                .toList();
        Semaphore callers = new Semaphore(CALLERS);
        List<CompletableFuture<?>> writes = new ArrayList<>(SINGLES);
        long begin = System.nanoTime();
        for (StoredEntry entry : more) {
            callers.acquireUninterruptibly();
            writes.add(storage.write(WriteBatch.ofEntries(List.of(entry)))
                    .whenComplete((added, failure) -> callers.release()));
        }
        writes.forEach(CompletableFuture::join);
        figures.put(figure, SINGLES / seconds(begin));
    }

    private void chunks(Storage storage) {
        List<StoredChunk> chunks = new ArrayList<>(CHUNKS);
        for (int i = 0; i < CHUNKS; i++) {
            byte[] bytes = BenchEntries.random(i, CHUNK_BYTES);
            chunks.add(new StoredChunk(BlobHash.ofBlob(bytes), bytes));
        }
        double megabytes = (double) CHUNKS * CHUNK_BYTES / 1e6;
        Semaphore free = new Semaphore(UNDER_WAY);
        List<CompletableFuture<?>> writes = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < CHUNKS; i += CHUNKS_OF_A_BATCH) {
            free.acquireUninterruptibly();
            writes.add(storage.write(WriteBatch.builder()
                            .chunks(chunks.subList(i, i + CHUNKS_OF_A_BATCH))
                            .build())
                    .whenComplete((added, failure) -> free.release()));
        }
        writes.forEach(CompletableFuture::join);
        figures.put(StorageFigure.CHUNK_WRITE, megabytes / seconds(begin));
        List<BlobHash> names = chunks.stream().map(StoredChunk::hash).toList();
        begin = System.nanoTime();
        for (int i = 0; i < CHUNKS; i += CHUNKS_OF_A_BATCH) {
            int found = storage.chunks(names.subList(i, i + CHUNKS_OF_A_BATCH), 2 * PAGE_BYTES)
                    .join()
                    .size();
            if (found != CHUNKS_OF_A_BATCH) {
                throw new IllegalStateException(store.name() + " lacks a chunk");
            }
        }
        figures.put(StorageFigure.CHUNK_READ, megabytes / seconds(begin));
        for (int i = 0; i < CHUNKS; i += WriteBatch.MAX_CHUNKS) {
            storage.write(WriteBatch.builder()
                            .removeChunks(names.subList(i, i + WriteBatch.MAX_CHUNKS))
                            .build())
                    .join();
        }
    }

    /** Removes every other of the loaded entries and all that came one by one, so that half of the load is left. */
    private void remove(Storage storage) {
        List<EntryId> gone = new ArrayList<>();
        IntStream.range(entries, entries + SINGLES).forEach(number -> gone.add(BenchEntries.id(number)));
        for (int number = 0; number < entries / 2; number++) {
            gone.add(BenchEntries.id(2 * number));
        }
        long begin = System.nanoTime();
        for (int i = 0; i < gone.size(); i += WriteBatch.MAX_ENTRIES) {
            storage.write(WriteBatch.builder()
                            .removeEntries(gone.subList(i, Math.min(gone.size(), i + WriteBatch.MAX_ENTRIES)))
                            .build())
                    .join();
        }
        figures.put(StorageFigure.REMOVE_RATE, gone.size() / seconds(begin));
        begin = System.nanoTime();
        storage.compact().join();
        figures.put(StorageFigure.COMPACT_SECONDS, seconds(begin));
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
