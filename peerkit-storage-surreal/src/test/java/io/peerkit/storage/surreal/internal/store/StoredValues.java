// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Some of everything that a store keeps, and whether all of it comes back as it was. */
final class StoredValues {
    static final int ENTRIES = 40;
    private static final int OTHERS = 3;

    private StoredValues() {}

    /** Leaves a closed space with some of everything, buckets and journals too. */
    static void fill(SurrealEngine engine, String space) {
        try (Storage store = TestStores.open(engine, space, TestStores.TINY)) {
            write(store);
        }
        try (Storage store = TestStores.open(engine, space, TestStores.SMALL)) {
            // Not merged before the next opening.
            store.write(TestStores.removal(ENTRIES, 1)).join();
            store.write(TestStores.removal(0, 2)).join();
            store.write(TestStores.batch(0, 2)).join();
        }
    }

    private static void write(Storage store) {
        for (int first = 0; first < ENTRIES; first += 2) {
            store.write(TestStores.batch(first, 2)).join();
        }
        WriteBatch.Builder others = WriteBatch.builder();
        for (int i = 0; i < OTHERS; i++) {
            others.metadata("name" + i, text("metadata", i));
            others.records(List.of(new StoredRecord(RecordKey.of("things", text("key", i)), text("record", i))));
            others.chunks(List.of(new StoredChunk(TestStores.hash(i), text("chunk", i))));
            others.agents(List.of(card(i)));
        }
        store.write(others.build()).join();
    }

    private static AgentInfo card(int number) {
        AgentId agent = AgentId.of(TestStores.id(number).toBytes());
        Instant issued = Instant.ofEpochMilli(1_000 + number);
        return new AgentInfo(agent, List.of(), issued, issued.plusSeconds(1), text("card", number));
    }

    private static byte[] text(String what, int number) {
        return (what + " number " + number).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads everything in every way there is. What comes must be right; what is missing or refused is counted.
     *
     * @return how many reads were refused
     */
    static int readAll(Storage store) {
        int refused = 0;
        for (int i = 0; i < ENTRIES; i++) {
            int number = i;
            refused += entries(() -> store.entries(List.of(TestStores.id(number)), 1_000), 1);
            refused += entries(
                    () -> store.entryOfBlob(TestStores.hash(number))
                            .thenApply(found -> found.stream().toList()),
                    1);
        }
        refused += entries(() -> store.scan(Optional.empty(), ENTRIES, Integer.MAX_VALUE), ENTRIES);
        for (int i = 0; i < OTHERS; i++) {
            int number = i;
            byte[] key = text("key", i);
            refused += bytes(() -> store.metadata("name" + number), text("metadata", i));
            refused += bytes(() -> store.record(RecordKey.of("things", key)), text("record", i));
            StoredChunk chunk = new StoredChunk(TestStores.hash(i), text("chunk", i));
            refused += bytes(
                    () -> store.chunks(List.of(chunk.hash()), 1_000)
                            .thenApply(found ->
                                    found.stream().map(StoredChunk::bytes).findFirst()),
                    chunk.bytes());
        }
        refused += isRefused(() -> store.records("things", Optional.empty(), 10, 1_000)
                .thenAccept(found -> {
                    assertThat(found).hasSize(OTHERS);
                    IntStream.range(0, OTHERS)
                            .forEach(i -> assertThat(found.get(i).value()).isEqualTo(text("record", i)));
                }));
        refused += isRefused(() -> store.agents(10).thenAccept(found -> {
            assertThat(found).hasSize(OTHERS);
            IntStream.range(0, OTHERS).forEach(i -> assertThat(found.get(i)).isEqualTo(text("card", OTHERS - 1 - i)));
        }));
        refused += isRefused(() -> store.cards(Optional.empty(), 10)
                .thenAccept(found -> assertThat(found)
                        .hasSize(OTHERS)
                        .allSatisfy(card -> assertThat(card.encoded())
                                .isEqualTo(text("card", (int) card.issuedAt().toEpochMilli() - 1_000)))));
        return refused;
    }

    private static int entries(Supplier<CompletableFuture<List<StoredEntry>>> read, int count) {
        return isRefused(() -> read.get().thenAccept(found -> {
            assertThat(found).hasSize(count);
            for (StoredEntry entry : found) {
                StoredEntry written = TestStores.entry((int) entry.time());
                assertThat(entry.id()).isEqualTo(written.id());
                assertThat(entry.blobHash()).isEqualTo(written.blobHash());
                assertThat(entry.envelope()).isEqualTo(written.envelope());
                assertThat(entry.blob().orElseThrow()).isEqualTo(written.blob().orElseThrow());
            }
        }));
    }

    private static int bytes(Supplier<CompletableFuture<Optional<byte[]>>> read, byte[] written) {
        return isRefused(() -> read.get()
                .thenAccept(found -> assertThat(found)
                        .hasValueSatisfying(value -> assertThat(value).isEqualTo(written))));
    }

    /** 1 when it is refused as damaged. */
    private static int isRefused(Supplier<CompletableFuture<Void>> read) {
        try {
            read.get().join();
            return 0;
        } catch (CompletionException e) {
            if (e.getCause() instanceof AssertionError wrong) {
                throw wrong;
            }
            assertThat(e).cause().isInstanceOf(StorageException.class).hasMessageContaining("damaged");
            return 1;
        }
    }
}
