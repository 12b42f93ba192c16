// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import static io.peerkit.storage.sealed.RotationTest.SMALL;
import static io.peerkit.storage.sealed.SealedSamples.await;
import static io.peerkit.storage.sealed.SealedSamples.card;
import static io.peerkit.storage.sealed.SealedSamples.chunk;
import static io.peerkit.storage.sealed.SealedSamples.entry;
import static io.peerkit.storage.sealed.SealedSamples.everything;
import static io.peerkit.storage.sealed.SealedSamples.item;
import static io.peerkit.storage.sealed.SealedSamples.text;
import static io.peerkit.storage.sealed.SealedSamples.until;
import static io.peerkit.storage.sealed.SealedSamples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.SealedMarkers;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConversionTest {
    private static final StorageKey KEY = StorageKey.of(new byte[32]);
    private static final String HALF_SEALED = "the store is half sealed: sealing or unsealing it was interrupted;"
            + " SealedStorage.seal or unseal with its key goes on where that was";

    private final DiskFactory disk = new DiskFactory();

    @Test
    void seal_everyKindOfValue_foundSealedAndFoundAgainAsItWas() {
        Map<String, String> before = filled();

        SealedStorage.seal(disk, KEY);

        assertNothingOpen();
        assertThat(sealedContents()).isEqualTo(before);
        SealedStorage.seal(disk, KEY);
        assertThat(sealedContents()).isEqualTo(before);
        refused(
                () -> SealedStorage.seal(disk, StorageKey.of(text("32 bytes for a test of a new key"))),
                "the key does not open the sealed store");
    }

    @Test
    void seal_emptyStore_opensWithTheKey() {
        SealedStorage.seal(disk, KEY);
        assertThat(sealedContents()).containsOnlyKeys("count");
        SealedStorage.unseal(disk, KEY);
        SealedStorage.unseal(disk, KEY);
        try (Storage store = disk.open()) {
            assertThat(await(store.metadataNames(Optional.empty(), 10))).isEmpty();
        }
    }

    @Test
    void unseal_rotatedStore_asItWasAndWithoutTraces() {
        Map<String, String> before = filled();
        SealedStorage.seal(disk, KEY);
        SealedStorage sealed = SealedStorage.of(disk, KEY);
        try (Storage store = sealed.open()) {
            await(sealed.rotate());
            assertThat(everything(store, SMALL)).isEqualTo(before);
        }

        refused(
                () -> SealedStorage.unseal(disk, StorageKey.passphrase("wrong".toCharArray())),
                "the store is sealed by a key, but a passphrase was given");
        SealedStorage.unseal(disk, KEY);

        assertOpenAsBefore(before);
    }

    /** More cards than {@code agents} gives. */
    @Test
    void seal_manyCards_everyOneSealed() {
        int cards = Storage.MAX_AGENTS + 500;
        try (Storage store = disk.open()) {
            for (int i = 0; i < cards; i += 500) {
                write(
                        store,
                        WriteBatch.builder()
                                .agents(IntStream.range(i, Math.min(cards, i + 500))
                                        .mapToObj(number -> card(number, number))
                                        .toList()));
            }
        }
        SealedStorage.seal(disk, KEY);
        try (Storage store = SealedStorage.of(disk, KEY).open()) {
            var first = await(store.cards(Optional.empty(), Storage.MAX_AGENTS));
            var rest = await(store.cards(Optional.of(first.get(first.size() - 1).agentId()), Storage.MAX_AGENTS));
            assertThat(first.size() + rest.size()).isEqualTo(cards);
            assertThat(rest)
                    .allSatisfy(card -> assertThat(new String(card.encoded(), StandardCharsets.UTF_8))
                            .startsWith("card "));
        }
    }

    // --- deaths ---

    @Test
    void seal_deathAtEachWrite_refusedByBothSidesAndGoesOnAtTheNextCall() {
        assertSurvivesDeaths(() -> SealedStorage.seal(disk, KEY), () -> SealedStorage.unseal(disk, KEY), true);
    }

    @Test
    void unseal_deathAtEachWrite_refusedByBothSidesAndGoesOnAtTheNextCall() {
        Map<String, String> before = filled();
        SealedStorage.seal(disk, KEY);
        assertThat(sealedContents()).isEqualTo(before);
        assertSurvivesDeaths(() -> SealedStorage.unseal(disk, KEY), () -> SealedStorage.seal(disk, KEY), false);
    }

    /** Does a thing again and again, dying at each of its writes, until it gets through; {@code undo} brings the beginning back. */
    private void assertSurvivesDeaths(Runnable work, Runnable undo, boolean sealing) {
        Map<String, String> before = sealing ? filled() : sealedContents();
        int halves = 0;
        for (boolean reaches : new boolean[] {false, true}) {
            boolean died = true;
            for (int writes = 0; died; writes++) {
                died = dies(work, writes, reaches);
                if (died && isHalfSealed()) {
                    halves++;
                    refused(() -> SealedStorage.of(disk, KEY).open(), HALF_SEALED);
                    assertThatThrownBy(undo::run)
                            .isInstanceOf(StorageException.class)
                            .hasMessage("the store is just being " + (sealing ? "sealed" : "unsealed")
                                    + "; that has to be finished first");
                    work.run();
                } else if (died) {
                    work.run();
                }
                if (sealing) {
                    assertNothingOpen();
                    assertThat(sealedContents()).isEqualTo(before);
                } else {
                    assertOpenAsBefore(before);
                }
                undo.run();
            }
        }
        assertThat(halves).isGreaterThan(20);
    }

    private boolean dies(Runnable work, int writes, boolean reaches) {
        disk.dieAfter(writes, reaches);
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (ClosedException e) {
                assertThat(disk.isDead()).isTrue();
            }
        });
        thread.start();
        until(() -> disk.isDead() || !thread.isAlive());
        boolean died = disk.isDead();
        thread.interrupt();
        until(() -> !thread.isAlive());
        disk.live();
        return died;
    }

    private boolean isHalfSealed() {
        try (Storage store = disk.open()) {
            if (await(store.metadata(Storage.HALF_SEALED_MARKER)).isEmpty()) {
                return false;
            }
            refused(() -> SealedMarkers.requireNone(store), HALF_SEALED);
            return true;
        }
    }

    // --- a store that was changed by who has the files ---

    @Test
    void unseal_damagedValueOfAnyKind_refused() {
        for (String kind : List.of("entry", "metadata", "card", "record", "chunk")) {
            DiskFactory other = new DiskFactory();
            try (Storage store = other.open()) {
                write(
                        store,
                        WriteBatch.builder()
                                .entries(List.of(entry(1, "one")))
                                .metadata("name", text("value"))
                                .agents(List.of(card(1, 1)))
                                .records(List.of(item("one", 1, "x")))
                                .chunks(List.of(chunk(1))));
            }
            SealedStorage.seal(other, KEY);
            try (Storage store = other.open()) {
                write(store, damage(store, kind));
            }
            assertThatThrownBy(() -> SealedStorage.unseal(other, KEY))
                    .as(kind)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("damaged");
        }
    }

    private static WriteBatch.Builder damage(Storage store, String kind) {
        WriteBatch.Builder batch = WriteBatch.builder();
        switch (kind) {
            case "entry" -> {
                StoredEntry kept = await(store.scan(Optional.empty(), 1, 1)).get(0);
                batch.removeEntries(List.of(kept.id()))
                        .entries(List.of(new StoredEntry(
                                kept.id(), kept.time(), kept.blobHash(), flipped(kept.envelope()), kept.blob())));
            }
            case "metadata" -> {
                String name = await(store.metadataNames(Optional.empty(), 10)).stream()
                        .filter(each -> each.length() == 64)
                        .findFirst()
                        .orElseThrow();
                batch.metadata(name, flipped(await(store.metadata(name)).orElseThrow()));
            }
            case "card" -> {
                var kept = await(store.cards(Optional.empty(), 1)).get(0);
                batch.removeAgents(List.of(kept.agentId()))
                        .agents(List.of(new AgentInfo(
                                kept.agentId(),
                                List.of(),
                                kept.issuedAt(),
                                kept.issuedAt().plusMillis(1),
                                flipped(kept.encoded()))));
            }
            case "record" -> {
                StoredRecord kept =
                        await(store.records("one", Optional.empty(), 1, 1)).get(0);
                batch.records(List.of(new StoredRecord(kept.key(), flipped(kept.value()))));
            }
            default -> {
                StoredChunk kept = await(store.chunks(await(store.chunkHashes(Optional.empty(), 1)), 1))
                        .get(0);
                batch.removeChunks(List.of(kept.hash()))
                        .chunks(List.of(new StoredChunk(kept.hash(), flipped(kept.bytes()))));
            }
        }
        return batch;
    }

    private static byte[] flipped(byte[] value) {
        byte[] other = value.clone();
        other[other.length - 1] ^= 1;
        return other;
    }

    // --- what the tests say it with ---

    private Map<String, String> filled() {
        try (Storage store = disk.open()) {
            RotationTest.fill(store);
            return everything(store, SMALL);
        }
    }

    private Map<String, String> sealedContents() {
        try (Storage store = SealedStorage.of(disk, KEY).open()) {
            return everything(store, SMALL);
        }
    }

    private void assertOpenAsBefore(Map<String, String> before) {
        try (Storage store = disk.open()) {
            SealedMarkers.requireNone(store);
            assertThat(everything(store, SMALL)).isEqualTo(before);
            assertThat(await(store.metadataNames(Optional.empty(), 1_024)))
                    .hasSize(SMALL)
                    .allMatch(name -> name.startsWith("name "));
            assertThat(await(store.chunkHashes(Optional.empty(), 1_024))).hasSize(SMALL);
            assertThat(await(store.cards(Optional.empty(), 1_024))).hasSize(SMALL);
        }
    }

    /** Every value below is longer than it was, and none has its words. */
    private void assertNothingOpen() {
        StorageFactory below = disk;
        try (Storage store = below.open()) {
            refused(
                    () -> SealedMarkers.requireNone(store),
                    "the store is sealed; open it by SealedStorage with its key");
            everything(store, SMALL)
                    .forEach((name, value) -> assertThat(name + value)
                            .doesNotContain("blob number", "envelope number", "card card", "record in", "value "));
            assertThat(await(store.metadataNames(Optional.empty(), 1_024))).noneMatch(name -> name.startsWith("name"));
            assertThat(await(store.chunkHashes(Optional.empty(), 1_024)))
                    .hasSize(SMALL)
                    .doesNotContain(chunk(1).hash());
        }
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(StorageException.class).hasMessage(message);
    }
}
