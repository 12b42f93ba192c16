// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.chunk;
import static io.peerkit.testkit.storage.StorageSamples.entry;
import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.key;
import static io.peerkit.testkit.storage.StorageSamples.record;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The part of {@link StorageContract} that is about writes under a condition; skipped by stores that have none. */
public abstract class ConditionContract extends RecordContract {
    private static final RecordKey KEY = key("things", "key");
    private static final int CALLERS = 32;
    private static final int LARGEST = 65_536;

    /** For the suites. */
    ConditionContract() {}

    private Optional<BitSet> writeIf(RecordCondition condition, WriteBatch batch) {
        Assumptions.assumeTrue(storage().hasConditions(), "the store has no conditional writes");
        return await(storage().writeIf(List.of(condition), batch));
    }

    private static WriteBatch batch(String value) {
        return WriteBatch.builder()
                .records(List.of(record("things", "key", value)))
                .build();
    }

    @Test
    public void writeIf_absentAsExpected_writtenOnce() {
        assertThat(writeIf(RecordCondition.absent(KEY), batch("one"))).isPresent();
        assertThat(writeIf(RecordCondition.absent(KEY), batch("two"))).isEmpty();

        assertThat(await(storage().record(KEY))).hasValue(text("one"));
    }

    @Test
    public void writeIf_conditionDoesNotHold_nothingOfTheBatchWritten() {
        await(storage()
                .write(WriteBatch.builder()
                        .records(List.of(record("things", "key", "one")))
                        .chunks(List.of(chunk(1, 10)))
                        .entries(List.of(entry(1, 1)))
                        .metadata("name", text("old"))
                        .build()));

        WriteBatch all = WriteBatch.builder()
                .removeEntries(List.of(entry(1, 1).id()))
                .entries(List.of(entry(2, 2)))
                .records(List.of(record("things", "key", "two"), record("things", "other", "new")))
                .removeChunks(List.of(hash(1)))
                .chunks(List.of(chunk(2, 10)))
                .metadata("name", text("new"))
                .build();
        assertThat(writeIf(RecordCondition.equal(KEY, text("none")), all)).isEmpty();

        assertThat(await(storage().count())).isEqualTo(1);
        assertThat(await(storage().record(KEY))).hasValue(text("one"));
        assertThat(await(storage().record(key("things", "other")))).isEmpty();
        assertThat(await(storage().metadata("name"))).hasValue(text("old"));
        assertThat(await(storage().chunksPresent(List.of(hash(1), hash(2))))).isEqualTo(BitSet.valueOf(new long[] {1}));

        assertThat(writeIf(RecordCondition.equal(KEY, text("one")), all)).hasValue(BitSet.valueOf(new long[] {1}));
        assertThat(await(storage().chunksPresent(List.of(hash(1), hash(2))))).isEqualTo(BitSet.valueOf(new long[] {2}));
        assertThat(await(storage().metadata("name"))).hasValue(text("new"));
    }

    @Test
    public void writeIf_valueAsExpected_setOrRemoved() {
        byte[] largest = new byte[LARGEST];
        await(storage()
                .write(WriteBatch.builder()
                        .records(List.of(new StoredRecord(KEY, largest)))
                        .build()));

        assertThat(writeIf(RecordCondition.equal(KEY, largest), batch(""))).isPresent();
        WriteBatch removal = WriteBatch.builder().removeRecords(List.of(KEY)).build();
        assertThat(writeIf(RecordCondition.equal(KEY, text("x")), removal)).isEmpty();
        assertThat(writeIf(RecordCondition.equal(KEY, new byte[0]), removal)).isPresent();

        assertThat(await(storage().record(KEY))).isEmpty();
        assertThat(writeIf(RecordCondition.equal(KEY, new byte[0]), removal)).isEmpty();
    }

    @Test
    public void writeIf_severalConditions_allMustHold() {
        await(storage().write(batch("one")));
        RecordKey other = key("things", "other");
        WriteBatch both = WriteBatch.builder()
                .records(List.of(record("things", "key", "two"), record("things", "other", "two")))
                .build();
        RecordCondition holds = RecordCondition.equal(KEY, text("one"));
        Assumptions.assumeTrue(storage().hasConditions());

        assertThat(await(storage().writeIf(List.of(holds, RecordCondition.equal(other, text("one"))), both)))
                .isEmpty();
        assertThat(await(storage().writeIf(List.of(holds, RecordCondition.absent(other)), both)))
                .isPresent();
    }

    @Test
    public void writeIf_manyCallersCountInOneRecord_noCountLost() {
        await(storage().write(batch("0")));
        Assumptions.assumeTrue(storage().hasConditions());

        List<CompletableFuture<Void>> counted = new ArrayList<>();
        IntStream.range(0, CALLERS).forEach(caller -> counted.add(count()));
        counted.forEach(StoreUnderTest::await);

        assertThat(await(storage().record(KEY))).hasValue(text(Integer.toString(CALLERS)));
    }

    private CompletableFuture<Void> count() {
        return storage().record(KEY).thenCompose(found -> {
            byte[] before = found.orElseThrow();
            int next = Integer.parseInt(new String(before, StandardCharsets.UTF_8)) + 1;
            return storage()
                    .writeIf(List.of(RecordCondition.equal(KEY, before)), batch(Integer.toString(next)))
                    .thenCompose(done -> done.isPresent() ? CompletableFuture.completedFuture(null) : count());
        });
    }

    @Test
    public void writeIf_conditionOnWhatTheBatchDoesNotChange_refused() {
        Assumptions.assumeTrue(storage().hasConditions());
        RecordCondition absent = RecordCondition.absent(KEY);
        WriteBatch removal = WriteBatch.builder().removeRecords(List.of(KEY)).build();

        assertThatThrownBy(() -> storage().writeIf(List.of(), batch("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().writeIf(List.of(absent), removal))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().writeIf(List.of(absent, absent), batch("x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().writeIf(List.of(RecordCondition.absent(key("things", "other"))), batch("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("things/");
    }
}
