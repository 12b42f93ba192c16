// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Prints what sealing costs here: {@code SealedBenchmark FOLDER [ROUNDS]}. Run by hand; no build passes or fails by it. Each round
 * measures the bare and the sealed SQLite store one after the other, in turns; the medians are printed.
 */
final class SealedBenchmark {
    private static final int ENTRIES = 100_000;
    private static final int BATCH = 1_000;
    private static final int CHUNKS = 1_024;
    private static final int CHUNK_BYTES = 262_144;

    /** What waits at a time. */
    private static final int WINDOW = 8;

    private SealedBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        List<StoredEntry> entries = entries();
        List<StoredChunk> chunks = chunks();
        List<double[]> bare = new ArrayList<>();
        List<double[]> sealed = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Path folder = Files.createTempDirectory(Path.of(arguments[0]), "sealed");
            SqliteStorage one = SqliteStorage.at(folder.resolve("bare.db"));
            SealedStorage two =
                    SealedStorage.of(SqliteStorage.at(folder.resolve("sealed.db")), StorageKey.of(new byte[32]));
            bare.add(measure(one, entries, chunks));
            sealed.add(measure(two, entries, chunks));
            System.out.printf(
                    "round %d: bare %s, sealed %s%n",
                    i + 1, Arrays.toString(bare.get(i)), Arrays.toString(sealed.get(i)));
            for (String name : List.of("bare.db", "sealed.db")) {
                System.out.printf("%s: %d KiB%n", name, Files.size(folder.resolve(name)) >> 10);
                Files.delete(folder.resolve(name));
            }
        }
        String[] what = {"entries/s written", "entries/s scanned", "MB/s of chunks written", "MB/s of chunks read"};
        for (int i = 0; i < what.length; i++) {
            System.out.printf("%s: bare %.0f, sealed %.0f%n", what[i], median(bare, i), median(sealed, i));
        }
    }

    private static double[] measure(StorageFactory factory, List<StoredEntry> entries, List<StoredChunk> chunks) {
        try (Storage store = factory.open()) {
            double[] result = new double[4];
            long start = System.nanoTime();
            write(store, entries, chunks.subList(0, 0));
            result[0] = ENTRIES / seconds(start);
            start = System.nanoTime();
            List<StoredEntry> page =
                    store.scan(Optional.empty(), BATCH, 1 << 20).join();
            while (!page.isEmpty()) {
                page = store.scan(Optional.of(page.get(page.size() - 1).key()), BATCH, 1 << 20)
                        .join();
            }
            result[1] = ENTRIES / seconds(start);
            start = System.nanoTime();
            write(store, entries.subList(0, 0), chunks);
            result[2] = CHUNKS * (CHUNK_BYTES / 1e6) / seconds(start);
            start = System.nanoTime();
            for (StoredChunk chunk : chunks) {
                if (store.chunks(List.of(chunk.hash()), CHUNK_BYTES).join().size() != 1) {
                    throw new IllegalStateException("a chunk is not there");
                }
            }
            result[3] = CHUNKS * (CHUNK_BYTES / 1e6) / seconds(start);
            return result;
        }
    }

    private static void write(Storage store, List<StoredEntry> entries, List<StoredChunk> chunks) {
        Deque<CompletableFuture<BitSet>> waiting = new ArrayDeque<>();
        for (int i = 0; i < entries.size(); i += BATCH) {
            send(store, waiting, WriteBatch.builder().entries(entries.subList(i, i + BATCH)));
        }
        for (int i = 0; i < chunks.size(); i += 16) {
            send(store, waiting, WriteBatch.builder().chunks(chunks.subList(i, i + 16)));
        }
        waiting.forEach(CompletableFuture::join);
    }

    private static void send(Storage store, Deque<CompletableFuture<BitSet>> waiting, WriteBatch.Builder batch) {
        if (waiting.size() == WINDOW) {
            var unused = waiting.remove().join();
        }
        waiting.add(store.write(batch.build()));
    }

    private static List<StoredEntry> entries() {
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            entries.add(new StoredEntry(
                    SealedSamples.id(i), i, BlobHash.ofBlob(bytes(i, 8)), bytes(i, 400), Optional.of(bytes(~i, 256))));
        }
        return entries;
    }

    private static List<StoredChunk> chunks() {
        List<StoredChunk> chunks = new ArrayList<>();
        for (int i = 0; i < CHUNKS; i++) {
            byte[] bytes = bytes(i, CHUNK_BYTES);
            chunks.add(new StoredChunk(BlobHash.ofBlob(bytes), bytes));
        }
        return chunks;
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static double median(List<double[]> results, int column) {
        double[] sorted =
                results.stream().mapToDouble(result -> result[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
