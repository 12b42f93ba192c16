// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.SurrealCredentials;
import io.peerkit.storage.surreal.SurrealStorage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that somebody changed by hand, whichever there are: an entry comes back right or not at all, and with a clear error. */
final class DamagedRowsIT {
    private static final int ENTRIES = 5;
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path directory;

    /** A field of bytes in a table of the store. */
    private record Field(String table, String name) {}

    @Test
    void read_bytesOfRowsReplacedByHand_rightEntriesOrStorageException() throws Exception {
        try (SurrealEngine engine = SurrealEngine.start(SurrealEngine.Storage.MEMORY, directory);
                RpcSocket rpc = new RpcSocket(engine.uri())) {
            rpc.signIn(engine);
            List<String> refused = new ArrayList<>();
            fill(store(engine, "first"));
            rpc.call("use", "damaged", "first");
            for (Field field : fields(rpc)) {
                String database = field.table() + "_" + field.name();
                StorageFactory store = store(engine, database);
                fill(store);
                rpc.call("use", "damaged", database);
                rpc.query("UPDATE " + field.table() + " SET " + field.name() + " = <bytes>\"by hand\"");
                if (isRefused(store)) {
                    refused.add(field.name());
                }
            }
            assertThat(refused).as("fields whose damage was told").isNotEmpty();
        }
    }

    private static StorageFactory store(SurrealEngine engine, String database) {
        return SurrealStorage.connect(engine.uri())
                .credentials(SurrealCredentials.root(engine.user(), engine.password()))
                .namespace("damaged")
                .database(database)
                .lease(Duration.ofSeconds(2));
    }

    private static void fill(StorageFactory factory) throws Exception {
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            entries.add(entry(i));
        }
        try (Storage store = factory.open()) {
            await(store.write(WriteBatch.ofEntries(entries)));
        }
    }

    private static List<Field> fields(RpcSocket rpc) throws Exception {
        List<Field> found = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        rpc.query("INFO FOR DB").path("tables").fieldNames().forEachRemaining(tables::add);
        for (String table : tables) {
            JsonNode fields = rpc.query("INFO FOR TABLE " + table).path("fields");
            fields.fieldNames().forEachRemaining(name -> {
                if (fields.path(name).asText().contains("TYPE bytes")) {
                    found.add(new Field(table, name));
                }
            });
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static boolean isRefused(StorageFactory factory) throws Exception {
        int refused = 0;
        try (Storage store = factory.open()) {
            for (int i = 0; i < ENTRIES; i++) {
                StoredEntry entry = entry(i);
                refused += isRefused(store.entries(List.of(entry.id()), 1_000));
                refused += isRefused(store.entryOfBlob(entry.blobHash())
                        .thenApply(found -> found.stream().toList()));
            }
            refused += isRefused(store.scan(Optional.empty(), ENTRIES, 10_000));
            refused += isRefused(store.keys(Optional.empty(), ENTRIES).thenApply(DamagedRowsIT::ofKeys));
        } catch (StorageException e) {
            refused++;
        }
        return refused > 0;
    }

    private static List<StoredEntry> ofKeys(KeyPage page) {
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < page.size(); i++) {
            StoredEntry entry = entry((int) page.times()[i]);
            assertThat(Arrays.copyOfRange(page.ids(), 32 * i, 32 * i + 32))
                    .isEqualTo(entry.id().toBytes());
            entries.add(entry);
        }
        return entries;
    }

    /** 1 when it fails as it should, 0 when all that came is right. */
    private static int isRefused(CompletableFuture<List<StoredEntry>> read) throws Exception {
        try {
            for (StoredEntry found : await(read)) {
                StoredEntry expected = entry((int) found.time());
                assertThat(found.id()).isEqualTo(expected.id());
                assertThat(found.blobHash()).isEqualTo(expected.blobHash());
                assertThat(found.envelope()).isEqualTo(expected.envelope());
                assertThat(found.blob()).hasValue(expected.blob().orElseThrow());
            }
            return 0;
        } catch (ExecutionException e) {
            assertThat(e).cause().isInstanceOf(StorageException.class).message().isNotBlank();
            return 1;
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static StoredEntry entry(int number) {
        byte[] bytes = ("entry number " + number).getBytes(StandardCharsets.UTF_8);
        return new StoredEntry(
                EntryId.ofHeader(bytes),
                number,
                BlobHash.ofBlob(bytes),
                bytes,
                Optional.of(("blob of " + number).getBytes(StandardCharsets.UTF_8)));
    }
}
