// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.entry;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryStorageTest extends StorageContract {
    private final StorageFactory factory = MemoryStorage.factory();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final MemoryDisk disk = new MemoryDisk();

    @Override
    protected StorageFactory factory() {
        return factory;
    }

    @Test
    void factory_keyFile_nowhere() {
        assertThat(factory.keyFile()).isEmpty();
    }

    @Test
    void write_executorByHand_doneOnlyWhenItRuns() {
        MemoryStorage storage = new MemoryStorage(disk, tasks::add);
        CompletableFuture<BitSet> write = storage.write(batch(1));
        CompletableFuture<Long> count = storage.count();

        assertThat(write).isNotDone();
        runNext();
        assertThat(write).isDone();
        assertThat(count).isNotDone();
        runNext();
        assertThat(count).isCompletedWithValue(1L);
    }

    @Test
    void crash_writesUnderWay_lostAndNeverAnswered() {
        MemoryStorage storage = new MemoryStorage(disk, tasks::add);
        CompletableFuture<BitSet> acknowledged = storage.write(batch(1));
        runNext();
        CompletableFuture<BitSet> underWay = storage.write(batch(2));
        CompletableFuture<Long> read = storage.count();
        storage.crash();
        runAll();

        assertThat(acknowledged).isCompleted();
        assertThat(underWay).isNotDone();
        assertThat(read).isNotDone();
        assertThat(storage.count()).isCompletedExceptionally();
        assertThat(countOnDisk()).isEqualTo(1);
    }

    @Test
    void crash_withSurvivors_oldestOnTheDiskYetUnanswered() {
        MemoryStorage storage = new MemoryStorage(disk, tasks::add);
        List<CompletableFuture<BitSet>> writes =
                List.of(storage.write(batch(1)), storage.write(batch(2)), storage.write(batch(3)));
        storage.crash(2);
        runAll();

        assertThat(writes).noneMatch(CompletableFuture::isDone);
        assertThat(countOnDisk()).isEqualTo(2);
    }

    @Test
    void crash_thenClose_nothingMore() {
        MemoryStorage storage = new MemoryStorage(disk, tasks::add);
        storage.crash();
        MemoryStorage next = new MemoryStorage(disk, Runnable::run);
        storage.close();
        storage.crash();

        assertThatThrownBy(() -> new MemoryStorage(disk, Runnable::run)).isInstanceOf(StorageException.class);
        assertThat(next.count()).isCompletedWithValue(0L);
    }

    @Test
    void failWrites_two_theNextTwoFailAndWriteNothing() {
        MemoryStorage storage = new MemoryStorage(Runnable::run);
        storage.failWrites(2);

        assertThat(storage.write(batch(1)))
                .failsWithin(0, TimeUnit.SECONDS)
                .withThrowableThat()
                .withCauseInstanceOf(StorageException.class);
        assertThat(storage.write(batch(2))).isCompletedExceptionally();
        assertThat(storage.write(batch(3))).isCompleted();
        assertThat(storage.count()).isCompletedWithValue(1L);
        assertThat(storage.metadata("1")).isCompletedWithValueMatching(Optional::isEmpty);
    }

    @Test
    void write_afterExecutorShutDown_failsWithClosedAndIsNotWritten() {
        MemoryStorage storage = new MemoryStorage(disk, work -> {
            throw new RejectedExecutionException("shut down");
        });

        assertThatThrownBy(() -> storage.write(batch(1)).join()).hasCauseInstanceOf(ClosedException.class);
        storage.close();
        assertThat(countOnDisk()).isZero();
    }

    private static WriteBatch batch(int number) {
        return WriteBatch.of(List.of(entry(number, number)), Map.of("" + number, text("set")));
    }

    private long countOnDisk() {
        try (MemoryStorage storage = new MemoryStorage(disk, Runnable::run)) {
            return storage.count().join();
        }
    }

    private void runNext() {
        Objects.requireNonNull(tasks.poll(), "a task waits").run();
    }

    private void runAll() {
        while (!tasks.isEmpty()) {
            runNext();
        }
    }
}
