// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Values made from numbers, and everything a store has, written down so that it can be compared. */
final class SealedSamples {
    private SealedSamples() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static EntryId id(int number) {
        return EntryId.ofHeader(ByteBuffer.allocate(4).putInt(number).array());
    }

    static StoredEntry entry(int number, String content) {
        byte[] blob = text("blob " + content);
        return new StoredEntry(
                id(number), number, BlobHash.ofBlob(blob), text("envelope " + content), Optional.of(blob));
    }

    static StoredChunk chunk(int number) {
        byte[] bytes = text("chunk " + number);
        return new StoredChunk(BlobHash.ofBlob(bytes), bytes);
    }

    static StoredRecord item(String collection, int number, String content) {
        return new StoredRecord(
                RecordKey.of(collection, ByteBuffer.allocate(4).putInt(number).array()), text("record " + content));
    }

    static AgentId agent(int number) {
        return AgentId.of(id(number).toBytes());
    }

    static AgentInfo card(int number, int issued) {
        return new AgentInfo(
                agent(number),
                List.of(),
                Instant.ofEpochMilli(issued),
                Instant.ofEpochMilli(issued + 1L),
                text("card " + number + " " + issued));
    }

    /** All that a store tells, by readable names: the numbers asked for are below the bound. */
    static Map<String, String> everything(Storage store, int bound) {
        Map<String, String> all = new TreeMap<>();
        Optional<StoredEntry> last = Optional.empty();
        List<StoredEntry> page;
        do {
            page = await(store.scan(last.map(StoredEntry::key), 100, 1 << 20));
            for (StoredEntry entry : page) {
                all.put(
                        "entry " + entry.id(),
                        string(entry.envelope()) + entry.blob().map(SealedSamples::string));
                all.put("hash of " + entry.id(), entry.blobHash().toString());
                all.put(
                        "found by " + entry.blobHash(),
                        await(store.entryOfBlob(entry.blobHash()))
                                .orElseThrow()
                                .id()
                                .toString());
                last = Optional.of(entry);
            }
        } while (!page.isEmpty());
        for (String collection : List.of("one", "two", "three")) {
            for (StoredRecord item : await(store.records(collection, Optional.empty(), 4_096, Integer.MAX_VALUE))) {
                all.put("record " + item.key(), string(item.value()));
            }
        }
        for (int i = 0; i < bound; i++) {
            int number = i;
            await(store.metadata("name " + i)).ifPresent(value -> all.put("metadata " + number, string(value)));
            await(store.chunks(List.of(chunk(i).hash()), 1 << 20))
                    .forEach(chunk -> all.put("chunk " + number, string(chunk.bytes())));
        }
        await(store.agents(4_096)).forEach(card -> all.put("card " + string(card), ""));
        all.put("count", await(store.count()).toString());
        return all;
    }

    static void write(Storage store, WriteBatch.Builder batch) {
        var unused = await(store.write(batch.build()));
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** Spins, since what is awaited takes less than a millisecond, but not for ever. */
    static void until(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
                throw new AssertionError("did not happen in 60 s");
            }
            Thread.onSpinWait();
        }
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
