// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.bytes32;
import static io.peerkit.testkit.storage.StorageSamples.entry;
import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.id;
import static io.peerkit.testkit.storage.StorageSamples.sized;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static io.peerkit.testkit.storage.StorageSamples.withBlob;
import static io.peerkit.testkit.storage.StorageSamples.withoutBlob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The part of {@link StorageContract} that is about entries. */
public abstract class EntryContract extends StoreUnderTest {
    /** For the suites. */
    EntryContract() {}

    // --- writing entries ---

    @Test
    public void write_newEntries_allIndicesGiven() {
        assertThat(write(entry(1, 1), entry(2, 2), entry(3, 3))).isEqualTo(indices(0, 1, 2));
    }

    @Test
    public void write_emptyBatch_noIndices() {
        assertThat(write()).isEqualTo(indices());
    }

    @Test
    public void write_someThereAlready_onlyNewIndicesGiven() {
        write(entry(1, 1), entry(3, 3));

        assertThat(write(entry(1, 1), entry(2, 2), entry(3, 3), entry(4, 4))).isEqualTo(indices(1, 3));
    }

    @Test
    public void write_entryThereAlready_leftAsItIs() {
        StoredEntry first = withoutBlob(7, 1, hash(1));
        write(first);

        assertThat(write(withBlob(7, 1, hash(2)))).isEqualTo(indices());

        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(first));
        assertThat(await(storage().entryOfBlob(hash(2)))).isEmpty();
    }

    @Test
    public void write_entryTwiceInBatch_firstOneKept() {
        StoredEntry first = entry(7, 1);

        assertThat(write(first, entry(2, 2), entry(8, 1))).isEqualTo(indices(0, 1));

        assertSame(await(storage().entries(List.of(id(1)), ALL_BYTES)), List.of(first));
        assertThat(await(storage().count())).isEqualTo(2);
    }

    @Test
    public void write_mostEntriesInBatch_allWritten() {
        StoredEntry[] most = IntStream.range(0, WriteBatch.MAX_ENTRIES)
                .mapToObj(i -> entry(i, i))
                .toArray(StoredEntry[]::new);

        assertThat(write(most).cardinality()).isEqualTo(WriteBatch.MAX_ENTRIES);
        assertThat(await(storage().count())).isEqualTo(WriteBatch.MAX_ENTRIES);
    }

    @Test
    public void write_largestEnvelopeAndBlob_readBack() {
        StoredEntry largest = sized(1, 1, StoredEntry.MAX_ENVELOPE_BYTES, StoredEntry.MAX_BLOB_BYTES);
        write(largest);

        assertSame(await(storage().entries(List.of(id(1)), ALL_BYTES)), List.of(largest));
    }

    @Test
    public void write_emptyEnvelopeAndBlob_presentAndEmpty() {
        StoredEntry empty = sized(1, 1, 0, 0);
        write(empty);

        assertSame(await(storage().entries(List.of(id(1)), ALL_BYTES)), List.of(empty));
        assertThat(await(storage().entryOfBlob(hash(1)))).isPresent();
    }

    @Test
    public void write_manyUnawaited_doneInTheOrderOfTheCalls() {
        List<CompletableFuture<BitSet>> writes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            writes.add(storage().write(WriteBatch.of(List.of(entry(i % 100, i % 100)), Map.of("last", text("" + i)))));
        }

        for (int i = 0; i < 300; i++) {
            assertThat(await(writes.get(i)).get(0))
                    .as("write %s is the first of its entry", i)
                    .isEqualTo(i < 100);
        }
        assertThat(await(storage().metadata("last"))).hasValue(text("299"));
    }

    // --- entries by id and by blob ---

    @Test
    public void entries_someAbsent_presentOnesInOrderAskedFor() {
        StoredEntry one = entry(1, 1);
        StoredEntry two = withoutBlob(2, 2, hash(2));
        StoredEntry three = entry(3, 3);
        write(one, two, three);

        assertSame(
                await(storage().entries(List.of(id(3), id(9), id(1), id(2), id(3)), ALL_BYTES)),
                List.of(three, one, two, three));
    }

    @Test
    public void entries_noneAskedFor_none() {
        write(entry(1, 1));

        assertThat(await(storage().entries(List.of(), ALL_BYTES))).isEmpty();
    }

    @Test
    public void entries_mostIds_answeredButNotOneMore() {
        write(entry(1, 0));
        List<EntryId> most =
                IntStream.range(0, Storage.MAX_IDS).mapToObj(StorageSamples::id).toList();
        List<EntryId> tooMany = Collections.nCopies(Storage.MAX_IDS + 1, id(0));

        assertThat(await(storage().entries(most, ALL_BYTES))).hasSize(1);
        assertThatThrownBy(() -> storage().entries(tooMany, ALL_BYTES)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void entries_maxBytes_endsWithTheEntryThatExceedsIt() {
        write(sized(1, 1, 60, 40), sized(2, 2, 60, 40), sized(3, 3, 60, 40));
        List<EntryId> ids = List.of(id(1), id(2), id(3));

        assertThat(await(storage().entries(ids, 200))).hasSize(3);
        assertThat(await(storage().entries(ids, 199))).hasSize(2);
        assertThat(await(storage().entries(ids, 100))).hasSize(2);
        assertThat(await(storage().entries(ids, 99))).hasSize(1);
        assertThat(await(storage().entries(ids, 0))).hasSize(1);
    }

    @Test
    public void entries_idsThatBeginAlike_toldApart() {
        StoredEntry one = withId(1, bytes32("0102030405060708", '1'));
        StoredEntry other = withId(2, bytes32("0102030405060708", '2'));
        write(one, other);

        assertThat(await(storage().count())).isEqualTo(2);
        assertSame(await(storage().entries(List.of(other.id(), one.id()), ALL_BYTES)), List.of(other, one));
        assertThat(await(storage().entries(List.of(EntryId.of(bytes32("0102030405060708", '3'))), ALL_BYTES)))
                .isEmpty();
    }

    @Test
    public void entryOfBlob_hashesThatBeginAlike_toldApart() {
        BlobHash one = BlobHash.of(bytes32("0102030405060708", '1'));
        BlobHash other = BlobHash.of(bytes32("0102030405060708", '2'));
        write(withBlob(1, 1, one), withBlob(2, 2, other));

        assertThat(await(storage().entryOfBlob(other)).map(StoredEntry::id)).hasValue(id(2));
        assertThat(await(storage().entryOfBlob(BlobHash.of(bytes32("0102030405060708", '3')))))
                .isEmpty();
    }

    @Test
    public void entryOfBlob_unknownOrDeclined_empty() {
        write(withoutBlob(1, 1, hash(1)));

        assertThat(await(storage().entryOfBlob(hash(1)))).isEmpty();
        assertThat(await(storage().entryOfBlob(hash(2)))).isEmpty();
    }

    @Test
    public void entryOfBlob_severalEntries_firstInOrderWithTheBlobPresent() {
        write(withBlob(-1, 1, hash(9)), withBlob(5, 2, hash(9)), withoutBlob(1, 3, hash(9)), withBlob(5, 4, hash(9)));
        EntryId first = id(2).compareTo(id(4)) < 0 ? id(2) : id(4);

        assertThat(await(storage().entryOfBlob(hash(9))).map(StoredEntry::id)).hasValue(first);

        StoredEntry earlier = withBlob(4, 5, hash(9));
        write(earlier);

        assertSame(await(storage().entryOfBlob(hash(9))).stream().toList(), List.of(earlier));
    }

    // --- order and pages ---

    @Test
    public void scan_timesOverTheWholeRange_unsignedOrder() {
        long[] ascending = {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -2, -1};
        for (int i = ascending.length - 1; i >= 0; i--) {
            write(entry(ascending[i], i));
        }

        assertThat(await(storage().keys(Optional.empty(), 10)).times()).isEqualTo(ascending);
        assertThat(await(storage().scan(Optional.empty(), 10, ALL_BYTES)))
                .extracting(StoredEntry::time)
                .containsExactlyElementsOf(Arrays.stream(ascending).boxed().toList());
    }

    @Test
    public void scan_equalTimes_unsignedOrderOfIds() {
        List<StoredEntry> ascending = List.of(
                withId(5, bytes32("00", '0')),
                withId(5, bytes32("00", '1')),
                withId(5, bytes32("7f", 'f')),
                withId(5, bytes32("80", '0')),
                withId(5, bytes32("ff", 'e')),
                withId(5, bytes32("ff", 'f')));
        ascending.forEach(entry -> write(entry));

        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), ascending);
        assertThat(await(storage().scan(Optional.of(ascending.get(2).key()), 10, ALL_BYTES)))
                .hasSize(3);
    }

    @Test
    public void pages_randomEntries_completeAndInOrderWhateverTheirSize() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        List<StoredEntry> entries = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            // Few distinct times, so that many pages end between entries of the same time.
            entries.add(entry(random.nextInt(50) * 0x0600_0000_0000_0000L, i));
        }
        Collections.shuffle(entries, random);
        for (int i = 0; i < entries.size(); i += 500) {
            write(entries.subList(i, i + 500).toArray(StoredEntry[]::new));
        }
        entries.sort((one, other) -> one.key().compareTo(other.key()));
        List<EntryKey> keys = entries.stream().map(StoredEntry::key).toList();

        for (int page : new int[] {7, 500, 2_000, 4_096}) {
            assertThat(allKeys(page))
                    .as("keys in pages of %s, seed %s", page, seed)
                    .isEqualTo(keys);
            assertSame(allEntries(page), entries);
        }
    }

    @Test
    public void keys_afterAKeyThatIsNotThere_beginBehindItsPlace() {
        write(entry(1, 1), entry(5, 5));

        assertThat(await(storage().keys(Optional.of(entry(3, 3).key()), 10)).times())
                .containsExactly(5);
        assertThat(await(storage().keys(Optional.of(entry(5, 5).key()), 10)).size())
                .isZero();
        assertThat(await(storage().keys(Optional.of(new EntryKey(-1, id(0))), 10))
                        .size())
                .isZero();
    }

    @Test
    public void keys_emptyStore_emptyPage() {
        assertThat(await(storage().keys(Optional.empty(), 10)).size()).isZero();
        assertThat(await(storage().scan(Optional.empty(), 10, ALL_BYTES))).isEmpty();
        assertThat(await(storage().count())).isZero();
    }

    @Test
    public void keys_limit_keptAndBounded() {
        write(entry(1, 1), entry(2, 2), entry(3, 3));

        assertThat(await(storage().keys(Optional.empty(), 0)).size()).isZero();
        assertThat(await(storage().keys(Optional.empty(), 2)).times()).containsExactly(1, 2);
        assertThat(await(storage().keys(Optional.empty(), KeyPage.MAX_KEYS)).size())
                .isEqualTo(3);
        assertThatThrownBy(() -> storage().keys(Optional.empty(), KeyPage.MAX_KEYS + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().keys(Optional.empty(), -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void scan_limit_keptAndBounded() {
        write(entry(1, 1), entry(2, 2), entry(3, 3));

        assertThat(await(storage().scan(Optional.empty(), 2, ALL_BYTES))).hasSize(2);
        assertThat(await(storage().scan(Optional.empty(), Storage.MAX_IDS, ALL_BYTES)))
                .hasSize(3);
        assertThatThrownBy(() -> storage().scan(Optional.empty(), Storage.MAX_IDS + 1, ALL_BYTES))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> storage().scan(Optional.empty(), -1, ALL_BYTES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void scan_maxBytes_endsWithTheEntryThatExceedsIt() {
        write(sized(1, 1, 60, 40), withoutBlob(2, 2, hash(2)), sized(3, 3, 60, 40), sized(4, 4, 60, 40));

        assertThat(await(storage().scan(Optional.empty(), 10, 210))).hasSize(4);
        assertThat(await(storage().scan(Optional.empty(), 10, 209))).hasSize(3);
        assertThat(await(storage().scan(Optional.empty(), 10, 99))).hasSize(1);
        assertThat(await(storage().scan(Optional.empty(), 10, 0))).hasSize(1);
        assertThat(await(storage().scan(Optional.of(entry(1, 1).key()), 10, 9))).hasSize(1);
    }

    // --- removal ---

    @Test
    public void removeEntries_someAbsent_thoseThereAreGoneEverywhere() {
        write(entry(1, 1), entry(2, 2), entry(3, 3));
        remove(id(2), id(9), id(2));

        assertThat(await(storage().entries(List.of(id(1), id(2), id(3)), ALL_BYTES)))
                .extracting(StoredEntry::id)
                .containsExactly(id(1), id(3));
        assertThat(await(storage().entryOfBlob(hash(2)))).isEmpty();
        assertThat(allKeys(10)).containsExactly(entry(1, 1).key(), entry(3, 3).key());
        assertThat(await(storage().count())).isEqualTo(2);
    }

    @Test
    public void removeEntries_firstOfABlob_theNextOneAnswersForIt() {
        write(withBlob(1, 1, hash(7)), withBlob(2, 2, hash(7)));
        remove(id(1));

        assertThat(await(storage().entryOfBlob(hash(7))).map(StoredEntry::id)).hasValue(id(2));
    }

    @Test
    public void removeEntries_addedAgainLater_newAndAsAdded() {
        write(entry(1, 1));
        remove(id(1));
        StoredEntry again = withoutBlob(5, 1, hash(4));

        assertThat(write(again)).isEqualTo(indices(0));
        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(again));
    }

    @Test
    public void removeEntries_addedInTheSameBatch_replaced() {
        write(entry(1, 1), entry(2, 2));
        StoredEntry other = sized(9, 1, 3, 3);
        BitSet added = await(storage()
                .write(WriteBatch.builder()
                        .removeEntries(List.of(id(1)))
                        .entries(List.of(other, entry(2, 2)))
                        .build()));

        assertThat(added).isEqualTo(indices(0));
        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(entry(2, 2), other));
    }

    @Test
    public void removeEntries_asManyAsABatchTakes_allGone() {
        StoredEntry[] most = IntStream.range(0, WriteBatch.MAX_ENTRIES)
                .mapToObj(i -> entry(i, i))
                .toArray(StoredEntry[]::new);
        write(most);
        remove(Arrays.stream(most).map(StoredEntry::id).toArray(EntryId[]::new));

        assertThat(await(storage().count())).isZero();
        assertThat(allKeys(10)).isEmpty();
        assertThat(await(storage().scan(Optional.empty(), 10, ALL_BYTES))).isEmpty();
    }

    @Test
    public void compact_afterRemoval_theRestIsThere() {
        List<StoredEntry> kept = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            StoredEntry entry = sized(i, i, 500, 20_000);
            write(entry);
            if (i % 10 == 0) {
                kept.add(entry);
            }
        }
        remove(IntStream.range(0, 200)
                .filter(i -> i % 10 != 0)
                .mapToObj(StorageSamples::id)
                .toArray(EntryId[]::new));
        await(storage().compact());

        assertSame(allEntries(7), kept);
        assertThat(write(entry(1, 1))).isEqualTo(indices(0));
    }
}
