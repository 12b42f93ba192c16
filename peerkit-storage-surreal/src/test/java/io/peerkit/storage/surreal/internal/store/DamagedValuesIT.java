// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.storage.Storage;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that changed in the engine, behind the store's back: what comes out is right or refused, and a space opens whatever is damaged. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class DamagedValuesIT {
    @TempDir
    private static Path folder;

    private final Random random = new Random(seed());
    private SurrealEngine engine;
    private int spaces;

    private static long seed() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("DamagedValuesIT: -Dpeerkit.seed=" + seed);
        return seed;
    }

    @BeforeAll
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.MEMORY, folder);
    }

    @AfterAll
    void stopEngine() {
        engine.close();
    }

    /** How the values of a table are damaged. */
    enum Damage {
        BIT,
        CUT,
        SWAPPED
    }

    @ParameterizedTest
    @CsvSource({
        "peerkit_timeline,data",
        "peerkit_metadata,value",
        "peerkit_record,value",
        "peerkit_chunk,data",
        "peerkit_agent,card"
    })
    void read_valuesChangedInTheEngine_refusedAndTheRestRight(String table, String field) {
        for (Damage damage : Damage.values()) {
            String space = filled();
            damage(space, table, field, damage, Integer.MAX_VALUE);
            try (Storage store = TestStores.open(engine, space, TestStores.TINY)) {
                assertThat(StoredValues.readAll(store))
                        .as("%s %s", table, damage)
                        .isPositive();
            }
        }
    }

    @Test
    void open_everyJournalDamaged_opensAndEverythingIsFound() {
        for (Damage damage : Damage.values()) {
            String space = filled();
            assertThat(damage(space, "peerkit_journal", "data", damage, Integer.MAX_VALUE))
                    .isPositive();
            for (int i = 0; i < 2; i++) { // the second time without anything to mend
                try (Storage store = TestStores.open(engine, space, TestStores.SMALL)) {
                    assertThat(StoredValues.readAll(store)).as("%s", damage).isZero();
                }
            }
        }
    }

    @Test
    void read_everyBucketDamaged_madeAnewAndEverythingIsFound() {
        for (Damage damage : Damage.values()) {
            String space = filled();
            assertThat(damage(space, "peerkit_index", "data", damage, Integer.MAX_VALUE))
                    .isGreaterThan(1);
            for (int i = 0; i < 2; i++) { // the second time without anything to mend
                try (Storage store = TestStores.open(engine, space, TestStores.SMALL)) {
                    assertThat(StoredValues.readAll(store)).as("%s", damage).isZero();
                }
            }
        }
    }

    @Test
    void merge_everyBucketDamaged_mendedAndMerged() {
        String space = filled();
        damage(space, "peerkit_index", "data", Damage.CUT, Integer.MAX_VALUE);
        try (Storage store = TestStores.open(engine, space, TestStores.TINY)) {
            // Writing would wait for merging for ever if that failed.
            for (int i = 0; i < 40; i++) {
                store.write(TestStores.batch(1_000 + i, 1)).join();
            }
            store.write(TestStores.removal(1_000, 40)).join();
            assertThat(StoredValues.readAll(store)).isZero();
        }
    }

    @Test
    void open_aJournalAndAnEntryDamaged_onlyThatEntryIsRefused() {
        String space = filled();
        damage(space, "peerkit_journal", "data", Damage.BIT, 1);
        damage(space, "peerkit_timeline", "data", Damage.BIT, 1);
        try (Storage store = TestStores.open(engine, space, TestStores.SMALL)) {
            // By id, by blob, in order; the first entry may be missing by id where its own journal was hit.
            assertThat(store.count().join()).isEqualTo(StoredValues.ENTRIES);
            assertThat(store.entries(TestStores.ids(java.util.stream.IntStream.range(2, StoredValues.ENTRIES)), 10_000)
                            .join())
                    .hasSize(StoredValues.ENTRIES - 2);
        }
    }

    private String filled() {
        String space = "damaged" + spaces++;
        StoredValues.fill(engine, space);
        return space;
    }

    /** Changes values of the first rows; gives how many. */
    private int damage(String space, String table, String field, Damage damage, int most) {
        try (SurrealSession session = TestStores.session(engine)) {
            List<?> found = StoreReader.list(session.query(
                            "SELECT VALUE [id, %s] FROM type::record('%s', $from..$to)".formatted(field, table),
                            Map.of("from", List.of(space), "to", List.of(space + " ")))
                    .join()
                    .get(0));
            List<Object> changes = new ArrayList<>();
            for (int i = 0; i < Math.min(most, found.size()); i++) {
                List<?> row = StoreReader.list(found.get(i));
                byte[] other = StoreReader.bytes(
                        StoreReader.list(found.get((i + 1) % found.size())).get(1));
                byte[] changed = changed(StoreReader.bytes(row.get(1)), other, damage);
                changes.add(Map.of("row", row.get(0), "bytes", changed));
            }
            assertThat(changes).as("rows of %s", table).isNotEmpty();
            String update = "FOR $each IN $changes { UPDATE $each.row SET %s = $each.bytes RETURN NONE; };"
                    .formatted(field.toLowerCase(Locale.ROOT));
            session.query(update, Map.of("changes", changes)).join();
            return changes.size();
        }
    }

    private byte[] changed(byte[] value, byte[] other, Damage damage) {
        switch (damage) {
            case BIT -> {
                byte[] changed = value.clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                return changed;
            }
            case CUT -> {
                return Arrays.copyOf(value, random.nextInt(value.length));
            }
            case SWAPPED -> {
                return other;
            }
        }
        throw new AssertionError(damage);
    }
}
