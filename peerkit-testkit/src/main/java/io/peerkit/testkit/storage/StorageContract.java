// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.agent;
import static io.peerkit.testkit.storage.StorageSamples.bytes32;
import static io.peerkit.testkit.storage.StorageSamples.card;
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
import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The suite that every {@link Storage} passes: extend it, say how to open yours, and run it with JUnit 5.
 *
 * <p>Two things it asks for go without saying in the contract: a batch that removes an agent's card and sets one leaves the one it
 * sets, and arguments over a documented bound are refused with {@link IllegalArgumentException} by the call itself.
 */
public abstract class StorageContract {
    private static final int ALL_BYTES = Integer.MAX_VALUE;

    private @Nullable Storage opened;

    /** For the subclass. */
    protected StorageContract() {}

    /**
     * Names the store under test.
     *
     * @return opens the same store whenever it is asked within one test; the store is empty when the test begins
     */
    protected abstract StorageFactory factory();

    /** Opens the store. */
    @BeforeEach
    public void open() {
        opened = factory().open();
    }

    /** Closes the store. */
    @AfterEach
    public void close() {
        storage().close();
    }

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

        assertThat(write(withBlob(9, 1, hash(2)))).isEqualTo(indices());

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

    // --- many threads, opening and closing ---

    @Test
    public void write_fromManyThreads_eachReadsItsOwnAndOneWinsEachEntry() throws InterruptedException {
        int threads = 8;
        int rounds = 40;
        AtomicInteger sharedWins = new AtomicInteger();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int own = 1_000 * (t + 1);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < rounds; i++) {
                    BitSet added = write(entry(i, i), entry(i, own + i));
                    assertThat(added.get(1)).isTrue();
                    sharedWins.addAndGet(added.get(0) ? 1 : 0);
                    assertThat(await(storage().entries(List.of(id(own + i), id(i)), ALL_BYTES)))
                            .hasSize(2);
                    assertThat(await(storage().entryOfBlob(hash(own + i)))).isPresent();
                    assertThat(await(storage().count())).isGreaterThan(i);
                }
            });
            thread.setUncaughtExceptionHandler((at, failure) -> failures.add(failure));
            running.add(thread);
        }
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join();
        }

        assertThat(failures).isEmpty();
        assertThat(sharedWins).hasValue(rounds);
        assertThat(await(storage().count())).isEqualTo(rounds * (threads + 1L));
    }

    @Test
    public void open_afterClose_everythingThere() {
        StoredEntry one = entry(-1, 1);
        StoredEntry two = withoutBlob(2, 2, hash(2));
        await(storage()
                .write(new WriteBatch(
                        List.of(one, two), Map.of("name", text("value")), List.of(card(1, 100)), List.of())));
        storage().close();
        opened = factory().open();

        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(two, one));
        assertThat(await(storage().count())).isEqualTo(2);
        assertThat(await(storage().metadata("name"))).hasValue(text("value"));
        assertCards(10, "card of 1 at 100");
        assertThat(write(one, entry(3, 3))).isEqualTo(indices(1));
    }

    @Test
    public void open_whileOpen_refusedAndTheFirstGoesOn() {
        assertThatThrownBy(() -> factory().open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("open");

        assertThat(write(entry(1, 1))).isEqualTo(indices(0));
    }

    @Test
    public void close_writesWaiting_finishedAndThereAfterwards() {
        List<CompletableFuture<BitSet>> writes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            writes.add(storage().write(WriteBatch.ofEntries(List.of(entry(i, i)))));
        }
        storage().close();

        assertThat(writes).allSatisfy(write -> assertThat(await(write)).isEqualTo(indices(0)));
        opened = factory().open();
        assertThat(await(storage().count())).isEqualTo(100);
    }

    @Test
    public void close_readsWaiting_answered() {
        write(entry(1, 1));
        List<CompletableFuture<Long>> counts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            counts.add(storage().count());
        }
        storage().close();

        assertThat(counts).allSatisfy(count -> assertThat(await(count)).isEqualTo(1));
    }

    @Test
    public void close_repeated_nothingMore() {
        storage().close();
        storage().close();

        opened = factory().open();
        assertThat(await(storage().count())).isZero();
    }

    @Test
    public void anyCall_afterClose_failsWithClosed() {
        storage().close();

        assertClosed(storage().write(WriteBatch.ofEntries(List.of(entry(1, 1)))));
        assertClosed(storage().entries(List.of(id(1)), ALL_BYTES));
        assertClosed(storage().entryOfBlob(hash(1)));
        assertClosed(storage().keys(Optional.empty(), 1));
        assertClosed(storage().scan(Optional.empty(), 1, ALL_BYTES));
        assertClosed(storage().count());
        assertClosed(storage().metadata("name"));
        assertClosed(storage().agents(1));
    }

    // --- what the tests say it with ---

    private Storage storage() {
        return Objects.requireNonNull(opened, "the store was not opened");
    }

    private BitSet write(StoredEntry... entries) {
        return await(storage().write(WriteBatch.ofEntries(List.of(entries))));
    }

    private void writeMetadata(String name, byte[] value) {
        await(storage().write(WriteBatch.of(List.of(), Map.of(name, value))));
    }

    private List<EntryKey> allKeys(int pageSize) {
        List<EntryKey> all = new ArrayList<>();
        Optional<EntryKey> after = Optional.empty();
        KeyPage page;
        do {
            page = await(storage().keys(after, pageSize));
            for (int i = 0; i < page.size(); i++) {
                EntryId id = EntryId.of(Arrays.copyOfRange(page.ids(), 32 * i, 32 * i + 32));
                after = Optional.of(new EntryKey(page.times()[i], id));
                all.add(after.get());
            }
        } while (page.size() == pageSize);
        return all;
    }

    private List<StoredEntry> allEntries(int pageSize) {
        List<StoredEntry> all = new ArrayList<>();
        List<StoredEntry> page = await(storage().scan(Optional.empty(), pageSize, ALL_BYTES));
        while (!page.isEmpty()) {
            all.addAll(page);
            page = await(storage().scan(Optional.of(page.get(page.size() - 1).key()), pageSize, ALL_BYTES));
        }
        return all;
    }

    private void assertCards(int limit, String... expected) {
        assertThat(await(storage().agents(limit)))
                .containsExactly(
                        Arrays.stream(expected).map(StorageSamples::text).toArray(byte[][]::new));
    }

    private static void assertSame(List<StoredEntry> actual, List<StoredEntry> expected) {
        assertThat(actual.stream().map(StorageContract::comparable))
                .containsExactlyElementsOf(
                        expected.stream().map(StorageContract::comparable).toList());
    }

    /** Everything in an entry; the record itself would compare its arrays by identity. */
    private static List<Object> comparable(StoredEntry entry) {
        return List.of(
                entry.id(),
                entry.time(),
                entry.blobHash(),
                HexFormat.of().formatHex(entry.envelope()),
                entry.blob().map(HexFormat.of()::formatHex));
    }

    private static void assertClosed(CompletableFuture<?> future) {
        assertThatThrownBy(() -> await(future)).isInstanceOf(ClosedException.class);
    }

    private static StoredEntry withId(long time, byte[] id) {
        return new StoredEntry(EntryId.of(id), time, hash(0), text("envelope"), Optional.of(text("blob")));
    }

    private static BitSet indices(int... set) {
        BitSet bits = new BitSet();
        Arrays.stream(set).forEach(bits::set);
        return bits;
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer in 30 s", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
