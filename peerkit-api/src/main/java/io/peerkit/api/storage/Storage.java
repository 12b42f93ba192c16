// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The one transactional store behind a node.
 *
 * <p>Safe for use by any thread; no method blocks but {@link #close}. Futures complete on a thread of the store, where nothing may
 * block. Every future may fail with {@link io.peerkit.api.StorageException} (disk full, file locked or damaged) or
 * {@link io.peerkit.api.ClosedException}. What a completed {@link #write} wrote survives the death of the process and,
 * but for {@code MemoryStorage}, of the machine.
 *
 * <p>A read that begins after a write completed sees it. Batches that are written while another is being committed are
 * committed together (group commit), in the order of the calls.
 */
public interface Storage extends AutoCloseable {
    /** The most ids in one {@link #entries} call. */
    int MAX_IDS = 4_096;

    /** The most agent cards that {@link #agents} and {@link #cards} give. */
    int MAX_AGENTS = 4_096;

    /** The most records that {@link #records} gives. */
    int MAX_RECORDS = 4_096;

    /** The most hashes in one {@link #chunksPresent}, {@link #chunks} or {@link #chunkHashes} call. */
    int MAX_CHUNKS = 4_096;

    /** The most names that {@link #metadataNames} and {@link #collections} give. */
    int MAX_NAMES = 1_024;

    /**
     * How many bytes longer than its own bound each value may be that a store is given. A store that seals its values and
     * keeps them in another one needs them; nothing longer than the bound itself is ever published or accepted from a peer.
     */
    int SEALING_BYTES = 256;

    /**
     * The name of the metadata that a store has whose values are sealed. Who finds it there without being the one who
     * sealed them cannot make sense of the rest and must not use the store.
     */
    String SEALED_MARKER = "sealed-store";

    /**
     * The name of the metadata that a store has besides while its values are being sealed where they lie, or unsealed: some are
     * and some are not, and nobody can use the store until that was brought to its end.
     */
    String HALF_SEALED_MARKER = "sealed-half";

    /**
     * Writes a batch, durably, all or nothing, in the order that {@link WriteBatch} gives.
     *
     * @param batch what to write
     * @return a future of the indices of the entries that were new; the others were there already, or twice in the batch
     */
    CompletableFuture<BitSet> write(WriteBatch batch);

    /**
     * Whether {@link #writeIf} is there. A store need not have it unless it can be {@linkplain #isShared shared}.
     *
     * @return false without an implementation
     */
    default boolean hasConditions() {
        return false;
    }

    /**
     * Writes a batch if some records are as expected, looking at them and writing in one step: nobody, in another process either, changes them
     * in between.
     *
     * @param conditions 1 to {@value RecordCondition#MAX_CONDITIONS}, each on another record, which the batch must set, or remove if it is
     *     expected to be there
     * @param batch what to write
     * @return a future as of {@link #write}; empty when a condition did not hold and nothing was written. Fails with {@link
     *     UnsupportedOperationException} when the store does not {@linkplain #hasConditions have} this
     * @throws IllegalArgumentException when the conditions are not as they must be
     */
    default CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        RecordCondition.check(conditions, batch);
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException("this store has no conditional writes"));
    }

    /**
     * Gets entries by id.
     *
     * @param ids at most {@value #MAX_IDS}
     * @param maxBytes stop after the entry with which envelopes and blobs together exceed this; at least one is given
     * @return a future of those present, in the order asked for
     */
    CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes);

    /**
     * Gets an entry by its blob.
     *
     * @param hash names the blob
     * @return a future of the first entry in the order with that blob present, if there is one
     */
    CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash);

    /**
     * Lists keys in order.
     *
     * @param after the key behind which to begin, or nothing to begin with the first
     * @param limit at most {@link KeyPage#MAX_KEYS}
     * @return a future of up to {@code limit} keys; fewer only at the end
     */
    CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit);

    /**
     * Reads entries in order, with their blobs.
     *
     * @param after the key behind which to begin, or nothing to begin with the first
     * @param limit at most {@value #MAX_IDS}
     * @param maxBytes stop after the entry with which envelopes and blobs together exceed this; at least one is given
     * @return a future of the entries; empty only at the end
     */
    CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes);

    /**
     * Counts the entries.
     *
     * @return a future of how many there are
     */
    CompletableFuture<Long> count();

    /**
     * Gets metadata of the node.
     *
     * @param name as written
     * @return a future of the value, if it was ever set
     */
    CompletableFuture<Optional<byte[]>> metadata(String name);

    /**
     * Lists the names of the metadata, in an order of the store's own that stays the same.
     *
     * @param after the name behind which to begin, which need not be there any more, or nothing to begin with the first
     * @param limit at most {@value #MAX_NAMES}
     * @return a future of up to {@code limit} names; none only at the end
     */
    CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit);

    /**
     * Gets the agent cards, those issued last first.
     *
     * @param limit at most {@value #MAX_AGENTS}
     * @return a future of their encoded bytes
     */
    CompletableFuture<List<byte[]>> agents(int limit);

    /**
     * Reads all agent cards, in an order of the store's own that stays the same.
     *
     * @param after the agent behind whose card to begin, which need not be there any more, or nothing to begin with the first
     * @param limit at most {@value #MAX_AGENTS}
     * @return a future of up to {@code limit} cards; none only at the end
     */
    CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit);

    /**
     * Gets a record.
     *
     * @param key its name
     * @return a future of the value, if there is one
     */
    CompletableFuture<Optional<byte[]>> record(RecordKey key);

    /**
     * Reads the records of a collection in the order of their keys.
     *
     * @param collection as in {@link RecordKey#of}
     * @param after the key behind which to begin, which need not be there, or nothing to begin with the first
     * @param limit at most {@value #MAX_RECORDS}
     * @param maxBytes stop after the record with which keys and values together exceed this; at least one is given
     * @return a future of the records; empty only at the end
     */
    CompletableFuture<List<StoredRecord>> records(String collection, Optional<byte[]> after, int limit, int maxBytes);

    /**
     * Lists the collections that have records, in the order of their names' characters.
     *
     * @param after the collection behind which to begin, which need not be there, or nothing to begin with the first
     * @param limit at most {@value #MAX_NAMES}
     * @return a future of up to {@code limit} names; none only at the end
     */
    CompletableFuture<List<String>> collections(Optional<String> after, int limit);

    /**
     * Tells which chunks are there.
     *
     * @param hashes at most {@value #MAX_CHUNKS}
     * @return a future of the indices of those present
     */
    CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes);

    /**
     * Gets chunks.
     *
     * @param hashes at most {@value #MAX_CHUNKS}
     * @param maxBytes stop after the chunk with which their bytes together exceed this; at least one is given
     * @return a future of those present, in the order asked for
     */
    CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes);

    /**
     * Lists the chunks, in an order of the store's own that stays the same.
     *
     * @param after the chunk behind which to begin, which need not be there any more, or nothing to begin with the first
     * @param limit at most {@value #MAX_CHUNKS}
     * @return a future of up to {@code limit} hashes; none only at the end
     */
    CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit);

    /**
     * Gives the room of what was removed back, and with it the last traces: when the future completes, the bytes of entries, metadata,
     * cards, records and chunks that were removed before the call are in none of the store's files. Reads and writes go on beside it.
     *
     * <p>A store on a server passes the wish on where the server has a way to ask for it, and says in its documentation what it can promise.
     *
     * @return a future that completes when it is done
     */
    CompletableFuture<Void> compact();

    /**
     * Whether others may have the store open too and write to it. What one of them read may then be out of date when it writes, so
     * who removes what nobody seems to need must not do so here.
     *
     * @return false without an implementation
     */
    default boolean isShared() {
        return false;
    }

    /**
     * Begins to tell what others write. At most once; a store that is not {@linkplain #isShared shared} never tells anything. What
     * is written through this object itself is not told.
     *
     * @param watcher told until the store is closed, at first that it {@linkplain StorageWatcher#missed missed} what was before
     * @throws IllegalStateException when a shared store is watched already
     */
    default void watch(StorageWatcher watcher) {}

    /**
     * Checks an argument against its bound, as every store must before it does anything.
     *
     * @param what names it
     * @param value what was given
     * @param bound the most that may be given
     * @throws IllegalArgumentException when it is negative or over the bound
     */
    static void checkWithin(String what, int value, int bound) {
        if (value < 0 || value > bound) {
            throw new IllegalArgumentException(what + ": " + value + ", must be 0 to " + bound);
        }
    }

    /** Finishes writes under way and closes the store. Returns when it is closed. Repeating it does nothing. */
    @Override
    void close();
}
