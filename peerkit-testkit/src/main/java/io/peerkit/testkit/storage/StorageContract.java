// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.storage;

import static io.peerkit.testkit.storage.StorageSamples.card;
import static io.peerkit.testkit.storage.StorageSamples.chunk;
import static io.peerkit.testkit.storage.StorageSamples.entry;
import static io.peerkit.testkit.storage.StorageSamples.hash;
import static io.peerkit.testkit.storage.StorageSamples.id;
import static io.peerkit.testkit.storage.StorageSamples.key;
import static io.peerkit.testkit.storage.StorageSamples.record;
import static io.peerkit.testkit.storage.StorageSamples.text;
import static io.peerkit.testkit.storage.StorageSamples.withoutBlob;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The suite that every {@link Storage} passes: extend it, say how to open yours, and run it with JUnit 5.
 *
 * <p>Two things it asks for go without saying in the contract: a batch that removes an agent's card and sets one leaves the one it
 * sets, and arguments over a documented bound are refused with {@link IllegalArgumentException} by the call itself.
 */
public abstract class StorageContract extends ListingContract {
    /** For the subclass. */
    protected StorageContract() {}

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
                .write(WriteBatch.builder()
                        .entries(List.of(one, two))
                        .metadata("name", text("value"))
                        .agents(List.of(card(1, 100)))
                        .records(List.of(record("state", "a", "one")))
                        .chunks(List.of(chunk(1, 300_000), chunk(2, 1)))
                        .build()));
        reopen();

        assertSame(await(storage().scan(Optional.empty(), 10, ALL_BYTES)), List.of(two, one));
        assertThat(await(storage().count())).isEqualTo(2);
        assertThat(await(storage().metadata("name"))).hasValue(text("value"));
        assertCards(10, "card of 1 at 100");
        assertRecords("state", Optional.empty(), 10, "a=one");
        assertChunks(await(storage().chunks(List.of(hash(2), hash(1)), ALL_BYTES)), chunk(2, 1), chunk(1, 300_000));
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
        reopen();
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

        reopen();
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
        assertClosed(storage().metadataNames(Optional.empty(), 1));
        assertClosed(storage().agents(1));
        assertClosed(storage().cards(Optional.empty(), 1));
        assertClosed(storage().record(key("state", "a")));
        assertClosed(storage().records("state", Optional.empty(), 1, 1));
        assertClosed(storage().collections(Optional.empty(), 1));
        assertClosed(storage().chunksPresent(List.of(hash(1))));
        assertClosed(storage().chunks(List.of(hash(1)), 1));
        assertClosed(storage().chunkHashes(Optional.empty(), 1));
        assertClosed(storage().compact());
    }
}
