// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store that a suite opens before each test and closes after it, and what the tests say it with. */
public abstract class StoreUnderTest {
    /** More bytes than any answer has. */
    static final int ALL_BYTES = Integer.MAX_VALUE;

    private @Nullable Storage opened;

    /** For the suites. */
    StoreUnderTest() {}

    /**
     * Names the store under test.
     *
     * @return opens the same store whenever it is asked within one test; the store is empty when the test begins
     */
    protected abstract StorageFactory factory();

    /**
     * Whether the store takes values that are {@link Storage#SEALING_BYTES} over their bounds, as those of a store that seals are.
     *
     * @return true unless the store under test is itself such a one
     */
    protected boolean takesSealedValues() {
        return true;
    }

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

    /** Closes the store and opens it again. */
    void reopen() {
        storage().close();
        opened = factory().open();
    }

    Storage storage() {
        return Objects.requireNonNull(opened, "the store was not opened");
    }

    BitSet write(StoredEntry... entries) {
        return await(storage().write(WriteBatch.ofEntries(List.of(entries))));
    }

    void writeMetadata(String name, byte[] value) {
        await(storage().write(WriteBatch.of(List.of(), Map.of(name, value))));
    }

    List<EntryKey> allKeys(int pageSize) {
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

    List<StoredEntry> allEntries(int pageSize) {
        List<StoredEntry> all = new ArrayList<>();
        List<StoredEntry> page = await(storage().scan(Optional.empty(), pageSize, ALL_BYTES));
        while (!page.isEmpty()) {
            all.addAll(page);
            page = await(storage().scan(Optional.of(page.get(page.size() - 1).key()), pageSize, ALL_BYTES));
        }
        return all;
    }

    void remove(EntryId... ids) {
        await(storage().write(WriteBatch.builder().removeEntries(List.of(ids)).build()));
    }

    void setRecords(StoredRecord... records) {
        await(storage().write(WriteBatch.builder().records(List.of(records)).build()));
    }

    void addChunks(StoredChunk... chunks) {
        await(storage().write(WriteBatch.builder().chunks(List.of(chunks)).build()));
    }

    List<RecordKey> allRecordKeys(String collection, int pageSize) {
        List<RecordKey> all = new ArrayList<>();
        List<StoredRecord> page = await(storage().records(collection, Optional.empty(), pageSize, ALL_BYTES));
        while (!page.isEmpty()) {
            page.forEach(found -> all.add(found.key()));
            byte[] last = page.get(page.size() - 1).key().key();
            page = await(storage().records(collection, Optional.of(last), pageSize, ALL_BYTES));
        }
        return all;
    }

    void assertRecords(String collection, Optional<byte[]> after, int limit, String... expected) {
        assertThat(await(storage().records(collection, after, limit, ALL_BYTES)).stream()
                        .map(found -> new String(found.key().key(), StandardCharsets.UTF_8) + "="
                                + new String(found.value(), StandardCharsets.UTF_8)))
                .containsExactly(expected);
    }

    static void assertChunks(List<StoredChunk> actual, StoredChunk... expected) {
        assertThat(actual.stream().map(StoredChunk::hash).toList())
                .isEqualTo(Arrays.stream(expected).map(StoredChunk::hash).toList());
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.get(i).bytes()).isEqualTo(expected[i].bytes());
        }
    }

    void assertCards(int limit, String... expected) {
        assertThat(await(storage().agents(limit)))
                .containsExactly(
                        Arrays.stream(expected).map(StorageSamples::text).toArray(byte[][]::new));
    }

    static void assertSame(List<StoredEntry> actual, List<StoredEntry> expected) {
        assertThat(actual.stream().map(StoreUnderTest::comparable))
                .containsExactlyElementsOf(
                        expected.stream().map(StoreUnderTest::comparable).toList());
    }

    /** Everything in an entry; the record itself would compare its arrays by identity. */
    static List<Object> comparable(StoredEntry entry) {
        return List.of(
                entry.id(),
                entry.time(),
                entry.blobHash(),
                HexFormat.of().formatHex(entry.envelope()),
                entry.blob().map(HexFormat.of()::formatHex));
    }

    static void assertClosed(CompletableFuture<?> future) {
        assertThatThrownBy(() -> await(future)).isInstanceOf(ClosedException.class);
    }

    static StoredEntry withId(long time, byte[] id) {
        return new StoredEntry(EntryId.of(id), time, hash(0), text("envelope"), Optional.of(text("blob")));
    }

    static BitSet indices(int... set) {
        BitSet bits = new BitSet();
        Arrays.stream(set).forEach(bits::set);
        return bits;
    }

    static <T> T await(CompletableFuture<T> future) {
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
