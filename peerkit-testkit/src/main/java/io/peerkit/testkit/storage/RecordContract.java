// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.agent;
import static io.peerkit.testkit.storage.StorageSamples.card;
import static io.peerkit.testkit.storage.StorageSamples.chunk;
import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.key;
import static io.peerkit.testkit.storage.StorageSamples.record;
import static io.peerkit.testkit.storage.StorageSamples.sized;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.peerkit.api.BlobHash;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The part of {@link StorageContract} that is about all that is not entries: metadata, agent cards, records, chunks. */
public abstract class RecordContract extends EntryContract {
    /** For the suites. */
    RecordContract() {}

    // --- metadata and agents ---

    @Test
    public void metadata_setTwice_lastValue() {
        writeMetadata("name", text("one"));
        writeMetadata("other", text("two"));
        writeMetadata("name", text("three"));

        assertThat(await(storage().metadata("name"))).hasValue(text("three"));
        assertThat(await(storage().metadata("other"))).hasValue(text("two"));
        assertThat(await(storage().metadata("Name"))).isEmpty();
    }

    @Test
    public void metadata_boundsOfNameAndValue_readBack() {
        String longest = "ü".repeat(64);
        byte[] value = new byte[WriteBatch.MAX_METADATA_BYTES];
        Arrays.fill(value, (byte) 0xa5);
        writeMetadata(longest, value);
        writeMetadata("e", new byte[0]);

        assertThat(await(storage().metadata(longest))).hasValue(value);
        assertThat(await(storage().metadata("e"))).hasValue(new byte[0]);
    }

    @Test
    public void metadata_arraysChangedAfterwards_storeUnchanged() {
        byte[] value = {1};
        writeMetadata("name", value);
        value[0] = 2;
        await(storage().metadata("name")).orElseThrow()[0] = 3;

        assertThat(await(storage().metadata("name"))).hasValue(new byte[] {1});
    }

    @Test
    public void agents_severalCards_latestFirstUpToLimit() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100), card(2, 300), card(3, 200)), List.of())));

        assertCards(10, "card of 2 at 300", "card of 3 at 200", "card of 1 at 100");
        assertCards(2, "card of 2 at 300", "card of 3 at 200");
        assertCards(Storage.MAX_AGENTS, "card of 2 at 300", "card of 3 at 200", "card of 1 at 100");
        assertThatThrownBy(() -> storage().agents(Storage.MAX_AGENTS + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().agents(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void agents_newerCard_replacesOlderNeverTheReverse() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100)), List.of())));
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 101)), List.of())));
        assertCards(10, "card of 1 at 101");

        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100)), List.of())));
        assertCards(10, "card of 1 at 101");
    }

    @Test
    public void agents_twoCardsInOneBatch_newerKept() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 200), card(1, 100)), List.of())));

        assertCards(10, "card of 1 at 200");
    }

    @Test
    public void agents_removed_gone() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100), card(2, 200)), List.of())));
        await(storage().write(WriteBatch.ofAgents(List.of(), List.of(agent(2), agent(3)))));

        assertCards(10, "card of 1 at 100");
    }

    @Test
    public void agents_removedAndSetInOneBatch_theOneSetStays() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 200)), List.of())));
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100)), List.of(agent(1)))));

        assertCards(10, "card of 1 at 100");
    }

    // --- records ---

    @Test
    public void record_setTwice_lastValue() {
        setRecords(record("state", "a", "one"), record("state", "b", "two"), record("other", "a", "three"));
        setRecords(record("state", "a", "four"));

        assertThat(await(storage().record(key("state", "a")))).hasValue(text("four"));
        assertThat(await(storage().record(key("state", "b")))).hasValue(text("two"));
        assertThat(await(storage().record(key("other", "a")))).hasValue(text("three"));
        assertThat(await(storage().record(key("state", "c")))).isEmpty();
        assertThat(await(storage().record(key("stat", "a")))).isEmpty();
    }

    @Test
    public void record_twiceInABatch_lastOneKept() {
        setRecords(record("state", "a", "one"), record("state", "a", "two"));

        assertThat(await(storage().record(key("state", "a")))).hasValue(text("two"));
    }

    @Test
    public void record_removed_gone() {
        setRecords(record("state", "a", "one"), record("state", "b", "two"));
        await(storage()
                .write(WriteBatch.builder()
                        .removeRecords(List.of(key("state", "a"), key("state", "z")))
                        .build()));

        assertThat(await(storage().record(key("state", "a")))).isEmpty();
        assertRecords("state", Optional.empty(), 10, "b=two");
    }

    @Test
    public void record_removedAndSetInOneBatch_theOneSetStays() {
        setRecords(record("state", "a", "one"));
        await(storage()
                .write(WriteBatch.builder()
                        .records(List.of(record("state", "a", "two")))
                        .removeRecords(List.of(key("state", "a")))
                        .build()));

        assertThat(await(storage().record(key("state", "a")))).hasValue(text("two"));
    }

    @Test
    public void record_boundsOfKeyAndValue_readBack() {
        byte[] longest = new byte[RecordKey.MAX_KEY_BYTES];
        Arrays.fill(longest, (byte) 0xff);
        byte[] value = new byte[StoredRecord.MAX_VALUE_BYTES];
        Arrays.fill(value, (byte) 0x5a);
        String collection = "c-9".repeat(11).substring(0, RecordKey.MAX_COLLECTION_LENGTH);
        RecordKey largest = RecordKey.of(collection, longest);
        RecordKey smallest = RecordKey.of("c", new byte[1]);
        setRecords(new StoredRecord(largest, value), new StoredRecord(smallest, new byte[0]));

        assertThat(await(storage().record(largest))).hasValue(value);
        assertThat(await(storage().record(smallest))).hasValue(new byte[0]);
        assertThat(await(storage().records(collection, Optional.empty(), 10, ALL_BYTES)))
                .singleElement()
                .satisfies(found -> assertThat(found.key()).isEqualTo(largest));
    }

    @Test
    public void records_randomKeys_inUnsignedOrderWhateverThePages() {
        Random random = new Random(11);
        TreeSet<RecordKey> expected = new TreeSet<>();
        List<StoredRecord> all = new ArrayList<>();
        while (expected.size() < 500) {
            byte[] bytes = new byte[1 + random.nextInt(6)];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(3) == 0 ? (byte) (random.nextBoolean() ? 0x00 : 0xff) : bytes[i];
            }
            if (expected.add(RecordKey.of("index", bytes))) {
                all.add(new StoredRecord(RecordKey.of("index", bytes), bytes));
            }
        }
        setRecords(all.toArray(StoredRecord[]::new));
        setRecords(record("inde", "x", "before"), record("indey", "x", "behind"));

        for (int pageSize : new int[] {1, 7, 499, 500, Storage.MAX_RECORDS}) {
            assertThat(allRecordKeys("index", pageSize)).containsExactlyElementsOf(expected);
        }
    }

    @Test
    public void records_afterAKeyThatIsNotThere_beginBehindItsPlace() {
        setRecords(record("state", "a", "1"), record("state", "ab", "2"), record("state", "b", "3"));

        assertRecords("state", Optional.of(text("a")), 10, "ab=2", "b=3");
        assertRecords("state", Optional.of(text("aa")), 10, "ab=2", "b=3");
        assertRecords("state", Optional.of(text("abc")), 10, "b=3");
        assertRecords("state", Optional.of(text("b")), 10);
        assertRecords("nothing", Optional.empty(), 10);
    }

    @Test
    public void records_limitAndMaxBytes_keptAndBounded() {
        setRecords(record("state", "a", "1234"), record("state", "b", "1234"), record("state", "c", "1234"));

        assertRecords("state", Optional.empty(), 2, "a=1234", "b=1234");
        assertThat(await(storage().records("state", Optional.empty(), 10, 5))).hasSize(2);
        assertThat(await(storage().records("state", Optional.empty(), 10, 4))).hasSize(1);
        assertThat(await(storage().records("state", Optional.empty(), 10, 0))).hasSize(1);
        assertThatThrownBy(() -> storage().records("state", Optional.empty(), Storage.MAX_RECORDS + 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().records("state", Optional.empty(), -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().records("State", Optional.empty(), 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // --- chunks ---

    @Test
    public void chunks_someAbsent_presentOnesInOrderAskedFor() {
        addChunks(chunk(1, 10), chunk(2, 20), chunk(3, 30));

        assertThat(await(storage().chunksPresent(List.of(hash(9), hash(1), hash(3)))))
                .isEqualTo(indices(1, 2));
        assertChunks(
                await(storage().chunks(List.of(hash(3), hash(9), hash(1), hash(3)), ALL_BYTES)),
                chunk(3, 30),
                chunk(1, 10),
                chunk(3, 30));
        assertThat(await(storage().chunks(List.of(), ALL_BYTES))).isEmpty();
        assertThat(await(storage().chunksPresent(List.of()))).isEqualTo(indices());
    }

    @Test
    public void chunks_thereAlready_leftAsTheyAre() {
        addChunks(chunk(1, 10));
        addChunks(new StoredChunk(hash(1), text("other")), chunk(2, 5), new StoredChunk(hash(2), text("twice")));

        assertChunks(await(storage().chunks(List.of(hash(1), hash(2)), ALL_BYTES)), chunk(1, 10), chunk(2, 5));
    }

    @Test
    public void chunks_emptyAndLargest_readBack() {
        addChunks(chunk(1, 0), chunk(2, StoredChunk.MAX_BYTES));

        assertChunks(
                await(storage().chunks(List.of(hash(1), hash(2)), ALL_BYTES)),
                chunk(1, 0),
                chunk(2, StoredChunk.MAX_BYTES));
    }

    @Test
    public void chunks_asManyAsABatchTakes_allThere() {
        List<StoredChunk> most = IntStream.range(0, WriteBatch.MAX_CHUNKS)
                .mapToObj(i -> chunk(i, 40_000))
                .toList();
        addChunks(most.toArray(StoredChunk[]::new));
        List<BlobHash> hashes = most.stream().map(StoredChunk::hash).toList();

        assertThat(await(storage().chunksPresent(hashes)).cardinality()).isEqualTo(most.size());
        assertChunks(await(storage().chunks(hashes, ALL_BYTES)), most.toArray(StoredChunk[]::new));
    }

    @Test
    public void chunks_maxBytes_endsWithTheChunkThatExceedsIt() {
        addChunks(chunk(1, 100), chunk(2, 100), chunk(3, 100));
        List<BlobHash> hashes = List.of(hash(1), hash(2), hash(3));

        assertThat(await(storage().chunks(hashes, 200))).hasSize(3);
        assertThat(await(storage().chunks(hashes, 199))).hasSize(2);
        assertThat(await(storage().chunks(hashes, 0))).hasSize(1);
        List<BlobHash> tooMany = Collections.nCopies(Storage.MAX_CHUNKS + 1, hash(1));
        assertThatThrownBy(() -> storage().chunks(tooMany, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().chunksPresent(tooMany)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void chunks_removed_gone() {
        addChunks(chunk(1, 10), chunk(2, 300_000), chunk(3, 10));
        await(storage()
                .write(WriteBatch.builder()
                        .removeChunks(List.of(hash(2), hash(9), hash(3)))
                        .chunks(List.of(chunk(3, 10)))
                        .build()));
        await(storage().compact());

        assertThat(await(storage().chunksPresent(List.of(hash(1), hash(2), hash(3)))))
                .isEqualTo(indices(0, 2));
        assertChunks(await(storage().chunks(List.of(hash(2), hash(1)), ALL_BYTES)), chunk(1, 10));
        addChunks(chunk(2, 7));
        assertChunks(await(storage().chunks(List.of(hash(2)), ALL_BYTES)), chunk(2, 7));
    }

    // --- values of a store that seals ---

    @Test
    public void write_valuesSealedOverTheirBounds_readBack() {
        assumeTrue(takesSealedValues(), "this store seals values itself");
        int over = Storage.SEALING_BYTES;
        StoredEntry entry = sized(1, 1, StoredEntry.MAX_ENVELOPE_BYTES + over, StoredEntry.MAX_BLOB_BYTES + over);
        StoredChunk chunk = chunk(1, StoredChunk.MAX_BYTES + over);
        RecordKey key = key("state", "a");
        byte[] value = new byte[StoredRecord.MAX_VALUE_BYTES + over];
        byte[] metadata = new byte[WriteBatch.MAX_METADATA_BYTES + over];
        byte[] card = new byte[AgentInfo.MAX_BYTES + over];
        await(storage()
                .write(WriteBatch.builder()
                        .entries(List.of(entry))
                        .chunks(List.of(chunk))
                        .records(List.of(new StoredRecord(key, value)))
                        .metadata("name", metadata)
                        .agents(List.of(new AgentInfo(
                                agent(1), List.of(), Instant.ofEpochMilli(1), Instant.ofEpochMilli(2), card)))
                        .build()));
        reopen();

        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(entry));
        assertChunks(await(storage().chunks(List.of(hash(1)), ALL_BYTES)), chunk);
        assertThat(await(storage().record(key))).hasValue(value);
        assertThat(await(storage().metadata("name"))).hasValue(metadata);
        assertThat(await(storage().agents(1))).containsExactly(card);
    }
}
