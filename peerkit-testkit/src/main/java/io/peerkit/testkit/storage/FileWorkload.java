// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Some of everything a store keeps, made from numbers, the same in every run and every release: recorded files of earlier releases
 * have it in them, so what is here never changes.
 */
final class FileWorkload {
    static final int ENTRIES = 160;
    static final int BATCH = 40;
    private static final int AGENTS = 20;
    private static final int RECORDS = 60;
    private static final List<String> COLLECTIONS = List.of("files-a", "files-b");
    private static final List<String> METADATA = List.of("first", "second", "third");
    private static final int[] CHUNK_BYTES = {1, 5_000, 20_000, 4_096};
    private static final int PAGE = 50;

    private FileWorkload() {}

    /** Writes all of it to an empty store. */
    static void fill(Storage storage) {
        for (int from = 0; from < ENTRIES; from += BATCH) {
            WriteBatch.Builder batch = WriteBatch.builder().entries(entries(from, from + BATCH));
            if (from == 0) {
                METADATA.forEach(name -> batch.metadata(name, metadata(name)));
                batch.agents(agents()).records(records()).chunks(chunks());
            }
            StoreUnderTest.await(storage.write(batch.build()));
        }
    }

    /** Entries that are not among those of {@link #fill}. */
    static WriteBatch more(int number) {
        return WriteBatch.ofEntries(entries(ENTRIES + BATCH * number, ENTRIES + BATCH * (number + 1)));
    }

    /** Fails unless all of it is there, and nothing else. */
    static void checkWhole(Storage storage) {
        assertThat(check(storage, true)).as("refused reads").isZero();
    }

    /**
     * Reads everything. An answer must be right or refused with {@link StorageException}.
     *
     * @param complete whether things must not be missing from an answer either, nor be there without having been written
     * @return how many reads were refused
     */
    static int check(Storage storage, boolean complete) {
        Reads reads = new Reads(storage, complete);
        reads.entries();
        reads.blobs();
        reads.order();
        reads.small();
        reads.records();
        reads.chunks();
        return reads.refused;
    }

    private static final class Reads {
        private final Storage storage;
        private final boolean complete;
        private final Map<EntryId, List<Object>> written = new HashMap<>();
        private final List<StoredEntry> ordered;
        private int refused;

        Reads(Storage storage, boolean complete) {
            this.storage = storage;
            this.complete = complete;
            ordered = FileWorkload.entries(0, ENTRIES).stream()
                    .sorted((one, other) -> one.key().compareTo(other.key()))
                    .toList();
            ordered.forEach(entry -> written.put(entry.id(), StoreUnderTest.comparable(entry)));
        }

        private void read(Runnable read) {
            try {
                read.run();
            } catch (StorageException e) {
                assertThat(e).message().isNotBlank();
                refused++;
            }
        }

        void entries() {
            for (int from = 0; from < ENTRIES; from += 20) {
                List<StoredEntry> some = ordered.subList(from, from + 20);
                List<EntryId> ids = some.stream().map(StoredEntry::id).toList();
                read(() -> assertRight(StoreUnderTest.await(storage.entries(ids, Integer.MAX_VALUE)), some));
            }
        }

        void blobs() {
            for (StoredEntry entry : ordered.subList(0, 60)) {
                read(() -> {
                    Optional<StoredEntry> found = StoreUnderTest.await(storage.entryOfBlob(entry.blobHash()));
                    assertRight(found.stream().toList(), entry.blob().isPresent() ? List.of(entry) : List.of());
                });
            }
        }

        /** A damaged order may lead in circles: the pages are counted. */
        void order() {
            read(() -> {
                List<StoredEntry> found = new ArrayList<>();
                List<StoredEntry> page = StoreUnderTest.await(storage.scan(Optional.empty(), PAGE, Integer.MAX_VALUE));
                for (int pages = 0; !page.isEmpty() && pages < ENTRIES; pages++) {
                    found.addAll(page);
                    EntryKey last = page.get(page.size() - 1).key();
                    page = StoreUnderTest.await(storage.scan(Optional.of(last), PAGE, Integer.MAX_VALUE));
                }
                assertRight(found, ordered);
            });
            read(() -> {
                KeyPage page = StoreUnderTest.await(storage.keys(Optional.empty(), KeyPage.MAX_KEYS));
                if (complete) {
                    List<EntryKey> keys = new ArrayList<>();
                    for (int i = 0; i < page.size(); i++) {
                        EntryId id = EntryId.of(Arrays.copyOfRange(page.ids(), 32 * i, 32 * i + 32));
                        keys.add(new EntryKey(page.times()[i], id));
                    }
                    assertThat(keys)
                            .isEqualTo(ordered.stream().map(StoredEntry::key).toList());
                }
            });
            read(() -> {
                long count = StoreUnderTest.await(storage.count());
                if (complete) {
                    assertThat(count).isEqualTo(ENTRIES);
                }
            });
        }

        private void assertRight(List<StoredEntry> found, List<StoredEntry> expected) {
            if (complete) {
                StoreUnderTest.assertSame(found, expected);
            } else {
                assertThat(found)
                        .allSatisfy(entry ->
                                assertThat(StoreUnderTest.comparable(entry)).isEqualTo(written.get(entry.id())));
            }
        }

        void small() {
            for (String name : METADATA) {
                read(() -> assertValue(StoreUnderTest.await(storage.metadata(name)), FileWorkload.metadata(name)));
            }
            read(() -> {
                List<String> cards = StoreUnderTest.await(storage.agents(Storage.MAX_AGENTS)).stream()
                        .map(HexFormat.of()::formatHex)
                        .toList();
                List<String> expected = agents().stream()
                        .sorted((one, other) -> other.issuedAt().compareTo(one.issuedAt()))
                        .map(card -> HexFormat.of().formatHex(card.encoded()))
                        .toList();
                assertThat(expected).containsAll(cards);
                if (complete) {
                    assertThat(cards).isEqualTo(expected);
                }
            });
        }

        private void assertValue(Optional<byte[]> found, byte[] expected) {
            if (complete || found.isPresent()) {
                assertThat(found).hasValue(expected);
            }
        }

        void records() {
            Map<RecordKey, byte[]> values = new HashMap<>();
            FileWorkload.records().forEach(item -> values.put(item.key(), item.value()));
            values.forEach((key, value) -> read(() -> assertValue(StoreUnderTest.await(storage.record(key)), value)));
            for (String collection : COLLECTIONS) {
                read(() -> {
                    List<StoredRecord> found = StoreUnderTest.await(
                            storage.records(collection, Optional.empty(), Storage.MAX_RECORDS, Integer.MAX_VALUE));
                    assertThat(found)
                            .allSatisfy(item -> assertThat(item.value()).isEqualTo(values.get(item.key())));
                    if (complete) {
                        assertThat(found).hasSize(RECORDS / COLLECTIONS.size());
                    }
                });
            }
        }

        void chunks() {
            List<BlobHash> hashes =
                    FileWorkload.chunks().stream().map(StoredChunk::hash).toList();
            read(() -> {
                BitSet present = StoreUnderTest.await(storage.chunksPresent(hashes));
                if (complete) {
                    assertThat(present.cardinality()).isEqualTo(hashes.size());
                }
            });
            for (StoredChunk chunk : FileWorkload.chunks()) {
                read(() -> {
                    List<StoredChunk> found =
                            StoreUnderTest.await(storage.chunks(List.of(chunk.hash()), Integer.MAX_VALUE));
                    if (complete || !found.isEmpty()) {
                        StoreUnderTest.assertChunks(found, chunk);
                    }
                });
            }
        }
    }

    /** Times on both sides of the greatest signed one; every seventh without its blob, the others of 0 to 600 bytes. */
    private static List<StoredEntry> entries(int from, int to) {
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            long time = i % 3 == 0 ? -1L - i : 1_000L + i % 50;
            Optional<byte[]> blob = i % 7 == 0 ? Optional.empty() : Optional.of(random(i, i * 31 % 600));
            BlobHash hash = StorageSamples.hash(i);
            entries.add(new StoredEntry(StorageSamples.id(i), time, hash, random(~i, 120 + i * 17 % 300), blob));
        }
        return entries;
    }

    private static byte[] metadata(String name) {
        return random(name.length(), 10 * name.length());
    }

    private static List<AgentInfo> agents() {
        List<AgentInfo> cards = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            cards.add(StorageSamples.card(i, 1_000L * (i * 7 % AGENTS)));
        }
        return cards;
    }

    private static List<StoredRecord> records() {
        return Stream.iterate(0, i -> i + 1)
                .limit(RECORDS)
                .map(i -> new StoredRecord(
                        RecordKey.of(COLLECTIONS.get(i % COLLECTIONS.size()), random(1_000 + i, 1 + i)),
                        random(2_000 + i, i * 13)))
                .toList();
    }

    private static List<StoredChunk> chunks() {
        List<StoredChunk> chunks = new ArrayList<>();
        for (int bytes : CHUNK_BYTES) {
            chunks.add(new StoredChunk(StorageSamples.hash(bytes), random(bytes, bytes)));
        }
        return chunks;
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
