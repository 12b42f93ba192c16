// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static io.peerkit.storage.sealed.SealedSamples.await;
import static io.peerkit.storage.sealed.SealedSamples.card;
import static io.peerkit.storage.sealed.SealedSamples.chunk;
import static io.peerkit.storage.sealed.SealedSamples.entry;
import static io.peerkit.storage.sealed.SealedSamples.id;
import static io.peerkit.storage.sealed.SealedSamples.item;
import static io.peerkit.storage.sealed.SealedSamples.text;
import static io.peerkit.storage.sealed.SealedSamples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.testkit.storage.MemoryStorage;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SealedStorageTest {
    private static final StorageKey KEY = StorageKey.of(new byte[32]);
    private final StorageFactory below = MemoryStorage.factory();
    private final SealedStorage sealed = SealedStorage.of(below, KEY);

    @Test
    void open_passphrase_onlyTheRightOne() {
        SealedStorage right = SealedStorage.of(below, StorageKey.passphrase("right".toCharArray()));
        right.open().close();
        right.open().close();
        refused(
                () -> SealedStorage.of(below, StorageKey.passphrase("wrong".toCharArray()))
                        .open(),
                "the passphrase does not open the sealed store");
        refused(sealed::open, "the store is sealed by a passphrase, but a key was given");
        right.open().close();
    }

    @Test
    void open_unsealedValueOfAnyKind_refusedAndLeftAsItIs() {
        for (WriteBatch.Builder batch : List.of(
                WriteBatch.builder().entries(List.of(entry(1, "one"))),
                WriteBatch.builder().metadata("name", text("value")),
                WriteBatch.builder().agents(List.of(card(1, 1))),
                WriteBatch.builder().records(List.of(item("one", 1, "x"))),
                WriteBatch.builder().chunks(List.of(chunk(1))))) {
            StorageFactory unsealed = MemoryStorage.factory();
            try (Storage store = unsealed.open()) {
                write(store, batch);
            }
            refused(
                    () -> SealedStorage.of(unsealed, KEY).open(),
                    "the store holds values that are not sealed; SealedStorage.seal seals them where they lie");
            try (Storage store = unsealed.open()) {
                assertThat(await(store.metadata(Storage.SEALED_MARKER))).isEmpty();
            }
        }
    }

    @Test
    void open_markerDamaged_refusedAsDamagedAndNeverReplaced() {
        sealed.open().close();
        try (Storage store = below.open()) {
            write(store, WriteBatch.builder().metadata(Storage.SEALED_MARKER, new byte[100]));
        }
        refused(sealed::open, "the keys of the sealed store are damaged (check does not fit)");
    }

    @Test
    void changeKey_thenOpen_onlyTheNewOne() {
        try (Storage store = sealed.open()) {
            write(store, WriteBatch.builder().entries(List.of(entry(1, "one"))));
        }
        StorageKey fresh = StorageKey.passphrase("fresh".toCharArray());
        refused(
                () -> SealedStorage.changeKey(below, fresh, KEY),
                "the store is sealed by a key, but a passphrase was given");
        SealedStorage.changeKey(below, KEY, fresh);
        refused(sealed::open, "the store is sealed by a passphrase, but a key was given");
        try (Storage store = SealedStorage.of(below, fresh).open()) {
            assertThat(await(store.entries(List.of(id(1)), 1))).hasSize(1);
        }
        refused(() -> SealedStorage.changeKey(MemoryStorage.factory(), KEY, fresh), "the store is not sealed");
    }

    @Test
    void wipe_storeStaysOpenButOpensNoMore() {
        StorageKey key = StorageKey.of(new byte[32]);
        SealedStorage storage = SealedStorage.of(below, key);
        try (Storage store = storage.open()) {
            key.wipe();
            write(store, WriteBatch.builder().entries(List.of(entry(1, "one"))));
            assertThat(await(store.entries(List.of(id(1)), 1))).hasSize(1);
        }
        assertThatThrownBy(storage::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the key was wiped");
        assertThat(key).hasToString("StorageKey");
    }

    @Test
    void storageKey_bounds_inPairs() {
        assertThat(StorageKey.passphrase(new char[1])).isNotNull();
        assertThat(StorageKey.passphrase(new char[1_024])).isNotNull();
        for (int wrong : new int[] {0, 1_025}) {
            assertThatThrownBy(() -> StorageKey.passphrase(new char[wrong]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("passphrase of " + wrong + " characters, must have 1 to 1024");
        }
        for (int wrong : new int[] {31, 33}) {
            assertThatThrownBy(() -> StorageKey.of(new byte[wrong]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("key of " + wrong + " bytes, must be 32");
        }
        assertThatThrownBy(() -> StorageKey.passphrase(new char[] {'\ud83d'}))
                .isInstanceOf(InvalidSettingException.class);
    }

    @Test
    void write_mostOfEverything_takenAndFoundByTheRotation() {
        WriteBatch.Builder most = WriteBatch.builder();
        for (int i = 0; i < WriteBatch.MAX_RECORDS; i++) {
            most.records(List.of(item("c-" + i, i, "x")))
                    .removeRecords(List.of(item("c-" + i, i + 1, "x").key()))
                    .removeChunks(List.of(chunk(100_000 + i).hash()));
        }
        for (int i = 0; i < 64; i++) {
            most.metadata("name " + i, text("x"))
                    .removeMetadata(List.of("name " + i))
                    .chunks(List.of(chunk(i)));
        }
        try (Storage store = sealed.open()) {
            write(store, most);
            await(sealed.rotate());
            RecordKey last = item("c-4095", 4_095, "").key();
            assertThat(await(store.record(last))).hasValue(text("record x"));
            assertThat(await(store.metadata("name 63"))).hasValue(text("x"));
            assertThat(await(store.chunksPresent(List.of(chunk(63).hash())))).hasToString("{0}");
        }
    }

    /** Its name and value, together with what sealing adds, still fit below. */
    @Test
    void metadata_longestNameAndValue_readBackAndListed() {
        String longest = "\u20ac".repeat(WriteBatch.MAX_METADATA_NAME_LENGTH);
        try (Storage store = sealed.open()) {
            write(store, WriteBatch.builder().metadata(longest, new byte[WriteBatch.MAX_METADATA_BYTES]));
            assertThat(await(store.metadata(longest)).orElseThrow()).hasSize(WriteBatch.MAX_METADATA_BYTES);
            assertThat(await(store.metadataNames(Optional.empty(), 10))).containsExactly(longest);
        }
    }

    // --- a store that was changed by who has the files ---

    @Test
    void entries_swappedOrMoved_refused() {
        try (Storage store = sealed.open()) {
            write(store, WriteBatch.builder().entries(List.of(entry(1, "one"), entry(2, "two"))));
        }
        List<StoredEntry> kept;
        try (Storage store = below.open()) {
            kept = await(store.scan(Optional.empty(), 2, Integer.MAX_VALUE));
        }
        StoredEntry one = kept.get(0);
        StoredEntry two = kept.get(1);
        for (StoredEntry forged : List.of(
                new StoredEntry(one.id(), one.time(), one.blobHash(), two.envelope(), one.blob()),
                new StoredEntry(one.id(), one.time(), one.blobHash(), one.envelope(), two.blob()),
                new StoredEntry(one.id(), 77, one.blobHash(), one.envelope(), one.blob()),
                new StoredEntry(one.id(), one.time(), one.blobHash(), text("blank"), one.blob()))) {
            replace(WriteBatch.builder().removeEntries(List.of(one.id())).entries(List.of(forged)));
            try (Storage store = sealed.open()) {
                damaged(store.entries(List.of(id(1)), 1));
                damaged(store.scan(Optional.empty(), 10, Integer.MAX_VALUE));
                assertThat(await(store.entries(List.of(id(2)), 1))).hasSize(1);
            }
        }
        replace(WriteBatch.builder()
                .removeEntries(List.of(one.id()))
                .entries(List.of(new StoredEntry(one.id(), one.time(), two.blobHash(), one.envelope(), one.blob()))));
        try (Storage store = sealed.open()) {
            damaged(store.entryOfBlob(entry(2, "two").blobHash()));
        }
    }

    @Test
    void recordsMetadataChunksCards_swapped_refused() {
        try (Storage store = sealed.open()) {
            write(
                    store,
                    WriteBatch.builder()
                            .records(List.of(item("one", 1, "a"), item("two", 1, "b")))
                            .chunks(List.of(chunk(1), chunk(22)))
                            .agents(List.of(card(1, 1), card(2, 2))));
        }
        replaceFromBelow();
        try (Storage store = sealed.open()) {
            damaged(store.record(item("one", 1, "").key()));
            damaged(store.records("one", Optional.empty(), 10, 1_000));
            damaged(store.chunks(List.of(chunk(1).hash()), 1_000));
            damaged(store.agents(10));
            assertThat(await(store.record(item("two", 1, "").key()))).hasValue(text("record b"));
            assertThat(await(store.chunks(List.of(chunk(22).hash()), 1_000))).hasSize(1);
        }
    }

    private void replaceFromBelow() {
        try (Storage store = below.open()) {
            byte[] two = await(store.record(item("two", 1, "").key())).orElseThrow();
            WriteBatch.Builder batch = WriteBatch.builder()
                    .records(List.of(new StoredRecord(item("one", 1, "").key(), two)));
            List<BlobHash> names = await(store.chunkHashes(Optional.empty(), 10));
            List<StoredChunk> chunks = await(store.chunks(names, 1_000));
            // Names tell nothing, but lengths do.
            StoredChunk first = Collections.min(chunks, Comparator.comparing(chunk -> chunk.bytes().length));
            StoredChunk second = Collections.max(chunks, Comparator.comparing(chunk -> chunk.bytes().length));
            batch.removeChunks(List.of(first.hash())).chunks(List.of(new StoredChunk(first.hash(), second.bytes())));
            List<byte[]> cards = await(store.agents(10));
            byte[] forged = cards.get(0).clone();
            System.arraycopy(cards.get(1), 32, forged, 32, Math.min(cards.get(1).length, forged.length) - 32);
            AgentId agent = AgentId.of(Arrays.copyOf(forged, 32));
            batch.removeAgents(List.of(agent))
                    .agents(List.of(
                            new AgentInfo(agent, List.of(), Instant.ofEpochMilli(2), Instant.ofEpochMilli(3), forged)));
            write(store, batch);
        }
    }

    private void replace(WriteBatch.Builder batch) {
        try (Storage store = below.open()) {
            write(store, batch);
        }
    }

    private static void damaged(CompletableFuture<?> answer) {
        assertThatThrownBy(() -> await(answer))
                .isInstanceOf(StorageException.class)
                .hasMessageMatching(".*(damaged|when sealed).*");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(StorageException.class).hasMessage(message);
    }
}
