// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.StoredEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PendingIndexTest {
    private final PendingIndex<String> pending = new PendingIndex<>(new IndexLimits(10, 40, 2, 5, 9, 9, 9));
    private final BucketDirectory directory = new BucketDirectory();

    @Test
    void isDue_asManyRecordsAsTheBound_butNotOneLess() {
        add("a", 0, 9);
        assertThat(pending.isDue(directory)).isFalse();
        add("b", 9, 10);
        assertThat(pending.isDue(directory)).isTrue();
        pending.beginMerge();
        add("c", 10, 30);
        assertThat(pending.isDue(directory)).as("while merging").isFalse();
        pending.merged();
        assertThat(pending.isDue(directory)).isTrue();
    }

    @Test
    void isDue_moreBuckets_moreRecordsButNotWithoutBound() {
        buckets(10);
        add("a", 0, 19);
        assertThat(pending.isDue(directory)).isFalse();
        add("b", 19, 20);
        assertThat(pending.isDue(directory)).isTrue();
        buckets(1_000);
        add("c", 20, 39);
        assertThat(pending.isDue(directory)).isFalse();
        add("d", 39, 40);
        assertThat(pending.isDue(directory)).isTrue();
    }

    @Test
    void isDue_asManyJournalsAsTheBound_howeverSmall() {
        for (int i = 0; i < 5; i++) {
            assertThat(pending.isDue(directory)).isFalse();
            add("row " + i, i, i + 1);
        }
        assertThat(pending.isDue(directory)).isTrue();
    }

    @Test
    void isFull_twiceAsMuchWhileMerging_untilMerged() {
        add("a", 0, 100);
        assertThat(pending.isFull(directory))
                .as("a merge is due that will empty it")
                .isFalse();
        pending.beginMerge();
        add("b", 100, 119);
        assertThat(pending.isFull(directory)).isFalse();
        add("c", 119, 120);
        assertThat(pending.isFull(directory)).isTrue();
        pending.merged();
        assertThat(pending.isFull(directory)).isFalse();
    }

    @Test
    void byId_whereverItIs_found() {
        add("a", 0, 10);
        Generation<String> merging = pending.beginMerge();
        add("b", 10, 20);
        pending.foreign(Journal.added(List.of(journal(20, 25))));
        pending.addForeign(journal(25, 30));

        for (long number = 0; number < 30; number++) {
            StoredEntry entry = MergePlanTest.entry(number);
            assertThat(pending.byId(number))
                    .containsExactly(new IndexRecord(
                            new IndexPlace(number, number, Journal.prefix(entry.blobHash())), entry.bytes(), false));
            assertThat(pending.byBlob(Journal.prefix(entry.blobHash()), Optional.empty(), 9))
                    .hasSize(1);
        }
        assertThat(pending.byId(30)).isEmpty();
        assertThat(merging.journals()).containsExactly("a");
        assertThat(pending.size()).isEqualTo(20);
        pending.merged();
        assertThat(pending.byId(3)).isEmpty();
        pending.foreign(new PendingRecords());
        assertThat(pending.byId(27)).isEmpty();
        assertThat(pending.byId(13)).hasSize(1);
    }

    @Test
    void byBlob_manyEntriesOfOneBlob_pagesInOrder() {
        Random random = new Random(11);
        StoredEntry one = MergePlanTest.entry(1);
        List<StoredEntry> entries = new ArrayList<>(IntStream.range(0, 1_000)
                .mapToObj(i -> new StoredEntry(
                        MergePlanTest.id(i), random.nextLong(), one.blobHash(), new byte[2], one.blob()))
                .toList());
        PendingRecords records = Journal.added(List.of(Journal.pack(entries, List.of())));
        long blob = Journal.prefix(one.blobHash());

        List<Long> times = new ArrayList<>();
        Optional<IndexPlace> after = Optional.empty();
        for (List<IndexRecord> page = records.byBlob(blob, after, 16);
                !page.isEmpty();
                page = records.byBlob(blob, after, 16)) {
            page.forEach(record -> times.add(record.place().time()));
            after = Optional.of(page.get(page.size() - 1).place());
        }

        assertThat(times)
                .containsExactlyElementsOf(entries.stream()
                        .map(StoredEntry::time)
                        .sorted(Long::compareUnsigned)
                        .toList());
    }

    @Test
    void unpack_damagedJournal_readOrRefused() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("PendingIndexTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        byte[] whole = Journal.pack(MergePlanTest.entries(0, 5), List.of(new Removal(MergePlanTest.key(7), 1)));
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = java.util.Arrays.copyOf(whole, random.nextInt(3) > 0 ? whole.length : random.nextInt(300));
            if (bytes.length > 0) {
                bytes[random.nextInt(Math.min(bytes.length, 8))] = (byte) random.nextInt();
            }
            try {
                assertThat(Journal.added(List.of(bytes)).size()).isLessThan(11);
            } catch (StorageException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %s", seed).isBetween(20_000, 99_000);
    }

    @Test
    void unpack_removals_readBack() {
        List<Removal> removed = List.of(new Removal(MergePlanTest.key(-7), 1), new Removal(MergePlanTest.key(8), -1));
        List<Removal> read = new ArrayList<>();

        Journal.unpack(Journal.pack(List.of(), removed), new PendingRecords(), read::add);

        assertThat(read).isEqualTo(removed);
        assertThatThrownBy(() -> Journal.items(new byte[3])).isInstanceOf(StorageException.class);
    }

    private void add(String row, long from, long to) {
        pending.add(row, journal(from, to));
    }

    private static byte[] journal(long from, long to) {
        return Journal.pack(MergePlanTest.entries(from, to), List.of());
    }

    private void buckets(int count) {
        directory.replace(
                IndexKind.ID,
                LongStream.range(0, count).mapToObj(IndexPlace::firstOf).toList());
    }
}
