// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.PassphraseCost;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.KeyPage;
import io.peerkit.api.storage.RecordCondition;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.StorageWatcher;
import io.peerkit.api.storage.StoredCard;
import io.peerkit.api.storage.StoredChunk;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.StoredRecord;
import io.peerkit.api.storage.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/**
 * An open store whose values another one keeps sealed. Writes are sealed on the caller's thread, reads opened on the thread
 * of the store below that answers them.
 */
public final class SealedStore implements Storage {
    /** Where those who open a new shared store at the same time put their keys. */
    private static final BlobHash FIRST_KEYS =
            BlobHash.ofBlob("peerkit sealed store: first keys".getBytes(StandardCharsets.US_ASCII));

    private final Storage inner;
    private final SealedWrites writes;
    private final IndexNames names;
    private final SealedListing listing;
    private final Rotation rotation;

    private SealedStore(Storage inner, KeyRing ring, KeySource source) {
        this.inner = inner;
        names = new IndexNames(ring.indexKey());
        writes = new SealedWrites(inner, new SealedForm(new Sealer(ring, new SecureRandom()), names));
        listing = new SealedListing(inner, writes);
        rotation = new Rotation(inner, ring, writes);
        if (!inner.isShared()) {
            // Others would go on writing what a step has read already; the ring opens what both keys have sealed.
            rotation.resume(source);
        }
    }

    /**
     * Opens the store below and unwraps its keys, or makes them where the store is empty.
     *
     * @param factory of the store below
     * @param source what the keys are wrapped by
     * @return the open store
     * @throws StorageException when the store below cannot be opened, holds values that are not sealed, or is sealed by
     *     something else
     */
    public static SealedStore open(StorageFactory factory, KeySource source) {
        Storage inner = factory.open();
        try {
            return new SealedStore(inner, ring(inner, source), source);
        } catch (RuntimeException | Error e) {
            inner.close();
            throw e;
        }
    }

    private static KeyRing ring(Storage inner, KeySource source) {
        if (Futures.await(inner.metadata(HALF_SEALED_MARKER)).isPresent()) {
            throw new StorageException(Conversion.HALF_SEALED);
        }
        Optional<byte[]> wrapped = Futures.await(inner.metadata(SEALED_MARKER));
        if (wrapped.isEmpty() && !isEmpty(inner)) {
            // Another process may have opened the same new store since.
            wrapped = Futures.await(inner.metadata(SEALED_MARKER));
            if (wrapped.isEmpty()) {
                throw new StorageException(
                        "the store holds values that are not sealed; SealedStorage.seal seals them where they lie");
            }
        }
        if (wrapped.isPresent()) {
            return KeyWrap.unwrap(wrapped.get(), source);
        }
        SecureRandom random = new SecureRandom();
        byte[] fresh = KeyWrap.wrap(KeyRing.fresh(random), source, PassphraseCost.STANDARD, random);
        return KeyWrap.unwrap(inner.isShared() ? agreed(inner, fresh) : alone(inner, fresh), source);
    }

    private static byte[] alone(Storage inner, byte[] wrapped) {
        putMarker(inner, wrapped);
        return wrapped;
    }

    /**
     * Lets all who open a new shared store at the same time take the keys of one of them. A chunk that is there is left as it is, so the first
     * that is put there wins; it goes in one batch with the marker's coming, so one of both is there from then on.
     */
    private static byte[] agreed(Storage inner, byte[] wrapped) {
        Futures.await(inner.write(WriteBatch.builder()
                .chunks(List.of(new StoredChunk(FIRST_KEYS, wrapped)))
                .build()));
        Optional<byte[]> first = Futures.await(inner.chunks(List.of(FIRST_KEYS), Integer.MAX_VALUE)).stream()
                .findFirst()
                .map(StoredChunk::bytes);
        byte[] winner = Futures.await(inner.metadata(SEALED_MARKER))
                .or(() -> first)
                .orElseThrow(() -> new StorageException("the keys of the new sealed store were removed"));
        Futures.await(inner.write(WriteBatch.builder()
                .metadata(SEALED_MARKER, winner)
                .removeChunks(List.of(FIRST_KEYS))
                .build()));
        return winner;
    }

    private static boolean isEmpty(Storage inner) {
        return Futures.await(inner.count()) == 0
                && Futures.await(inner.metadataNames(Optional.empty(), 1)).isEmpty()
                && Futures.await(inner.cards(Optional.empty(), 1)).isEmpty()
                && Futures.await(inner.collections(Optional.empty(), 1)).isEmpty()
                // Another process may be about to open the same new store.
                && Futures.await(inner.chunkHashes(Optional.empty(), 2)).stream()
                        .allMatch(FIRST_KEYS::equals);
    }

    /**
     * Wraps the keys of a store by something else. The store must not be open.
     *
     * @param factory of the store below
     * @param old what they are wrapped by
     * @param fresh what they are wrapped by from now on
     * @throws StorageException when the store below cannot be opened or written, is not sealed, or is sealed by something else
     */
    public static void rewrap(StorageFactory factory, KeySource old, KeySource fresh) {
        try (Storage inner = factory.open()) {
            byte[] wrapped = Futures.await(inner.metadata(SEALED_MARKER))
                    .orElseThrow(() -> new StorageException("the store is not sealed"));
            KeyRing ring = KeyWrap.unwrap(wrapped, old);
            putMarker(inner, KeyWrap.wrap(ring, fresh, PassphraseCost.STANDARD, new SecureRandom()));
            compact(inner);
        }
    }

    private static void compact(Storage inner) {
        try {
            Futures.await(inner.compact());
        } catch (StorageException e) {
            throw new StorageException(
                    "the key was changed, but the store could not be compacted: the old key may still open what the disk has",
                    e);
        }
    }

    private static void putMarker(Storage inner, byte[] wrapped) {
        Futures.await(inner.write(
                WriteBatch.builder().metadata(SEALED_MARKER, wrapped).build()));
    }

    /**
     * Makes a new data key and seals everything anew.
     *
     * @param source what the keys are wrapped by
     * @return a future that completes when nothing is left under the old data key
     */
    public CompletableFuture<Void> rotate(KeySource source) {
        if (inner.isShared()) {
            return CompletableFuture.failedFuture(new StorageException(
                    "the store below is shared, and others would go on under the old key; open it alone to rotate"));
        }
        return rotation.begin(source);
    }

    @Override
    public CompletableFuture<BitSet> write(WriteBatch batch) {
        return writes.write(batch);
    }

    @Override
    public boolean hasConditions() {
        return inner.hasConditions();
    }

    @Override
    public CompletableFuture<Optional<BitSet>> writeIf(List<RecordCondition> conditions, WriteBatch batch) {
        RecordCondition.check(conditions, batch);
        return writes.writeIf(List.copyOf(conditions), batch);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> entries(List<EntryId> ids, int maxBytes) {
        return Futures.map(
                inner.entries(ids, sealedBytes(maxBytes, ids.size())),
                found -> upTo(maxBytes, found.stream().map(writes.form()::open).toList(), StoredEntry::bytes));
    }

    @Override
    public CompletableFuture<Optional<StoredEntry>> entryOfBlob(BlobHash hash) {
        return Futures.map(
                inner.entryOfBlob(names.blob(hash)),
                found -> found.map(kept -> {
                    StoredEntry entry = writes.form().open(kept);
                    if (!entry.blobHash().equals(hash)) {
                        throw new StorageException(
                                "the entry of a blob has another one; the store is damaged or was changed");
                    }
                    return entry;
                }));
    }

    @Override
    public CompletableFuture<KeyPage> keys(Optional<EntryKey> after, int limit) {
        return inner.keys(after, limit);
    }

    @Override
    public CompletableFuture<List<StoredEntry>> scan(Optional<EntryKey> after, int limit, int maxBytes) {
        return Futures.map(
                inner.scan(after, limit, sealedBytes(maxBytes, limit)),
                found -> upTo(maxBytes, found.stream().map(writes.form()::open).toList(), StoredEntry::bytes));
    }

    @Override
    public CompletableFuture<Long> count() {
        return inner.count();
    }

    @Override
    public CompletableFuture<Optional<byte[]>> metadata(String name) {
        String sealedName = names.metadata(name);
        return Futures.map(
                inner.metadata(sealedName),
                found -> found.map(
                        value -> writes.form().openMetadata(sealedName, value).value()));
    }

    @Override
    public CompletableFuture<List<String>> metadataNames(Optional<String> after, int limit) {
        return listing.metadataNames(after, limit);
    }

    @Override
    public CompletableFuture<List<byte[]>> agents(int limit) {
        return Futures.map(
                inner.agents(limit),
                found -> found.stream()
                        .map(card -> writes.form().openCard(card).encoded())
                        .toList());
    }

    @Override
    public CompletableFuture<List<StoredCard>> cards(Optional<AgentId> after, int limit) {
        return Futures.map(
                inner.cards(after.map(names::agent), limit),
                found -> found.stream()
                        .map(card -> writes.form().openCard(card.encoded()))
                        .toList());
    }

    @Override
    public CompletableFuture<Optional<byte[]>> record(RecordKey key) {
        return Futures.map(
                inner.record(key), found -> found.map(value -> writes.form().openRecord(key, value)));
    }

    @Override
    public CompletableFuture<List<StoredRecord>> records(
            String collection, Optional<byte[]> after, int limit, int maxBytes) {
        return Futures.map(
                inner.records(collection, after, limit, sealedBytes(maxBytes, limit)),
                found -> upTo(
                        maxBytes,
                        found.stream().map(writes.form()::open).toList(),
                        item -> item.key().key().length + item.value().length));
    }

    @Override
    public CompletableFuture<List<String>> collections(Optional<String> after, int limit) {
        return inner.collections(after, limit);
    }

    @Override
    public CompletableFuture<BitSet> chunksPresent(List<BlobHash> hashes) {
        return inner.chunksPresent(hashes.stream().map(names::chunk).toList());
    }

    @Override
    public CompletableFuture<List<StoredChunk>> chunks(List<BlobHash> hashes, int maxBytes) {
        List<BlobHash> wanted = hashes.stream().map(names::chunk).toList();
        return Futures.map(
                inner.chunks(wanted, sealedBytes(maxBytes, wanted.size())),
                found -> upTo(
                        maxBytes, found.stream().map(writes.form()::open).toList(), chunk -> chunk.bytes().length));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Reads the chunks, since their hashes are sealed with them; so a page ends with the one with which they exceed
     * {@value SealedListing#MAX_BYTES} bytes.
     */
    @Override
    public CompletableFuture<List<BlobHash>> chunkHashes(Optional<BlobHash> after, int limit) {
        return listing.chunkHashes(after, limit);
    }

    @Override
    public CompletableFuture<Void> compact() {
        return inner.compact();
    }

    @Override
    public boolean isShared() {
        return inner.isShared();
    }

    /** {@inheritDoc} Ids and times are not sealed, so that what the store below tells can be passed on. */
    @Override
    public void watch(StorageWatcher watcher) {
        inner.watch(watcher);
    }

    @Override
    public void close() {
        rotation.stop();
        inner.close();
    }

    /** What so many sealed values have at most when they have {@code maxBytes} opened. */
    private static int sealedBytes(int maxBytes, int values) {
        return (int) Math.min(Integer.MAX_VALUE, maxBytes + (long) SEALING_BYTES * Math.max(0, values));
    }

    /** Ends with the value with which all together exceed {@code maxBytes}. */
    private static <T> List<T> upTo(int maxBytes, List<T> found, ToLongFunction<T> size) {
        long bytes = 0;
        for (int i = 0; i < found.size(); i++) {
            bytes += size.applyAsLong(found.get(i));
            if (bytes > maxBytes) {
                return List.copyOf(found.subList(0, i + 1));
            }
        }
        return found;
    }
}
