// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.storage.surreal.internal.index.IndexLimits;
import io.peerkit.storage.surreal.internal.session.Greeting;
import io.peerkit.storage.surreal.internal.session.SessionLimits;
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Stores with limits of their own, and entries that a number names. */
final class TestStores {
    /** So small that a few entries are merged, and a few more split buckets. */
    static final IndexLimits TINY = new IndexLimits(3, 8, 1, 4, 4, 2, 5);

    /** Small enough that 100,000 entries are merged some dozens of times. */
    static final IndexLimits SMALL = new IndexLimits(2_000, 6_000, 4, 400, 64, 16, 1_000);

    private static final Duration LEASE = Duration.ofSeconds(2);

    private TestStores() {}

    static WebSocketSession session(SurrealEngine engine) {
        return WebSocketSession.start(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
                engine.uri(),
                new Greeting(
                        Greeting.SignIn.of(Map.of("user", engine.user(), "pass", engine.password())),
                        "peerkit",
                        "peerkit"),
                new SessionLimits(2, Duration.ofSeconds(30), Duration.ofSeconds(60)));
    }

    static SurrealStore open(SurrealEngine engine, String space, IndexLimits limits) {
        return open(engine, space, limits, false);
    }

    static SurrealStore open(SurrealEngine engine, String space, IndexLimits limits, boolean shared) {
        return SurrealStore.open(session(engine), settings(space, limits, shared), () -> {});
    }

    static StoreSettings settings(String space, IndexLimits limits, boolean shared) {
        String setUp = "DEFINE NAMESPACE IF NOT EXISTS peerkit; DEFINE DATABASE IF NOT EXISTS peerkit;";
        return new StoreSettings(space, setUp, shared, LEASE, 4, limits);
    }

    static WriteBatch batch(int first, int size) {
        return WriteBatch.ofEntries(
                IntStream.range(first, first + size).mapToObj(TestStores::entry).toList());
    }

    static WriteBatch removal(int first, int size) {
        return WriteBatch.builder()
                .removeEntries(IntStream.range(first, first + size)
                        .mapToObj(TestStores::id)
                        .toList())
                .build();
    }

    static StoredEntry entry(int number) {
        byte[] name = name(number);
        return new StoredEntry(id(number), number, hash(number), name, Optional.of(name));
    }

    static EntryKey key(int number) {
        return entry(number).key();
    }

    static EntryId id(int number) {
        return EntryId.ofHeader(name(number));
    }

    static BlobHash hash(int number) {
        return BlobHash.ofBlob(name(number));
    }

    static List<EntryId> ids(IntStream numbers) {
        return numbers.mapToObj(TestStores::id).toList();
    }

    private static byte[] name(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
