// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the contract suite does not ask for, on a real engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SurrealStorageIT {
    @TempDir
    private static Path folder;

    private SurrealEngine engine;

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.MEMORY, folder);
    }

    @AfterAll
    void stopEngine() {
        engine.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"ROCKSDB", "SURREALKV"})
    void write_engineKilledInTheMiddle_everyBatchWrittenOnceAndWhole(SurrealEngine.Storage kind) throws Exception {
        int batches = 120;
        int size = 50;
        try (SurrealEngine mortal = SurrealEngine.startOwn(kind, folder.resolve("mortal-" + kind))) {
            List<CompletableFuture<BitSet>> writes = new ArrayList<>();
            try (Storage store = storage(mortal, "killed").open()) {
                for (int i = 0; i < batches; i++) {
                    writes.add(store.write(batch(i * size, size)));
                    if (i == batches / 3) {
                        assertThat(writes.get(0).get(30, TimeUnit.SECONDS).cardinality())
                                .isEqualTo(size);
                        mortal.kill();
                    }
                    if (i == batches / 2) {
                        mortal.restart();
                    }
                }
                // Sent again where the answer was lost, and yet every entry is reported new exactly once.
                for (CompletableFuture<BitSet> write : writes) {
                    assertThat(write.get(60, TimeUnit.SECONDS).cardinality()).isEqualTo(size);
                }
                assertThat(store.count().join()).isEqualTo((long) batches * size);
            }
            try (Storage store = storage(mortal, "killed").open()) {
                assertThat(store.count().join()).isEqualTo((long) batches * size);
                assertThat(store.keys(Optional.empty(), batches * size + 1)
                                .join()
                                .size())
                        .isEqualTo(batches * size);
                List<EntryId> last = IntStream.range((batches - 1) * size, batches * size)
                        .mapToObj(SurrealStorageIT::id)
                        .toList();
                assertThat(store.entries(last, Integer.MAX_VALUE).join()).hasSize(size);
            }
        }
    }

    @Test
    void write_engineAwayForLongerThanThePatience_failsAndLaterOnesAreWritten() throws Exception {
        try (SurrealEngine mortal = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder.resolve("away"));
                Storage store = storage(mortal, "away")
                        .patience(Duration.ofSeconds(1))
                        .lease(Duration.ofMinutes(1))
                        .open()) {
            mortal.kill();
            CompletableFuture<BitSet> during = store.write(metadata("during"));
            assertThatThrownBy(() -> during.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(StorageException.class);
            assertThatThrownBy(() -> store.count().get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(StorageException.class)
                    .hasMessageContaining("no connection in PT1S");
            // About the same thing as the one whose fate is unknown: waits until that can no longer happen, with
            // patience too.
            CompletableFuture<BitSet> behind = store.write(metadata("behind"));
            assertThatThrownBy(() -> behind.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(StorageException.class);
            mortal.restart();

            while (store.write(metadata("behind"))
                    .handle((done, failure) -> failure != null)
                    .get(30, TimeUnit.SECONDS)) {
                // Connecting takes longer than the patience of this test.
            }
            store.write(metadata("later")).get(60, TimeUnit.SECONDS);
            assertThat(store.metadata("name").get(30, TimeUnit.SECONDS))
                    .hasValue("later".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void open_twoSpacesInOneDatabase_neitherSeesTheOther() {
        try (Storage one = storage(engine, "tenant-1").open();
                Storage other = storage(engine, "tenant-10").open()) {
            one.write(batch(0, 10)).join();
            other.write(batch(5, 10)).join();

            assertThat(one.count().join()).isEqualTo(10);
            assertThat(other.count().join()).isEqualTo(10);
            assertThat(one.entries(List.of(id(12)), 1_000).join()).isEmpty();
            assertThat(other.keys(Optional.empty(), 100).join().times())
                    .containsExactly(5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
            assertThat(one.entryOfBlob(hash(14)).join()).isEmpty();
        }
    }

    @Test
    void write_batchOfManyFrames_allOrNothing() {
        try (Storage store = storage(engine, "large").open()) {
            List<StoredEntry> large = IntStream.range(0, 12)
                    .mapToObj(i -> entry(i, StoredEntry.MAX_BLOB_BYTES))
                    .toList();
            List<StoredChunk> chunks = IntStream.range(0, 8)
                    .mapToObj(i -> new StoredChunk(hash(i), new byte[StoredChunk.MAX_BYTES]))
                    .toList();
            WriteBatch batch =
                    WriteBatch.builder().entries(large).chunks(chunks).build();

            assertThat(store.write(batch).join().cardinality()).isEqualTo(12);
            assertThat(store.write(batch).join().cardinality()).isZero();
            assertThat(store.count().join()).isEqualTo(12);
            assertThat(store.scan(Optional.empty(), 100, Integer.MAX_VALUE).join())
                    .hasSize(12)
                    .allSatisfy(entry -> assertThat(entry.blob().orElseThrow()).hasSize(StoredEntry.MAX_BLOB_BYTES));
            assertThat(store.chunks(List.of(hash(0), hash(7), hash(8)), Integer.MAX_VALUE)
                            .join())
                    .hasSize(2);
        }
    }

    @Test
    void open_exclusiveWhileShared_refusedWithTheReason() {
        try (Storage shared = storage(engine, "mixed").shared().open()) {
            assertThatThrownBy(() -> storage(engine, "mixed").open())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("is open and shared, in another process or this one");
            assertThat(shared.count().join()).isZero();
        }
    }

    @Test
    void open_wrongPassword_refusedWithoutShowingIt() {
        assertThatThrownBy(() -> storage(engine, "any")
                        .credentials(SurrealCredentials.root(engine.user(), "wrong-5e77"))
                        .open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("refused the sign-in")
                .message()
                .doesNotContain("wrong-5e77");
    }

    private static SurrealStorage storage(SurrealEngine engine, String space) {
        return SurrealStorage.connect(engine.uri())
                .credentials(SurrealCredentials.root(engine.user(), engine.password()))
                .lease(Duration.ofSeconds(2))
                .space(space);
    }

    private static WriteBatch metadata(String value) {
        return WriteBatch.of(List.of(), Map.of("name", value.getBytes(StandardCharsets.UTF_8)));
    }

    private static WriteBatch batch(int first, int size) {
        return WriteBatch.ofEntries(
                IntStream.range(first, first + size).mapToObj(i -> entry(i, 5)).toList());
    }

    private static StoredEntry entry(int number, int blobBytes) {
        return new StoredEntry(id(number), number, hash(number), new byte[30], Optional.of(new byte[blobBytes]));
    }

    private static EntryId id(int number) {
        return EntryId.ofHeader(ByteBuffer.allocate(4).putInt(number).array());
    }

    private static BlobHash hash(int number) {
        return BlobHash.ofBlob(ByteBuffer.allocate(4).putInt(number).array());
    }
}
