// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.WriteBatch;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A check that could not fail would prove nothing: it is shown stores that lost or kept one thing. */
class CrashWorkloadTest {
    private static final int BATCHES = 90;

    @Test
    void check_exactlyTheBatches_passesForEachNumberOfThem() {
        try (MemoryStorage storage = new MemoryStorage(Runnable::run)) {
            for (int number = 0; number < BATCHES; number++) {
                CrashWorkload.check(storage, number, 0);
                storage.write(CrashWorkload.batch(number)).join();
                assertThat(CrashWorkload.written(storage)).isEqualTo(number + 1);
            }
        }
    }

    @Test
    void check_lastBatchMissing_fails() {
        try (MemoryStorage storage = new MemoryStorage(Runnable::run)) {
            write(storage, BATCHES - 1);

            assertThatThrownBy(() -> CrashWorkload.check(storage, BATCHES, BATCHES - 1))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void check_oneThingLostOrTooMany_fails() {
        assertNoticed(batch -> batch.removeEntries(List.of(StorageSamples.id(7))));
        assertNoticed(batch -> batch.removeEntries(List.of(StorageSamples.id(7)))
                .entries(List.of(StorageSamples.sized(7, 7, 400, 256))));
        assertNoticed(batch -> batch.entries(List.of(StorageSamples.entry(1, 1_000_000))));
        assertNoticed(batch -> batch.removeRecords(List.of(lastRecord())));
        assertNoticed(batch -> batch.records(List.of(StorageSamples.record("crash", "a", "b"))));
        assertNoticed(batch -> batch.removeChunks(List.of(StorageSamples.hash(88))));
        assertNoticed(batch ->
                batch.removeChunks(List.of(StorageSamples.hash(88))).chunks(List.of(StorageSamples.chunk(88, 10))));
        assertNoticed(batch -> batch.chunks(List.of(new StoredChunk(StorageSamples.hash(4), new byte[1]))));
        assertThatCode(() -> assertNoticed(batch -> {}))
                .as("without a change there is nothing to notice")
                .isInstanceOf(AssertionError.class);
    }

    private static RecordKey lastRecord() {
        return CrashWorkload.batch(BATCHES - 1).records().get(0).key();
    }

    private static void assertNoticed(Consumer<WriteBatch.Builder> damage) {
        try (MemoryStorage storage = new MemoryStorage(Runnable::run)) {
            write(storage, BATCHES);
            WriteBatch.Builder batch = WriteBatch.builder();
            damage.accept(batch);
            storage.write(batch.build()).join();

            assertThatThrownBy(() -> CrashWorkload.check(storage, BATCHES, 0)).isInstanceOf(AssertionError.class);
        }
    }

    private static void write(MemoryStorage storage, int batches) {
        for (int number = 0; number < batches; number++) {
            storage.write(CrashWorkload.batch(number)).join();
        }
    }
}
