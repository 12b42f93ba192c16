// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Groups and the queue they come from. */
class WriteGroupTest {
    private final WriteGroup group = new WriteGroup();
    private final WriteQueue queue = new WriteQueue();

    @Test
    void committed_sameEntryInTwoBatches_newForTheFirstAlone() {
        PendingWrite first = write(entries(1, 2));
        PendingWrite second = write(entries(2, 3));
        group.add(first);
        group.add(second);

        group.committed(Set.of(id(3)));

        assertThat(first.done().join()).hasValue(bits(0, 1));
        assertThat(second.done().join()).hasValue(bits());
    }

    @Test
    void add_writeUnderACondition_alone() {
        StoredRecord record = new StoredRecord(RecordKey.of("c", new byte[1]), new byte[1]);
        PendingWrite conditional = PendingWrite.of(
                List.of(RecordCondition.absent(record.key())),
                WriteBatch.builder().records(List.of(record)).build());
        WriteGroup other = new WriteGroup();

        assertThat(group.add(write(entries(1)))).isTrue();
        assertThat(group.add(conditional)).isFalse();
        assertThat(other.add(conditional)).isTrue();
        assertThat(other.add(write(entries(2)))).isFalse();
        other.refused();
        assertThat(conditional.done().join()).isEmpty();
    }

    @Test
    void add_laterRemovalOfAnEarlierEntry_notInOneGroup() {
        assertThat(group.add(write(entries(1)))).isTrue();
        assertThat(group.add(
                        write(WriteBatch.builder().removeEntries(List.of(id(2))).build())))
                .isTrue();
        assertThat(group.add(
                        write(WriteBatch.builder().removeEntries(List.of(id(1))).build())))
                .isFalse();
        assertThat(group.writes()).hasSize(2);
    }

    @Test
    void add_recordsAndMetadataOfSeveralBatches_lastWins() {
        RecordKey key = RecordKey.of("c", new byte[] {1});
        group.add(write(WriteBatch.builder()
                .records(List.of(new StoredRecord(key, new byte[] {1})))
                .metadata("m", new byte[] {1})
                .build()));
        group.add(write(WriteBatch.builder()
                .removeRecords(List.of(key))
                .metadata("m", new byte[] {2})
                .build()));

        assertThat(group.records.get(key)).isEmpty();
        assertThat(group.metadata.get("m")).containsExactly(2);
    }

    @Test
    void add_mostItems_takenButNotOneMore() {
        assertThat(group.add(write(
                        entries(IntStream.range(0, WriteGroup.MAX_ITEMS - 1).toArray()))))
                .isTrue();
        assertThat(group.add(write(entries(5_000, 5_001)))).isFalse();
        assertThat(group.add(write(entries(5_000)))).isTrue();
        assertThat(group.add(write(entries(5_001)))).isFalse();
    }

    @Test
    void takeGroup_aboutSomethingUnderWay_waitsAndIsNotOvertaken() {
        queue.add(write(entries(1)));
        WriteGroup first = queue.takeGroup(List.of()).orElseThrow();
        queue.add(write(entries(1)));
        queue.add(write(entries(2)));

        assertThat(queue.takeGroup(List.of(first))).isEmpty();
        queue.finished(first);
        assertThat(queue.takeGroup(List.of()).orElseThrow().writes()).hasSize(2);
    }

    @Test
    void takeGroup_aboutOtherThings_besideWhatIsUnderWay() {
        queue.add(write(entries(1)));
        WriteGroup first = queue.takeGroup(List.of()).orElseThrow();
        queue.add(write(WriteBatch.of(List.of(entry(2)), Map.of("m", new byte[1]))));

        assertThat(queue.takeGroup(List.of(first))).isPresent();
    }

    @Test
    void add_mostBytesWaiting_takenButNotOneMore() {
        byte[] value = new byte[StoredRecord.MAX_VALUE_BYTES];
        List<StoredRecord> records = IntStream.range(0, 1_000)
                .mapToObj(i -> new StoredRecord(RecordKey.of("c", intBytes(i)), value))
                .toList();
        queue.add(write(WriteBatch.builder().records(records).build()));

        assertThatThrownBy(() -> queue.add(write(
                        WriteBatch.builder().records(records.subList(0, 100)).build())))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("at most " + WriteQueue.MAX_BYTES);
        queue.add(write(entries(1)));
        queue.close();
        assertThatThrownBy(() -> queue.add(write(entries(2)))).isInstanceOf(ClosedException.class);
    }

    private static PendingWrite write(WriteBatch batch) {
        return PendingWrite.of(batch);
    }

    private static WriteBatch entries(int... numbers) {
        return WriteBatch.ofEntries(
                IntStream.of(numbers).mapToObj(WriteGroupTest::entry).toList());
    }

    private static StoredEntry entry(int number) {
        return new StoredEntry(id(number), number, BlobHash.ofBlob(intBytes(number)), new byte[1], Optional.empty());
    }

    private static EntryId id(int number) {
        return EntryId.ofHeader(intBytes(number));
    }

    private static byte[] intBytes(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        IntStream.of(set).forEach(bits::set);
        return bits;
    }
}
