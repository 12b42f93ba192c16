// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.storage.surreal.engine.SurrealEngine;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A space as version 1 left it, on a real engine. */
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class UpgradeIT {
    private static final Space SPACE = new Space("old");
    private static final int COUNT = 1_700;

    private static final String DEFINE_1 = """
            DEFINE NAMESPACE IF NOT EXISTS peerkit; DEFINE DATABASE IF NOT EXISTS peerkit;
            DEFINE TABLE peerkit_space TYPE NORMAL SCHEMAFULL;
            DEFINE FIELD version ON peerkit_space TYPE int;
            DEFINE FIELD opened ON peerkit_space TYPE int;
            DEFINE TABLE peerkit_owner TYPE NORMAL SCHEMAFULL;
            DEFINE FIELD mode ON peerkit_owner TYPE string;
            DEFINE FIELD until ON peerkit_owner TYPE datetime;
            DEFINE TABLE peerkit_lane TYPE NORMAL SCHEMAFULL;
            DEFINE FIELD seq ON peerkit_lane TYPE int;
            DEFINE FIELD entries ON peerkit_lane TYPE int;
            DEFINE FIELD added ON peerkit_lane TYPE option<bytes>;
            DEFINE FIELD removed ON peerkit_lane TYPE option<bytes>;
            DEFINE TABLE peerkit_entry TYPE NORMAL SCHEMAFULL;
            DEFINE FIELD head ON peerkit_entry TYPE bytes;
            DEFINE FIELD data ON peerkit_entry TYPE bytes;
            DEFINE TABLE peerkit_order TYPE NORMAL SCHEMAFULL;
            DEFINE TABLE peerkit_blob TYPE NORMAL SCHEMAFULL;
            DEFINE TABLE peerkit_metadata TYPE NORMAL SCHEMAFULL;
            DEFINE FIELD value ON peerkit_metadata TYPE bytes;""";

    private static final String FILL_1 = """
            INSERT INTO peerkit_entry $entries RETURN NONE;
            INSERT INTO peerkit_order $order RETURN NONE;
            INSERT INTO peerkit_blob $blobs RETURN NONE;""";

    @TempDir
    private Path folder;

    private SurrealEngine engine;

    @BeforeEach
    void startEngine() throws IOException, InterruptedException {
        engine = SurrealEngine.startOwn(SurrealEngine.Storage.ROCKSDB, folder);
        try (SurrealSession session = TestStores.session(engine)) {
            var unusedDefined = session.query(DEFINE_1, Map.of()).join();
            for (int first = 0; first < COUNT; first += 500) {
                fill(session, first, Math.min(COUNT, first + 500));
            }
            var unusedOpened = session.query(
                            """
                            CREATE $space SET version = 1, opened = 4 RETURN NONE;
                            INSERT INTO peerkit_lane $lanes RETURN NONE;
                            INSERT INTO peerkit_metadata $metadata RETURN NONE;""",
                            Map.of(
                                    "space", SPACE.row(),
                                    "lanes",
                                            List.of(Map.of(
                                                    "id", SPACE.key(new byte[16], 0), "seq", 9, "entries", COUNT)),
                                    "metadata", List.of(Map.of("id", SPACE.key("name"), "value", new byte[] {7}))))
                    .join();
        }
    }

    @AfterEach
    void stopEngine() {
        engine.close();
    }

    /** Every third entry without its blob. */
    private static StoredEntry entry(int number) {
        StoredEntry entry = TestStores.entry(number);
        return number % 3 > 0
                ? entry
                : new StoredEntry(entry.id(), entry.time(), entry.blobHash(), entry.envelope(), Optional.empty());
    }

    private static void fill(SurrealSession session, int from, int to) {
        List<Object> entries = new ArrayList<>();
        List<Object> order = new ArrayList<>();
        List<Object> blobs = new ArrayList<>();
        for (int number = from; number < to; number++) {
            StoredEntry entry = entry(number);
            byte[] blob = entry.blob().orElse(new byte[0]);
            byte[] key = StoredForm.key(entry.key());
            byte[] head = ByteBuffer.allocate(45)
                    .putLong(entry.time())
                    .put(entry.blobHash().toBytes())
                    .put((byte) (entry.blob().isPresent() ? 1 : 0))
                    .putInt(entry.bytes())
                    .array();
            byte[] data = ByteBuffer.allocate(4 + entry.bytes())
                    .putInt(entry.envelope().length)
                    .put(entry.envelope())
                    .put(blob)
                    .array();
            entries.add(Map.of("id", SPACE.key(entry.id().toBytes()), "head", head, "data", data));
            order.add(Map.of("id", SPACE.key(key)));
            if (entry.blob().isPresent()) {
                byte[] place = Arrays.copyOf(entry.blobHash().toBytes(), 72);
                System.arraycopy(key, 0, place, 32, 40);
                blobs.add(Map.of("id", SPACE.key(place)));
            }
        }
        var unusedFilled = session.query(FILL_1, Map.of("entries", entries, "order", order, "blobs", blobs))
                .join();
    }

    @Test
    void open_spaceOfVersion1_everythingThereAndOldRowsGone() {
        try (SurrealStore store = TestStores.open(engine, "old", TestStores.SMALL)) {
            assertWhole(store);
            assertThat(store.metadata("name").join().orElseThrow()).containsExactly(7);
            assertThat(store.write(WriteBatch.ofEntries(List.of(entry(5), entry(COUNT))))
                            .join())
                    .isEqualTo(BitSet.valueOf(new long[] {2}));
        }
        assertOldRows(0);
        try (SurrealStore store = TestStores.open(engine, "old", TestStores.SMALL)) {
            assertThat(store.count().join()).isEqualTo(COUNT + 1);
        }
    }

    @Test
    void open_upgradeCutOffByAKill_goesOnWhereItWas() throws Exception {
        try (WebSocketSession session = TestStores.session(engine)) {
            // As a process that was killed: a checksum for the metadata, two steps, then nothing more, and a lease that
            // nobody gives back.
            SurrealStore cut =
                    SurrealStore.openAndUpgrade(session, TestStores.settings("old", TestStores.TINY, false), 3);
            cut.abandon();
        }
        assertOldRows(COUNT - 1_000);
        engine.kill();
        engine.restart();

        try (SurrealStore store = TestStores.open(engine, "old", TestStores.TINY)) {
            assertWhole(store);
        }
        assertOldRows(0);
    }

    @Test
    void open_spaceOfVersion2CutOffAnywhere_everyValueGetsOneChecksum() throws Exception {
        for (int steps = 0; steps <= 8; steps++) {
            String space = "unchecked" + steps;
            StoredValues.fill(engine, space);
            stripChecksums(space);
            if (steps > 0) {
                try (WebSocketSession session = TestStores.session(engine)) {
                    SurrealStore cut = SurrealStore.openAndUpgrade(
                            session, TestStores.settings(space, TestStores.TINY, false), steps);
                    cut.abandon();
                }
            }
            for (int i = 0; i < 2; i++) {
                try (SurrealStore store = TestStores.open(engine, space, TestStores.TINY)) {
                    assertThat(StoredValues.readAll(store))
                            .as("cut off after %s steps", steps)
                            .isZero();
                }
            }
        }
    }

    /** As version 2 left them. */
    private void stripChecksums(String name) {
        Map<String, String> fields = Map.of(
                Tables.TIMELINE, "data",
                Tables.JOURNAL, "data",
                Tables.INDEX, "data",
                Tables.METADATA, "value",
                Tables.RECORD, "value",
                Tables.CHUNK, "data",
                Tables.AGENT, "card");
        try (SurrealSession session = TestStores.session(engine)) {
            fields.forEach((table, field) -> {
                Object rows = session.query(
                                "SELECT VALUE [id, %s] FROM type::record('%s', $from..$to)".formatted(field, table),
                                Map.of("from", List.of(name), "to", List.of(name + " ")))
                        .join()
                        .get(0);
                List<Object> changes = new ArrayList<>();
                for (Object row : StoreReader.list(rows)) {
                    byte[] sealed = StoreReader.bytes(StoreReader.list(row).get(1));
                    changes.add(Map.of(
                            "row", StoreReader.list(row).get(0), "bytes", Arrays.copyOf(sealed, sealed.length - 4)));
                }
                assertThat(changes).as(table).isNotEmpty();
                session.query(
                                "FOR $each IN $changes { UPDATE $each.row SET %s = $each.bytes RETURN NONE; };"
                                        .formatted(field),
                                Map.of("changes", changes))
                        .join();
            });
            session.query("UPDATE $space SET version = 2 RETURN NONE", Map.of("space", new Space(name).row()))
                    .join();
        }
    }

    @Test
    void open_earlierVersionStillOpen_refusedWithTheReason() throws InterruptedException {
        try (SurrealSession session = TestStores.session(engine)) {
            String renew = "UPSERT $owner SET mode = 'shared', until = time::now() + 1h RETURN NONE";
            Map<String, Object> owner = Map.of("owner", SPACE.id(Tables.OWNER, new byte[16]));
            var unusedFirst = session.query(renew, owner).join();
            AtomicBoolean open = new AtomicBoolean(true);
            Thread renewing = new Thread(() -> {
                while (open.get()) {
                    var unusedRenewed = session.query(renew, owner).join();
                }
            });
            renewing.start();
            try {
                assertThatThrownBy(() -> TestStores.open(engine, "old", TestStores.TINY, true))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("open with an earlier version of Peerkit; close it there");
            } finally {
                open.set(false);
                renewing.join();
            }
        }
        assertOldRows(COUNT);
    }

    private static void assertWhole(SurrealStore store) {
        assertThat(store.count().join()).isEqualTo(COUNT);
        List<StoredEntry> all =
                store.scan(Optional.empty(), 4_096, Integer.MAX_VALUE).join();
        assertThat(all).hasSize(COUNT);
        List<StoredEntry> byId = store.entries(TestStores.ids(IntStream.range(0, COUNT)), Integer.MAX_VALUE)
                .join();
        assertThat(byId).hasSize(COUNT);
        for (int number = 0; number < COUNT; number++) {
            for (StoredEntry read : List.of(all.get(number), byId.get(number))) {
                StoredEntry written = entry(number);
                assertThat(read.key()).isEqualTo(written.key());
                assertThat(read.blobHash()).isEqualTo(written.blobHash());
                assertThat(read.envelope()).isEqualTo(written.envelope());
                assertThat(read.blob().isPresent()).isEqualTo(written.blob().isPresent());
                assertThat(read.blob().orElse(new byte[0]))
                        .isEqualTo(written.blob().orElse(new byte[0]));
            }
        }
        assertThat(store.entryOfBlob(TestStores.hash(1)).join()).isPresent();
        assertThat(store.entryOfBlob(TestStores.hash(3)).join()).isEmpty();
    }

    private void assertOldRows(int expected) {
        try (SurrealSession session = TestStores.session(engine)) {
            List<Object> counts = session.query("""
                            RETURN count(SELECT VALUE id FROM peerkit_entry);
                            RETURN count(SELECT VALUE id FROM peerkit_order);
                            RETURN count(SELECT VALUE id FROM peerkit_timeline);""", Map.of()).join();
            assertThat(counts.subList(0, 2)).containsOnly((long) expected);
            if (expected == 0) {
                List<Object> blobs = session.query("RETURN count(SELECT VALUE id FROM peerkit_blob)", Map.of())
                        .join();
                assertThat(blobs.get(0)).isEqualTo(0L);
            } else {
                assertThat(counts.get(2)).isEqualTo((long) COUNT - expected);
            }
        }
    }
}
