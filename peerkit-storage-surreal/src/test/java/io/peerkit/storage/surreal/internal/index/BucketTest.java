// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketTest {
    @Test
    void of_itsOwnBytes_readBack() {
        Bucket bucket = new Bucket(
                Optional.of(place(1)),
                place(-1),
                List.of(record(2, 7), new IndexRecord(place(3), Integer.MAX_VALUE, true)));

        assertThat(Bucket.of(place(-1), bucket.toBytes())).isEqualTo(bucket);
        assertThat(Bucket.of(IndexPlace.LAST, Bucket.empty().toBytes())).isEqualTo(Bucket.empty());
    }

    @Test
    void of_outOfOrderOrOutside_saidToBeDamaged() {
        Bucket unordered = new Bucket(Optional.empty(), place(9), List.of(record(3, 1), record(2, 1)));
        Bucket twice = new Bucket(Optional.empty(), place(9), List.of(record(3, 1), record(3, 1)));
        Bucket atLow = new Bucket(Optional.of(place(3)), place(9), List.of(record(3, 1)));
        Bucket behind = new Bucket(Optional.empty(), place(9), List.of(record(10, 1)));

        for (Bucket damaged : List.of(unordered, twice, atLow, behind)) {
            assertThatThrownBy(() -> Bucket.of(place(9), damaged.toBytes()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void of_randomlyDamaged_readOrRefused() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("BucketTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        byte[] whole = new Bucket(Optional.of(place(1)), place(50), records(2, 40)).toBytes();
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes =
                    random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 9)) : whole.clone();
            for (int flips = random.nextInt(3); flips >= 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(Bucket.of(place(50), bytes).records()).hasSizeLessThan(45);
            } catch (StorageException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %s", seed).isBetween(20_000, 99_000);
    }

    @Test
    void merged_upToTheBound_oneBucketAndBeyondItSeveral() {
        Bucket full = only(Bucket.empty().merged(records(0, 6), Set.of(), 6));
        assertThat(full.records()).hasSize(6);

        List<Bucket> split = full.merged(records(6, 7), Set.of(), 6);

        assertThat(split).hasSize(2);
        assertThat(split.get(0).low()).isEmpty();
        assertThat(split.get(1).low()).hasValue(split.get(0).upper());
        assertThat(split.get(0).upper()).isEqualTo(split.get(0).records().get(2).place());
        assertThat(split.get(1).upper()).isEqualTo(IndexPlace.LAST);
    }

    @Test
    void merged_entryIsGone_recordDroppedAndNotAdded() {
        Bucket bucket = only(Bucket.empty().merged(records(0, 4), Set.of(), 9));

        Bucket after =
                only(bucket.merged(List.of(record(7, 1), record(8, 1)), Set.of(place(1), place(8), place(99)), 9));

        assertThat(after.records())
                .extracting(IndexRecord::place)
                .containsExactly(place(0), place(2), place(3), place(7));
    }

    @Test
    void merged_addedTwice_keptWhateverIsGone() {
        // Two entries of one time whose ids begin alike: one of them went.
        Bucket inTwoMerges = only(only(Bucket.empty().merged(List.of(record(5, 10)), Set.of(), 9))
                .merged(List.of(record(5, 30)), Set.of(), 9));
        Bucket inOne = only(Bucket.empty().merged(List.of(record(5, 30), record(5, 10)), Set.of(), 9));

        for (Bucket twins : List.of(inTwoMerges, inOne)) {
            assertThat(twins.records()).containsExactly(new IndexRecord(place(5), 30, true));
            assertThat(only(twins.merged(List.of(), Set.of(place(5)), 9)).records())
                    .hasSize(1);
        }
    }

    @Test
    void merged_randomly_sameAsAMapAndAllCovered() {
        long seed = Long.getLong("peerkit.seed", System.nanoTime());
        System.out.println("BucketTest: -Dpeerkit.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            TreeMap<IndexPlace, IndexRecord> expected = new TreeMap<>();
            TreeMap<IndexPlace, Bucket> buckets = new TreeMap<>();
            buckets.put(IndexPlace.LAST, Bucket.empty());
            int bound = 1 + random.nextInt(12);
            for (int step = 0; step < 12; step++) {
                // Half of them of one hash, as where one blob is in many entries.
                List<IndexRecord> added = IntStream.range(0, random.nextInt(30))
                        .mapToObj(i -> new IndexRecord(
                                new IndexPlace(random.nextBoolean() ? 7 : random.nextLong(), random.nextLong(), 1),
                                random.nextInt(100),
                                false))
                        .sorted((one, other) -> one.place().compareTo(other.place()))
                        .toList();
                added.forEach(record -> expected.put(record.place(), record));
                for (IndexRecord record : added) {
                    Bucket home = buckets.ceilingEntry(record.place()).getValue();
                    assertThat(home.covers(record.place())).as("seed %s", seed).isTrue();
                    for (Bucket part : home.merged(List.of(record), Set.of(), bound)) {
                        buckets.put(part.upper(), Bucket.of(part.upper(), part.toBytes()));
                    }
                }
            }
            List<IndexRecord> all = new ArrayList<>();
            buckets.values().forEach(bucket -> {
                assertThat(bucket.records()).as("seed %s", seed).hasSizeLessThanOrEqualTo(bound);
                all.addAll(bucket.records());
            });
            assertThat(all).as("seed %s", seed).containsExactlyElementsOf(expected.values());
        }
    }

    private static Bucket only(List<Bucket> buckets) {
        assertThat(buckets).hasSize(1);
        return buckets.get(0);
    }

    private static List<IndexRecord> records(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> record(i, i)).toList();
    }

    private static IndexRecord record(long first, int bytes) {
        return new IndexRecord(place(first), bytes, false);
    }

    private static IndexPlace place(long first) {
        return new IndexPlace(first, 1, 1);
    }
}
