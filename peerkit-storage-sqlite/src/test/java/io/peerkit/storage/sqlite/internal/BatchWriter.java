// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.BlobHash;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * The process that is killed: {@code BatchWriter FILE FIRST_BATCH}. Writes batch after batch without end, several at once, and
 * prints the number of each when it is acknowledged. Now and then it compacts the store.
 *
 * <p>Batch n has {@value #BATCH_ENTRIES} entries, numbered from n times that, a record and a chunk, and sets the metadata {@code batch} to
 * n. It removes the first entry, the record and the chunk of the batch {@value #KEPT} before it.
 */
final class BatchWriter {
    static final int BATCH_ENTRIES = 5;

    /** Batches whose record, chunk and first entry stay. */
    static final int KEPT = 40;

    /** Batches under way at once; together they make groups. */
    static final int UNDER_WAY = 8;

    private static final int BATCHES_BETWEEN_COMPACTIONS = 150;

    private BatchWriter() {}

    public static void main(String[] arguments) throws InterruptedException {
        Semaphore underWay = new Semaphore(UNDER_WAY);
        try (Storage store = SqliteStore.open(Path.of(arguments[0]))) {
            for (int number = Integer.parseInt(arguments[1]); true; number++) {
                int batch = number;
                underWay.acquire();
                var unused = store.write(batch(batch)).thenRun(() -> {
                    System.out.println(batch);
                    underWay.release();
                });
                if (batch % BATCHES_BETWEEN_COMPACTIONS == BATCHES_BETWEEN_COMPACTIONS - 1) {
                    var unusedToo = store.compact();
                }
            }
        }
    }

    static WriteBatch batch(int number) {
        WriteBatch.Builder batch = WriteBatch.builder()
                .entries(TestEntries.entries(number * BATCH_ENTRIES, BATCH_ENTRIES, 256))
                .metadata("batch", bytes(number))
                .records(List.of(new StoredRecord(record(number), bytes(number))))
                .chunks(List.of(chunk(number)));
        if (number >= KEPT) {
            int gone = number - KEPT;
            batch.removeEntries(List.of(TestEntries.id(gone * BATCH_ENTRIES)))
                    .removeRecords(List.of(record(gone)))
                    .removeChunks(List.of(chunk(gone).hash()));
        }
        return batch.build();
    }

    static byte[] bytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    static RecordKey record(int number) {
        return RecordKey.of("batches", bytes(number));
    }

    static StoredChunk chunk(int number) {
        byte[] bytes = new byte[20_000 + number % 1_000];
        new Random(number).nextBytes(bytes);
        return new StoredChunk(BlobHash.ofBlob(bytes), bytes);
    }
}
