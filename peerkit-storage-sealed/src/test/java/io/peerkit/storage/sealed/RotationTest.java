// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

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

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RotationTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_213L);

    /** Numbers of metadata, chunks and cards; more than one step of each kind. */
    static final int SMALL = 40;

    private final DiskFactory disk = new DiskFactory();
    private final SealedStorage sealed = SealedStorage.of(disk, StorageKey.of(new byte[32]));

    @Test
    void rotate_everyKindOfValue_theSameAsBeforeAndNothingOfTheOldKey() {
        try (Storage store = sealed.open()) {
            fill(store);
            Map<String, String> before = everything(store, SMALL);
            await(sealed.rotate());
            assertThat(everything(store, SMALL)).isEqualTo(before);
            write(store, WriteBatch.builder().entries(List.of(entry(5_000, "later"))));
        }
        assertThat(generations()).containsOnly(2);
        try (Storage store = sealed.open()) {
            assertThat(everything(store, SMALL)).containsKey("entry " + SealedSamples.id(5_000));
            await(sealed.rotate());
        }
        assertThat(generations()).containsOnly(3);
    }

    /** More of them than {@code agents} gives. */
    @Test
    void rotate_manyCards_everyOneSealedAnew() {
        int cards = Storage.MAX_AGENTS + 500;
        try (Storage store = sealed.open()) {
            for (int i = 0; i < cards; i += 500) {
                write(store, WriteBatch.builder().agents(cards(i, Math.min(cards, i + 500))));
            }
            await(sealed.rotate());
        }
        try (Storage below = disk.open()) {
            List<StoredCard> all = new ArrayList<>(await(below.cards(Optional.empty(), 4_096)));
            all.addAll(await(below.cards(Optional.of(all.get(4_095).agentId()), 4_096)));
            assertThat(all)
                    .hasSize(cards)
                    .allSatisfy(
                            card -> assertThat(ByteBuffer.wrap(card.encoded()).getInt(33))
                                    .isEqualTo(2));
        }
    }

    private static List<AgentInfo> cards(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> card(i, i)).toList();
    }

    @Test
    void rotate_notOpen_failsWithClosed() {
        assertThatThrownBy(() -> await(sealed.rotate())).isInstanceOf(ClosedException.class);
        sealed.open().close();
        assertThatThrownBy(() -> await(sealed.rotate())).isInstanceOf(ClosedException.class);
    }

    /** At each write of a rotation, just before and just after it reached the disk. */
    @Test
    void rotate_deathAtEachWrite_goesOnAtTheNextOpening() {
        Map<String, String> before;
        try (Storage store = sealed.open()) {
            fill(store);
            before = everything(store, SMALL);
        }
        int deaths = 0;
        for (boolean reaches : new boolean[] {false, true}) {
            boolean died = true;
            for (int writes = 0; died; writes++) {
                died = rotateAndDie(writes, reaches, before);
                deaths += died ? 1 : 0;
            }
        }
        assertThat(deaths).isGreaterThan(20);
    }

    private boolean rotateAndDie(int writes, boolean reaches, Map<String, String> expected) {
        Storage store = sealed.open();
        disk.dieAfter(writes, reaches);
        CompletableFuture<Void> rotated = sealed.rotate();
        until(() -> disk.isDead() || rotated.isDone());
        boolean died = disk.isDead();
        store.close();
        disk.live();
        try (Storage next = sealed.open()) {
            assertThat(everything(next, SMALL)).isEqualTo(expected);
            await(sealed.rotate());
            assertThat(everything(next, SMALL)).isEqualTo(expected);
        }
        assertThat(generations()).hasSize(1);
        return died;
    }

    /** Random batches, awaited or not, beside rotations, with deaths at random writes. */
    @Test
    void write_besideRotationsAndDeaths_asWithoutThem() {
        for (int run = 0; run < 60; run++) {
            Random random = new Random(SEED + run);
            DiskFactory plainDisk = new DiskFactory();
            DiskFactory sealedDisk = new DiskFactory();
            SealedStorage factory = SealedStorage.of(sealedDisk, StorageKey.of(new byte[32]));
            Storage model = plainDisk.open();
            Storage store = factory.open();
            for (int life = 0; life < 4; life++) {
                sealedDisk.dieAfter(random.nextInt(60), random.nextBoolean());
                var unused = factory.rotate();
                WriteBatch last = WriteBatch.builder().build();
                while (!sealedDisk.isDead()) {
                    WriteBatch batch = batch(random);
                    last = batch;
                    CompletableFuture<?> written = store.write(batch);
                    until(() -> written.isDone() || sealedDisk.isDead());
                    if (written.isDone()) {
                        assertThat(model.write(batch)).isCompleted();
                        last = WriteBatch.builder().build();
                    }
                }
                store.close();
                sealedDisk.live();
                store = factory.open();
                Map<String, String> found = everything(store, SMALL);
                if (!found.equals(everything(model, SMALL))) {
                    assertThat(model.write(last)).isCompleted();
                }
                assertThat(found).as("seed %d life %d", SEED + run, life).isEqualTo(everything(model, SMALL));
            }
            await(factory.rotate());
            assertThat(everything(store, SMALL)).as("seed %d", SEED + run).isEqualTo(everything(model, SMALL));
            store.close();
            model.close();
        }
    }

    private static WriteBatch batch(Random random) {
        int number = random.nextInt(SMALL);
        String content = Integer.toString(random.nextInt(1_000));
        WriteBatch.Builder batch = WriteBatch.builder();
        switch (random.nextInt(9)) {
            case 0 -> batch.entries(List.of(entry(number, content), entry(random.nextInt(SMALL), content)));
            case 1 -> batch.removeEntries(List.of(SealedSamples.id(number)));
            case 2 -> batch.removeEntries(List.of(SealedSamples.id(number))).entries(List.of(entry(number, content)));
            case 3 -> batch.metadata("name " + number, text(content));
            case 8 -> batch.removeMetadata(List.of("name " + number));
            case 4 -> batch.records(List.of(item("one", number, content), item("two", number, content)));
            case 5 -> batch.removeRecords(List.of(item("one", number, "").key()));
            case 6 -> {
                if (random.nextBoolean()) {
                    batch.chunks(List.of(chunk(number)));
                } else {
                    batch.removeChunks(List.of(chunk(number).hash()));
                }
            }
            default -> {
                if (random.nextBoolean()) {
                    batch.agents(List.of(card(number, random.nextInt(1_000))));
                } else {
                    batch.removeAgents(List.of(SealedSamples.agent(number)));
                }
            }
        }
        return batch.build();
    }

    static void fill(Storage store) {
        List<StoredEntry> entries = new ArrayList<>();
        IntStream.range(0, 600).forEach(i -> entries.add(entry(i, "number " + i % 500)));
        List<StoredRecord> items = new ArrayList<>();
        IntStream.range(0, 300).forEach(i -> items.add(item("one", i, "in one " + i)));
        items.add(item("two", 1, "in two"));
        WriteBatch.Builder batch = WriteBatch.builder().entries(entries).records(items);
        for (int i = 0; i < SMALL; i++) {
            batch.metadata("name " + i, text("value " + i))
                    .chunks(List.of(chunk(i)))
                    .agents(List.of(card(i, i % 7)));
        }
        write(store, batch);
    }

    /** The generations of the data keys that sealed what the disk has, of all kinds. */
    private List<Integer> generations() {
        try (Storage below = disk.open()) {
            List<byte[]> values = new ArrayList<>();
            for (StoredEntry entry : await(below.scan(Optional.empty(), 4_096, Integer.MAX_VALUE))) {
                values.add(entry.envelope());
                entry.blob().ifPresent(values::add);
            }
            for (String collection : List.of("one", "two")) {
                await(below.records(collection, Optional.empty(), 4_096, Integer.MAX_VALUE))
                        .forEach(item -> values.add(item.value()));
            }
            await(below.agents(4_096)).forEach(card -> values.add(Arrays.copyOfRange(card, 32, card.length)));
            for (BlobHash name : await(below.chunkHashes(Optional.empty(), 4_096))) {
                await(below.chunks(List.of(name), 1)).forEach(chunk -> values.add(chunk.bytes()));
            }
            for (String name : await(below.metadataNames(Optional.empty(), 1_024))) {
                if (name.length() == 64) {
                    values.add(await(below.metadata(name)).orElseThrow());
                }
            }
            assertThat(values).hasSizeGreaterThan(3 * SMALL);
            return values.stream()
                    .map(value -> ByteBuffer.wrap(value).getInt(1))
                    .distinct()
                    .toList();
        }
    }
}
