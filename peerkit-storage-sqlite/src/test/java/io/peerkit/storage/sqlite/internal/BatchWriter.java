// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * The process that is killed: {@code BatchWriter FILE FIRST_BATCH}. Writes batch after batch without end, several at once, and
 * prints the number of each when it is acknowledged.
 *
 * <p>Batch n has {@value #BATCH_ENTRIES} entries, numbered from n times that, and sets the metadata {@code batch} to n.
 */
final class BatchWriter {
    static final int BATCH_ENTRIES = 5;

    /** Batches under way at once; together they make groups. */
    static final int UNDER_WAY = 8;

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
            }
        }
    }

    static WriteBatch batch(int number) {
        byte[] name = ByteBuffer.allocate(4).putInt(number).array();
        return WriteBatch.of(TestEntries.entries(number * BATCH_ENTRIES, BATCH_ENTRIES, 256), Map.of("batch", name));
    }
}
