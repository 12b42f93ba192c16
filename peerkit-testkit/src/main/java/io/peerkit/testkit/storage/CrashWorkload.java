// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Numbered batches that touch everything a store keeps, and what must be there after the first n of them.
 *
 * <p>Batch n adds {@value #ENTRIES} entries and removes one of batch n - {@value #ENTRY_LAG}; sets record n and removes record n -
 * {@value #RECORD_LAG}; each {@value #CHUNK_EVERY}th adds a chunk and removes that of {@value #CHUNK_LAG} batches before; all set the
 * metadata {@code batch} to n.
 */
final class CrashWorkload {
    static final int ENTRIES = 5;
    static final int ENTRY_LAG = 10;
    static final int RECORD_LAG = 20;
    static final int CHUNK_EVERY = 4;
    static final int CHUNK_LAG = 40;

    /** Batches between two compactions. */
    static final int COMPACT_EVERY = 150;

    private static final String COLLECTION = "crash";

    /** So many batches are checked in detail at once. */
    private static final int WINDOW = 400;

    private CrashWorkload() {}

    static WriteBatch batch(int number) {
        WriteBatch.Builder batch = WriteBatch.builder();
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            entries.add(entry(ENTRIES * number + i));
        }
        batch.entries(entries).metadata("batch", bytes(number));
        batch.records(List.of(new StoredRecord(record(number), bytes(~number))));
        if (number >= ENTRY_LAG) {
            batch.removeEntries(List.of(StorageSamples.id(ENTRIES * (number - ENTRY_LAG))));
        }
        if (number >= RECORD_LAG) {
            batch.removeRecords(List.of(record(number - RECORD_LAG)));
        }
        if (number % CHUNK_EVERY == 0) {
            batch.chunks(List.of(chunk(number)));
            if (number >= CHUNK_LAG) {
                batch.removeChunks(List.of(StorageSamples.hash(number - CHUNK_LAG)));
            }
        }
        return batch.build();
    }

    /** How many batches are in the store, by what the last one left. */
    static int written(Storage storage) {
        Optional<byte[]> last = StoreUnderTest.await(storage.metadata("batch"));
        return last.isEmpty() ? 0 : ByteBuffer.wrap(last.get()).getInt() + 1;
    }

    /** Fails unless exactly the first so many batches are there, whole; looks in detail at those from a number on. */
    static void check(Storage storage, int batches, int from) {
        assertThat(StoreUnderTest.await(storage.count()))
                .as("entries after %s batches", batches)
                .isEqualTo((long) ENTRIES * batches - Math.max(0, batches - ENTRY_LAG));
        assertThat(StoreUnderTest.await(storage.records(COLLECTION, Optional.empty(), RECORD_LAG + 1, 1 << 20)).stream()
                        .map(StoredRecord::key))
                .as("records after %s batches", batches)
                .containsExactlyElementsOf(records(batches));
        for (int at = Math.max(0, from); at < batches; at += WINDOW) {
            int end = Math.min(batches, at + WINDOW);
            checkEntries(storage, at, end, batches);
            checkChunks(storage, at, end, batches);
        }
    }

    private static List<RecordKey> records(int batches) {
        List<RecordKey> keys = new ArrayList<>();
        for (int i = Math.max(0, batches - RECORD_LAG); i < batches; i++) {
            keys.add(record(i));
        }
        return keys;
    }

    private static void checkEntries(Storage storage, int from, int to, int batches) {
        List<EntryId> ids = new ArrayList<>();
        List<StoredEntry> expected = new ArrayList<>();
        for (int i = ENTRIES * from; i < ENTRIES * to; i++) {
            ids.add(StorageSamples.id(i));
            if (i % ENTRIES != 0 || i / ENTRIES >= batches - ENTRY_LAG) {
                expected.add(entry(i));
            }
        }
        StoreUnderTest.assertSame(StoreUnderTest.await(storage.entries(ids, Integer.MAX_VALUE)), expected);
    }

    private static void checkChunks(Storage storage, int from, int to, int batches) {
        List<BlobHash> hashes = new ArrayList<>();
        BitSet expected = new BitSet();
        List<StoredChunk> present = new ArrayList<>();
        int first = (from + CHUNK_EVERY - 1) / CHUNK_EVERY * CHUNK_EVERY;
        for (int i = first; i < to; i += CHUNK_EVERY) {
            // Removed by a batch that has a chunk itself, which is as many behind.
            if (i + CHUNK_LAG >= batches) {
                expected.set(hashes.size());
                present.add(chunk(i));
            }
            hashes.add(StorageSamples.hash(i));
        }
        assertThat(StoreUnderTest.await(storage.chunksPresent(hashes)))
                .as("chunks of batches %s to %s after %s", from, to, batches)
                .isEqualTo(expected);
        StoreUnderTest.assertChunks(
                StoreUnderTest.await(storage.chunks(hashes, Integer.MAX_VALUE)), present.toArray(StoredChunk[]::new));
    }

    private static StoredEntry entry(int number) {
        byte[] blob = random(number, 256);
        return new StoredEntry(
                StorageSamples.id(number),
                number,
                StorageSamples.hash(number),
                random(~number, 400),
                Optional.of(blob));
    }

    /** Of a length that crosses the pages and files in which stores keep large values. */
    private static StoredChunk chunk(int number) {
        return new StoredChunk(StorageSamples.hash(number), random(number, 20_000 + number * 7_919 % 100_000));
    }

    private static RecordKey record(int number) {
        return RecordKey.of(COLLECTION, bytes(number));
    }

    private static byte[] bytes(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
