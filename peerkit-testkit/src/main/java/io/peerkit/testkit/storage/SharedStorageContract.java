// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.entry;
import static io.peerkit.testkit.storage.StorageSamples.id;
import static io.peerkit.testkit.storage.StorageSamples.record;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static io.peerkit.testkit.storage.StoreUnderTest.await;
import static io.peerkit.testkit.storage.StoreUnderTest.indices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The suite that a {@link Storage} passes, beside {@link StorageContract}, when several may have it open: extend it and say how. */
public abstract class SharedStorageContract {
    private static final int ALL_BYTES = 1 << 20;

    private @Nullable Storage first;
    private @Nullable Storage second;
    private Heard firstHeard = new Heard();
    private Heard secondHeard = new Heard();

    /** For the subclass. */
    protected SharedStorageContract() {}

    /**
     * Names the store under test.
     *
     * @return opens the same store whenever it is asked within one test, any number at a time; it is empty when the test begins
     */
    protected abstract StorageFactory factory();

    /**
     * Opens the store twice and waits until both hear each other.
     *
     * @throws InterruptedException when interrupted
     */
    @BeforeEach
    public void open() throws InterruptedException {
        first = factory().open();
        second = factory().open();
        firstHeard = new Heard();
        secondHeard = new Heard();
        first().watch(firstHeard);
        second().watch(secondHeard);
        firstHeard.awaitMissed();
        secondHeard.awaitMissed();
    }

    /** Closes both. */
    @AfterEach
    public void close() {
        first().close();
        second().close();
    }

    private Storage first() {
        return Objects.requireNonNull(first, "the store was not opened");
    }

    private Storage second() {
        return Objects.requireNonNull(second, "the store was not opened");
    }

    /** What a store told: one message for each commit. */
    private static final class Heard implements StorageWatcher {
        private record News(List<EntryKey> added, List<EntryKey> removed) {}

        private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> missed = new LinkedBlockingQueue<>();

        @Override
        public void changed(List<EntryKey> added, List<EntryKey> removed) {
            news.add(new News(List.copyOf(added), List.copyOf(removed)));
        }

        @Override
        public void missed() {
            missed.add(true);
        }

        void awaitMissed() throws InterruptedException {
            assertThat(missed.poll(30, TimeUnit.SECONDS)).isNotNull();
        }

        News next() throws InterruptedException {
            News next = news.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("what another wrote").isNotNull();
            return Objects.requireNonNull(next);
        }

        /** All added keys up to the commit that added {@code last}. */
        List<EntryKey> addedUntil(EntryKey last) throws InterruptedException {
            List<EntryKey> all = new ArrayList<>();
            while (!all.contains(last)) {
                all.addAll(next().added());
            }
            return all;
        }
    }

    private static BitSet write(Storage storage, StoredEntry... entries) {
        return await(storage.write(WriteBatch.ofEntries(List.of(entries))));
    }

    @Test
    public void isShared_openedSo_true() {
        assertThat(first().isShared()).isTrue();
    }

    @Test
    public void watch_again_refused() {
        assertThatThrownBy(() -> first().watch(new Heard())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    public void write_byOne_readAndHeardByTheOtherAlone() throws InterruptedException {
        StoredEntry one = entry(1, 1);
        StoredEntry two = entry(-1, 2);

        assertThat(write(first(), one, two)).isEqualTo(indices(0, 1));

        assertThat(await(second().count())).isEqualTo(2);
        assertThat(secondHeard.next().added()).containsExactlyInAnyOrder(one.key(), two.key());
        write(second(), entry(3, 3));
        assertThat(firstHeard.addedUntil(entry(3, 3).key()))
                .containsExactly(entry(3, 3).key());
    }

    @Test
    public void write_whatIsThere_notToldAgain() throws InterruptedException {
        write(first(), entry(1, 1));
        secondHeard.addedUntil(entry(1, 1).key());

        assertThat(write(first(), entry(1, 1), entry(2, 2))).isEqualTo(indices(1));
        assertThat(write(second(), entry(2, 2))).isEqualTo(indices());

        assertThat(secondHeard.next().added()).containsExactly(entry(2, 2).key());
    }

    @Test
    public void writeIf_byBothAtOnce_oneOfThemAndItsEntryAlone() {
        Assumptions.assumeTrue(first().hasConditions(), "the store has no conditional writes");
        for (int round = 0; round < 20; round++) {
            RecordKey key = RecordKey.of("things", new byte[] {(byte) round});
            int number = 2 * round;
            List<CompletableFuture<Optional<BitSet>>> writes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                WriteBatch batch = WriteBatch.builder()
                        .entries(List.of(entry(number + i, number + i)))
                        .records(List.of(new StoredRecord(key, new byte[] {(byte) i})))
                        .build();
                writes.add((i == 0 ? first() : second()).writeIf(List.of(RecordCondition.absent(key)), batch));
            }
            int winner = await(writes.get(0)).isPresent() ? 0 : 1;

            assertThat(await(writes.get(0)).isPresent() ^ await(writes.get(1)).isPresent())
                    .as("one of two in round %s", round)
                    .isTrue();
            assertThat(await(second().record(key))).hasValue(new byte[] {(byte) winner});
            assertThat(await(first().count())).isEqualTo(round + 1);
            assertThat(await(first().entries(List.of(id(number + winner)), ALL_BYTES)))
                    .hasSize(1);
        }
    }

    @Test
    public void write_removal_toldWithTheKey() throws InterruptedException {
        write(first(), entry(1, 1), entry(2, 2));
        secondHeard.addedUntil(entry(2, 2).key());

        await(second().write(WriteBatch.builder()
                .removeEntries(List.of(id(1), id(7)))
                .build()));

        assertThat(firstHeard.next().removed()).containsExactly(entry(1, 1).key());
        assertThat(await(first().entries(List.of(id(1)), ALL_BYTES))).isEmpty();
    }

    @Test
    public void write_replacement_toldAsBothAndThere() throws InterruptedException {
        write(first(), entry(1, 1));
        secondHeard.addedUntil(entry(1, 1).key());

        await(first().write(WriteBatch.builder()
                .removeEntries(List.of(id(1)))
                .entries(List.of(entry(1, 1)))
                .build()));

        Heard.News replaced = secondHeard.next();
        assertThat(replaced.added()).containsExactly(entry(1, 1).key());
        assertThat(replaced.removed()).containsExactly(entry(1, 1).key());
        assertThat(await(second().count())).isEqualTo(1);
    }

    @Test
    public void write_manyEntries_toldWhole() throws InterruptedException {
        List<StoredEntry> batch = new ArrayList<>();
        Set<EntryKey> keys = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            batch.add(entry(i, i));
            keys.add(entry(i, i).key());
        }
        await(first().write(WriteBatch.ofEntries(batch)));

        Set<EntryKey> heard = new HashSet<>();
        while (heard.size() < keys.size()) {
            heard.addAll(secondHeard.next().added());
        }
        assertThat(heard).isEqualTo(keys);
    }

    @Test
    public void write_sameEntriesByBothAtOnce_newForOneAndHeardByTheOther() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            StoredEntry both = entry(i, i);
            CompletableFuture<BitSet> here = first().write(WriteBatch.ofEntries(List.of(both)));
            CompletableFuture<BitSet> there = second().write(WriteBatch.ofEntries(List.of(both)));
            boolean newHere = !await(here).isEmpty();
            boolean newThere = !await(there).isEmpty();

            assertThat(newHere ^ newThere).isTrue();
            assertThat((newHere ? secondHeard : firstHeard).next().added()).containsExactly(both.key());
        }
        assertThat(await(first().count())).isEqualTo(10);
    }

    @Test
    public void write_smallThings_readByTheOther() {
        await(first().write(WriteBatch.builder()
                .metadata("name", text("value"))
                .records(List.of(record("state", "a", "one")))
                .build()));

        assertThat(await(second().metadata("name"))).hasValue(text("value"));
        assertThat(await(second().records("state", Optional.empty(), 10, ALL_BYTES)))
                .hasSize(1);
    }

    @Test
    public void close_ofOne_theOtherGoesOn() {
        write(first(), entry(1, 1));
        first().close();

        assertThat(write(second(), entry(1, 1), entry(2, 2))).isEqualTo(indices(1));
    }

    @Test
    public void open_again_hearsFromThenOn() throws InterruptedException {
        first().close();
        write(second(), entry(1, 1));
        Heard again = new Heard();
        try (Storage third = factory().open()) {
            third.watch(again);
            again.awaitMissed();
            write(second(), entry(2, 2));

            assertThat(again.next().added()).containsExactly(entry(2, 2).key());
            assertThat(await(third.count())).isEqualTo(2);
        }
    }
}
