// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.storage.surreal.internal.index.MergePlan.Change;
import io.peerkit.storage.surreal.internal.index.MergePlan.Step;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MergePlanTest {
    private final BucketDirectory directory = new BucketDirectory();

    @Test
    void next_nothingPending_nothing() {
        MergePlan plan = plan(IndexKind.ID, List.of(), List.of(), 9, 9);

        assertThat(plan.next(directory)).isEmpty();
    }

    @Test
    void next_noRowsYet_oneBucketInStepsOfTheirBound() {
        MergePlan plan = plan(IndexKind.ID, List.of(1L, 2L, 3L, 4L, 5L), List.of(), 9, 2);

        assertThat(adds(plan)).containsExactly(List.of(1L, 2L), List.of(3L, 4L), List.of(5L));
    }

    @Test
    void next_severalBuckets_atMostAsManyAsAStepTakes() {
        directory.replace(IndexKind.ID, List.of(end(10), end(20), end(30), IndexPlace.LAST));
        MergePlan plan = plan(IndexKind.ID, List.of(25L, 5L, 15L, 35L, 6L), List.of(), 3, 99);

        Step first = plan.next(directory).orElseThrow();
        assertThat(first.changes()).extracting(Change::upper).containsExactly(end(10), end(20), end(30));
        assertThat(first.changes().get(0).added()).hasSize(2);
        plan.done(first);
        Step second = plan.next(directory).orElseThrow();
        assertThat(second.changes()).extracting(Change::upper).containsExactly(IndexPlace.LAST);
        plan.done(second);
        assertThat(plan.next(directory)).isEmpty();
    }

    @Test
    void next_notDone_sameRecordsForTheBucketsOfToday() {
        MergePlan plan = plan(IndexKind.ID, List.of(5L, 15L), List.of(), 9, 9);
        assertThat(plan.next(directory).orElseThrow().changes()).hasSize(1);

        directory.replace(IndexKind.ID, List.of(end(10), IndexPlace.LAST));

        assertThat(plan.next(directory).orElseThrow().changes())
                .extracting(Change::upper)
                .containsExactly(end(10), IndexPlace.LAST);
    }

    @Test
    void next_removals_withTheBucketsOfTheirRecords() {
        directory.replace(IndexKind.ID, List.of(end(10), IndexPlace.LAST));
        MergePlan plan = plan(IndexKind.ID, List.of(15L), List.of(5L, 16L), 9, 9);

        List<Change> changes = plan.next(directory).orElseThrow().changes();

        assertThat(changes).hasSize(2);
        assertThat(changes.get(0).added()).isEmpty();
        assertThat(changes.get(0).removed())
                .extracting(removal -> removal.place(IndexKind.ID).first())
                .containsExactly(5L);
        assertThat(changes.get(1).added()).hasSize(1);
        assertThat(changes.get(1).removed()).hasSize(1);
    }

    @Test
    void next_blobs_onlyOfEntriesThatHaveTheirs() {
        Generation<String> generation = new Generation<>();
        StoredEntry with = entry(1);
        StoredEntry without =
                new StoredEntry(entry(2).id(), entry(2).time(), entry(2).blobHash(), new byte[0], Optional.empty());
        generation.add("row", Journal.pack(List.of(with, without), List.of()));

        Step step = new MergePlan(IndexKind.BLOB, generation, limits(9, 9))
                .next(directory)
                .orElseThrow();

        assertThat(step.changes().get(0).added())
                .containsExactly(new IndexRecord(
                        new IndexPlace(Journal.prefix(with.blobHash()), with.time(), Journal.prefix(with.id())),
                        4,
                        false));
    }

    private List<List<Long>> adds(MergePlan plan) {
        List<List<Long>> steps = new ArrayList<>();
        for (Optional<Step> step = plan.next(directory); step.isPresent(); step = plan.next(directory)) {
            steps.add(step.get().changes().stream()
                    .flatMap(change -> change.added().stream())
                    .map(record -> record.place().first())
                    .toList());
            plan.done(step.get());
        }
        return steps;
    }

    private static MergePlan plan(IndexKind kind, List<Long> added, List<Long> removed, int buckets, int records) {
        Generation<String> generation = new Generation<>();
        generation.add(
                "row",
                Journal.pack(
                        added.stream().map(MergePlanTest::entry).toList(),
                        removed.stream()
                                .map(number -> new Removal(entry(number).key(), 7))
                                .toList()));
        return new MergePlan(kind, generation, limits(buckets, records));
    }

    private static IndexLimits limits(int buckets, int records) {
        return new IndexLimits(1, 1, 1, 1, 9, buckets, records);
    }

    private static IndexPlace end(long first) {
        return IndexPlace.lastOf(first);
    }

    static StoredEntry entry(long number) {
        return new StoredEntry(id(number), number, BlobHash.of(bytes(-number)), new byte[3], Optional.of(new byte[1]));
    }

    static EntryId id(long number) {
        return EntryId.of(bytes(number));
    }

    static EntryKey key(long number) {
        return entry(number).key();
    }

    static List<StoredEntry> entries(long from, long to) {
        return LongStream.range(from, to).mapToObj(MergePlanTest::entry).toList();
    }

    private static byte[] bytes(long first) {
        ByteBuffer bytes = ByteBuffer.allocate(32).putLong(first);
        IntStream.range(0, 3).forEach(i -> bytes.putLong(i));
        return bytes.array();
    }
}
