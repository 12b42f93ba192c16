// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.agent;
import static io.peerkit.testkit.storage.StorageSamples.card;
import static io.peerkit.testkit.storage.StorageSamples.chunk;
import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.key;
import static io.peerkit.testkit.storage.StorageSamples.record;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The part of {@link StorageContract} that is about finding out what is there without knowing its names. */
public abstract class ListingContract extends ConditionContract {
    private static final int[] PAGE_SIZES = {1, 3, 49, 50, 51, Storage.MAX_NAMES};

    /** For the suites. */
    ListingContract() {}

    /** One of the methods that list. */
    private interface Listing<T> {
        CompletableFuture<List<T>> page(Optional<T> after, int limit);
    }

    private static <T> List<T> all(Listing<T> listing, int pageSize) {
        List<T> all = new ArrayList<>();
        List<T> page = await(listing.page(Optional.empty(), pageSize));
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(pageSize);
            all.addAll(page);
            page = await(listing.page(Optional.of(page.get(page.size() - 1)), pageSize));
        }
        return all;
    }

    private CompletableFuture<List<AgentId>> agents(Optional<AgentId> after, int limit) {
        return storage()
                .cards(after, limit)
                .thenApply(found -> found.stream().map(StoredCard::agentId).toList());
    }

    /** What pages of any size give, behind things that are there and behind such that are gone, before and after opening anew. */
    private <T> void assertListed(
            Function<Storage, Listing<T>> listing, List<T> expected, Function<List<T>, WriteBatch> removal) {
        List<T> order = all(listing.apply(storage()), expected.size());
        assertThat(order).containsExactlyInAnyOrderElementsOf(expected);
        for (int pageSize : PAGE_SIZES) {
            assertThat(all(listing.apply(storage()), pageSize)).isEqualTo(order);
        }
        List<T> gone = List.of(order.get(0), order.get(20), order.get(21), order.get(order.size() - 1));
        await(storage().write(removal.apply(gone)));
        List<T> left = new ArrayList<>(order);
        left.removeAll(gone);
        reopen();

        assertThat(all(listing.apply(storage()), 7)).isEqualTo(left);
        assertThat(await(listing.apply(storage()).page(Optional.of(order.get(20)), 1)))
                .containsExactly(order.get(22));
        assertThat(await(listing.apply(storage()).page(Optional.of(order.get(order.size() - 1)), 1)))
                .isEmpty();
    }

    private <T> void assertBounded(Listing<T> listing, int most) {
        assertThat(await(listing.page(Optional.empty(), most))).isEmpty();
        assertThat(await(listing.page(Optional.empty(), 0))).isEmpty();
        assertThatThrownBy(() -> listing.page(Optional.empty(), most + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> listing.page(Optional.empty(), -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    public void listings_emptyStore_nothingAndBounded() {
        assertBounded(storage()::metadataNames, Storage.MAX_NAMES);
        assertBounded(storage()::collections, Storage.MAX_NAMES);
        assertBounded(this::agents, Storage.MAX_AGENTS);
        assertBounded(storage()::chunkHashes, Storage.MAX_CHUNKS);
    }

    // --- metadata ---

    @Test
    public void metadataNames_manyOfAllKinds_eachOnceWhateverThePages() {
        List<String> names = new ArrayList<>(List.of(
                "a", "A", "a b", "ab", "a\tb", "\u00fc", "\u20ac", "\uffee", "\ud83d\ude00", "\u00fc".repeat(64)));
        IntStream.range(0, 40).forEach(i -> names.add("name " + i));
        WriteBatch.Builder batch = WriteBatch.builder();
        names.forEach(name -> batch.metadata(name, text("value of " + name)));
        await(storage().write(batch.build()));

        assertListed(
                store -> store::metadataNames,
                names,
                gone -> WriteBatch.builder().removeMetadata(gone).build());
    }

    @Test
    public void metadata_removed_goneAndMayBeSetAgain() {
        writeMetadata("one", text("1"));
        writeMetadata("two", text("2"));
        await(storage()
                .write(WriteBatch.builder()
                        .removeMetadata(List.of("one", "three"))
                        .build()));

        assertThat(await(storage().metadata("one"))).isEmpty();
        assertThat(await(storage().metadata("two"))).hasValue(text("2"));
        assertThat(await(storage().metadataNames(Optional.empty(), 10))).containsExactly("two");
        writeMetadata("one", text("3"));
        assertThat(await(storage().metadata("one"))).hasValue(text("3"));
    }

    @Test
    public void metadata_removedAndSetInOneBatch_theOneSetStays() {
        writeMetadata("one", text("1"));
        await(storage()
                .write(WriteBatch.builder()
                        .metadata("one", text("2"))
                        .removeMetadata(List.of("one"))
                        .build()));

        assertThat(await(storage().metadata("one"))).hasValue(text("2"));
    }

    /** Writes that wait together end as if each had been alone. */
    @Test
    public void metadata_setAndRemovedInBatchesAtOnce_theLastOneCounts() {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            writes.add(storage().write(WriteBatch.of(List.of(), Map.of("name " + i, text("value")))));
            if (i % 2 == 0) {
                writes.add(storage()
                        .write(WriteBatch.builder()
                                .removeMetadata(List.of("name " + i))
                                .build()));
            }
        }
        writes.forEach(StoreUnderTest::await);

        assertThat(await(storage().metadataNames(Optional.empty(), Storage.MAX_NAMES)))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 20)
                        .mapToObj(i -> "name " + (2 * i + 1))
                        .toList());
    }

    // --- agent cards ---

    @Test
    public void cards_many_eachOnceWhateverThePages() {
        List<AgentInfo> cards =
                IntStream.range(0, 50).mapToObj(i -> card(i, i * 37 % 50)).toList();
        await(storage().write(WriteBatch.ofAgents(cards, List.of())));

        assertListed(
                store -> this::agents,
                cards.stream().map(AgentInfo::agentId).toList(),
                gone -> WriteBatch.ofAgents(List.of(), gone));
    }

    @Test
    public void cards_replaced_theNewOneWithAllThatWasGiven() {
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 100)), List.of())));
        await(storage().write(WriteBatch.ofAgents(List.of(card(1, 101)), List.of())));

        assertThat(await(storage().cards(Optional.empty(), 10))).singleElement().satisfies(found -> {
            assertThat(found.agentId()).isEqualTo(agent(1));
            assertThat(found.issuedAt().toEpochMilli()).isEqualTo(101);
            assertThat(new String(found.encoded(), StandardCharsets.UTF_8)).isEqualTo("card of 1 at 101");
        });
    }

    // --- collections ---

    @Test
    public void collections_many_inOrderWhateverThePages() {
        List<String> names = new ArrayList<>(List.of("0", "9", "-", "a", "a-", "a0", "aa", "z", "z".repeat(32)));
        IntStream.range(0, 41).forEach(i -> names.add("c-" + i));
        List<StoredRecord> records = new ArrayList<>();
        for (String name : names) {
            IntStream.range(0, 5).forEach(i -> records.add(record(name, "key " + i, "value")));
        }
        setRecords(records.toArray(StoredRecord[]::new));

        assertThat(await(storage().collections(Optional.empty(), Storage.MAX_NAMES)))
                .containsExactlyElementsOf(names.stream().sorted().toList());
        assertListed(
                store -> store::collections,
                names,
                gone -> WriteBatch.builder()
                        .removeRecords(records.stream()
                                .map(StoredRecord::key)
                                .filter(key -> gone.contains(key.collection()))
                                .toList())
                        .build());
    }

    @Test
    public void collections_someRecordsRemoved_thereUntilTheLastOneWent() {
        setRecords(record("one", "a", "1"), record("one", "b", "2"), record("two", "a", "3"));
        await(storage()
                .write(WriteBatch.builder()
                        .removeRecords(List.of(key("one", "a")))
                        .build()));
        assertThat(await(storage().collections(Optional.empty(), 10))).containsExactly("one", "two");

        await(storage()
                .write(WriteBatch.builder()
                        .removeRecords(List.of(key("one", "b"), key("one", "b")))
                        .build()));
        assertThat(await(storage().collections(Optional.empty(), 10))).containsExactly("two");
        assertThat(await(storage().collections(Optional.of("p"), 10))).containsExactly("two");
    }

    // --- chunks ---

    @Test
    public void chunkHashes_many_eachOnceWhateverThePages() {
        addChunks(IntStream.range(0, 50).mapToObj(i -> chunk(i, i * 1_000)).toArray(StoredChunk[]::new));
        List<BlobHash> hashes =
                IntStream.range(0, 50).mapToObj(StorageSamples::hash).toList();

        assertListed(
                store -> store::chunkHashes,
                hashes,
                gone -> WriteBatch.builder().removeChunks(gone).build());
    }

    @Test
    public void chunkHashes_addedAgain_listedOnce() {
        addChunks(chunk(1, 10));
        addChunks(chunk(1, 10), chunk(2, 0));

        assertThat(all(storage()::chunkHashes, 10)).containsExactlyInAnyOrder(hash(1), hash(2));
    }
}
