// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static io.peerkit.storage.sealed.SealedSamples.await;
import static io.peerkit.storage.sealed.SealedSamples.text;
import static io.peerkit.storage.sealed.SealedSamples.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.sqlite.SqliteStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks for what must not be seen in the files of a real store, while it is open, with its log, and when it is closed. */
class SealedFilesTest {
    private static final AgentId AGENT =
            AgentId.of(BlobHash.ofBlob(text("an agent")).toBytes());
    private static final byte[] BLOB = text("marker-in-a-blob");
    private static final byte[] CHUNK = text("marker-in-a-chunk");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void files_unsealed_everyNeedleFound() throws IOException {
        assertThat(found(SqliteStorage.at(folder.resolve("store.db"))))
                .containsExactlyElementsOf(needles().keySet());
    }

    @Test
    void files_sealed_noNeedleFound() throws IOException {
        SealedStorage sealed = SealedStorage.of(
                SqliteStorage.at(folder.resolve("store.db")), StorageKey.of(text("marker-in-the-key-of-32-bytes-xx")));
        assertThat(found(sealed)).isEmpty();
    }

    @Test
    void rotate_oldValues_inNoFileAfterwards() throws IOException {
        SealedStorage sealed =
                SealedStorage.of(SqliteStorage.at(folder.resolve("store.db")), StorageKey.of(new byte[32]));
        byte[] oldEnvelope;
        byte[] oldMarker;
        fill(sealed);
        try (Storage below = SqliteStorage.at(folder.resolve("store.db")).open()) {
            oldEnvelope = await(below.scan(Optional.empty(), 1, 1)).get(0).envelope();
            oldMarker = await(below.metadata(Storage.SEALED_MARKER)).orElseThrow();
        }
        assertThat(contains(oldEnvelope)).isTrue();
        assertThat(contains(oldMarker)).isTrue();
        try (Storage store = sealed.open()) {
            await(sealed.rotate());
            assertThat(contains(oldEnvelope)).isFalse();
            assertThat(contains(oldMarker)).isFalse();
            assertThat(await(store.count())).isEqualTo(1);
        }
    }

    @Test
    void seal_openValues_inNoFileAfterwardsAndBackByUnseal() throws IOException {
        StorageFactory below = SqliteStorage.at(folder.resolve("store.db"));
        StorageKey key = StorageKey.of(new byte[32]);
        fill(below);
        List<String> needles = new ArrayList<>();
        search(needles);
        assertThat(needles).containsExactlyElementsOf(needles().keySet());

        SealedStorage.seal(below, key);

        List<String> left = new ArrayList<>();
        search(left);
        assertThat(left).isEmpty();
        try (Storage store = SealedStorage.of(below, key).open()) {
            assertThat(await(store.entryOfBlob(BlobHash.ofBlob(BLOB)))).isPresent();
        }
        search(left);
        assertThat(left).isEmpty();
        SealedStorage.unseal(below, key);
        search(left);
        assertThat(left).containsExactlyElementsOf(needles().keySet());
    }

    @Test
    void changeKey_oldWrapping_inNoFileAfterwards() throws IOException {
        StorageFactory below = SqliteStorage.at(folder.resolve("store.db"));
        StorageKey old = StorageKey.of(new byte[32]);
        StorageKey fresh = StorageKey.of(text("32 bytes for a test of a new key"));
        fill(SealedStorage.of(below, old));
        byte[] oldMarker;
        try (Storage opened = below.open()) {
            oldMarker = await(opened.metadata(Storage.SEALED_MARKER)).orElseThrow();
        }
        SealedStorage.changeKey(below, old, fresh);
        assertThat(contains(oldMarker)).isFalse();
        try (Storage store = SealedStorage.of(below, fresh).open()) {
            assertThat(await(store.entryOfBlob(BlobHash.ofBlob(BLOB)))).isPresent();
        }
    }

    private List<String> found(StorageFactory factory) throws IOException {
        List<String> found = new ArrayList<>();
        try (Storage store = factory.open()) {
            write(store, batch());
            assertThat(Files.size(folder.resolve("store.db-wal"))).isPositive();
            search(found);
        }
        search(found);
        return found.stream().distinct().sorted().toList();
    }

    private void search(List<String> found) throws IOException {
        for (Map.Entry<String, byte[]> needle : needles().entrySet()) {
            if (contains(needle.getValue())) {
                found.add(needle.getKey());
            }
        }
    }

    private static Map<String, byte[]> needles() {
        Map<String, byte[]> needles = new TreeMap<>();
        needles.put("any value", text("marker-in-"));
        needles.put("hash of a blob", BlobHash.ofBlob(BLOB).toBytes());
        needles.put("hash of a chunk", BlobHash.ofBlob(CHUNK).toBytes());
        needles.put("id of an agent", AGENT.toBytes());
        needles.put("name of metadata", text("name-of-metadata"));
        return needles;
    }

    private static void fill(StorageFactory factory) {
        try (Storage store = factory.open()) {
            write(store, batch());
        }
    }

    private static WriteBatch.Builder batch() {
        return WriteBatch.builder()
                .entries(List.of(new StoredEntry(
                        SealedSamples.id(1),
                        1,
                        BlobHash.ofBlob(BLOB),
                        text("marker-in-an-envelope"),
                        Optional.of(BLOB))))
                .metadata("name-of-metadata", text("marker-in-metadata"))
                .agents(List.of(new AgentInfo(
                        AGENT, List.of(), Instant.ofEpochMilli(1), Instant.ofEpochMilli(2), text("marker-in-a-card"))))
                .records(List.of(
                        new StoredRecord(RecordKey.of("collection", new byte[] {1}), text("marker-in-a-record"))))
                .chunks(List.of(new StoredChunk(BlobHash.ofBlob(CHUNK), CHUNK)));
    }

    private boolean contains(byte[] needle) throws IOException {
        String wanted = new String(needle, StandardCharsets.ISO_8859_1);
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(wanted)) {
                    return true;
                }
            }
        }
        return false;
    }
}
