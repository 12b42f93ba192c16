// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.SurrealCredentials;
import io.peerkit.storage.surreal.SurrealStorage;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lease that nobody renews, on a real engine. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class LeaseIT {
    @TempDir
    private Path folder;

    private SurrealEngine engine;

    @BeforeEach
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder);
    }

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    @Test
    void open_ownerThatDidNotClose_waitsForItsLeaseAndTakesOver() {
        SurrealStorage factory = SurrealStorage.connect(engine.uri())
                .credentials(SurrealCredentials.root(engine.user(), engine.password()))
                .lease(Duration.ofSeconds(2));
        Storage abandoned = factory.open();
        abandoned.write(batch(0, 3)).join();
        // As a process that was killed: nothing is given back, nothing renewed.
        ((SurrealStore) abandoned).abandon();

        try (Storage next = factory.open()) {
            assertThat(next.count().join()).isEqualTo(3);
            assertThat(next.write(batch(2, 2)).join()).isEqualTo(BitSet.valueOf(new long[] {2}));
            assertThat(next.count().join()).isEqualTo(4);

            assertThatThrownBy(() -> abandoned.write(batch(100, 1)).get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("took the space over");
            assertThatThrownBy(() -> abandoned.write(batch(200, 1)).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("took the space over");
            assertThat(next.count().join()).isEqualTo(4);
            abandoned.close();
            assertThat(next.write(batch(300, 1)).join().cardinality()).isEqualTo(1);
        }
    }

    private static WriteBatch batch(int first, int size) {
        return WriteBatch.ofEntries(
                IntStream.range(first, first + size).mapToObj(LeaseIT::entry).toList());
    }

    private static StoredEntry entry(int number) {
        byte[] name = ByteBuffer.allocate(4).putInt(number).array();
        return new StoredEntry(EntryId.ofHeader(name), number, BlobHash.ofBlob(name), name, Optional.of(name));
    }
}
