// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed;

import io.peerkit.api.ClosedException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sealed.internal.Conversion;
import io.peerkit.storage.sealed.internal.SealedStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A store whose values another store keeps encrypted and authenticated.
 *
 * <pre>{@code
 * SealedStorage.of(SqliteStorage.at(file), StorageKey.passphrase(passphrase))
 * }</pre>
 *
 * <p>Blobs, envelopes, agent cards, values of metadata and records, and chunks are sealed by AES-256-GCM under a data key,
 * each bound to its place, so that none can be read, changed or put elsewhere. Hashes of blobs and chunks, ids of agents
 * and names of metadata are replaced by HMAC-SHA256 of them. What stays visible to who has the files: ids and times of entries,
 * collections and keys of records, when cards were issued, and how many things there are and how large. Values can still be taken
 * away, or all be put back to what they were at an earlier time, without that being noticed here.
 *
 * <p>The data key is random and kept in the store, wrapped by the {@link StorageKey}. <strong>Without that key everything in the store is
 * lost.</strong> A store that has values which are not sealed is refused; {@link #seal} seals them where they lie.
 *
 * <p>Writes are sealed on the thread that calls. The limits on bytes of reads hold for values as they were given.
 */
public final class SealedStorage implements StorageFactory {
    private final StorageFactory inner;
    private final StorageKey key;
    private final AtomicReference<Optional<SealedStore>> opened = new AtomicReference<>(Optional.empty());

    private SealedStorage(StorageFactory inner, StorageKey key) {
        this.inner = inner;
        this.key = key;
    }

    /**
     * Seals what a store keeps.
     *
     * @param inner keeps the sealed values
     * @param key opens the store, and seals it when it is new
     * @return the store, ready to be opened; nothing is touched yet
     */
    public static SealedStorage of(StorageFactory inner, StorageKey key) {
        return new SealedStorage(inner, key);
    }

    /**
     * Seals a store where it lies, with all that it has, and has it compacted, so that the open values are gone from its files. The store
     * must not be open, here or in another process. Blocks, for as long as writing everything anew takes; memory is bounded. The
     * disk needs room for as much again.
     *
     * <p>A process may die meanwhile: until the next call has finished nobody opens the store. One that is sealed already is
     * left as it is.
     *
     * @param store to be sealed
     * @param key opens it afterwards
     * @throws io.peerkit.api.StorageException when the store cannot be opened, written or compacted, is sealed already and
     *     {@code key} does not open it, or is just being unsealed; calling again goes on
     * @throws ClosedException when the thread is interrupted; calling again goes on
     * @throws IllegalStateException when the key was wiped
     */
    public static void seal(StorageFactory store, StorageKey key) {
        Conversion.seal(store, key.source());
    }

    /**
     * The way back: opens all values of a store where they lie and takes its keys away. As {@link #seal} in all else, but the store is
     * not compacted: the disk may keep sealed values, which nobody can open any more. One that is not sealed is left as it is.
     *
     * @param store to be unsealed
     * @param key opens it
     * @throws io.peerkit.api.StorageException when the store cannot be opened or written, is damaged, {@code key} does not open it, or
     *     it is just being sealed; calling again goes on
     * @throws ClosedException when the thread is interrupted; calling again goes on
     * @throws IllegalStateException when the key was wiped
     */
    public static void unseal(StorageFactory store, StorageKey key) {
        Conversion.unseal(store, key.source());
    }

    /**
     * Lets another key open a store from now on. The store must not be open. Only the wrapping of the data key changes: who has
     * the old key and an old copy of the files can still read that copy, and with {@link #rotate} not done also what was
     * written since. Blocks.
     *
     * @param inner keeps the sealed values
     * @param old opens the store now
     * @param fresh opens it afterwards
     * @throws io.peerkit.api.StorageException when the store cannot be opened or written, is not sealed, or {@code old} does
     *     not open it; it is then opened by {@code old} as before, unless the message says that compacting failed
     */
    public static void changeKey(StorageFactory inner, StorageKey old, StorageKey fresh) {
        SealedStore.rewrap(inner, old.source(), fresh.source());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes as long as the key needs besides: some tenths of a second and 64 MiB of heap for a passphrase. A rotation that was under way
     * when the store was last closed, or died, goes on beside.
     *
     * @throws io.peerkit.api.StorageException also when the key does not open the store, or it has values that are not sealed
     * @throws IllegalStateException when the key was wiped
     */
    @Override
    public Storage open() {
        SealedStore store = SealedStore.open(inner, key.source());
        opened.set(Optional.of(store));
        return store;
    }

    /**
     * Makes a new data key for the store that is open. New writes use it at once; what the old one sealed is sealed anew in small steps
     * beside the application's reads and writes. A process may die meanwhile: the next opening goes on. The names that stand for
     * hashes, agents and metadata stay as they are.
     *
     * <p>When a rotation is under way this is about that one. The key must not be wiped until the future completes.
     *
     * @return a future that completes, on a thread of its own, when the old data key and all that it sealed are gone from the store, or fails
     *     with
     *     <ul>
     *       <li>{@link ClosedException} when this opened no store, or it was closed; the next opening goes on,
     *       <li>{@link io.peerkit.api.StorageException} when the store could not be written or is damaged; calling again goes on; or
     *           when it is {@linkplain Storage#isShared shared}: then only opening it alone helps
     *     </ul>
     */
    public CompletableFuture<Void> rotate() {
        return opened.get()
                .map(store -> store.rotate(key.source()))
                .orElseGet(() -> CompletableFuture.failedFuture(new ClosedException("the store is not open")));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A node does not put its keys there unless it is told how to seal them.
     */
    @Override
    public Optional<Path> keyFile() {
        return inner.keyFile();
    }

    /**
     * {@inheritDoc}
     *
     * @return true
     */
    @Override
    public boolean isSealed() {
        return true;
    }
}
