// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.PassphraseCost;
import io.peerkit.api.StorageException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.api.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Seals a store where it lies, or opens it for good.
 *
 * <ol>
 *   <li>Two markers are written: the wrapped keys, and that the store is half sealed, with the state of the walk. From now on nobody
 *       else opens it.
 *   <li>Steps read values and write them back in the other form, each with the state behind it, in one batch.
 *   <li>Sealing has the store below compacted, which takes the open values off the disk, and takes the second marker away. Unsealing
 *       takes both away.
 * </ol>
 *
 * <p>A process may die anywhere in it: the next call goes on behind the last step. For one thread, which it blocks.
 */
public final class Conversion {
    /** Why a store cannot be opened as long as the second marker is there. */
    static final String HALF_SEALED = "the store is half sealed: sealing or unsealing it was interrupted;"
            + " SealedStorage.seal or unseal with its key goes on where that was";

    /** Which way; the codes never change. */
    private enum Way {
        SEAL(1, Place.Kind.SEALING, "sealed"),
        UNSEAL(2, Place.Kind.UNSEALING, "unsealed");

        private final byte code;
        private final Place.Kind place;
        private final String done;

        Way(int code, Place.Kind place, String done) {
            this.code = (byte) code;
            this.place = place;
            this.done = done;
        }
    }

    private final Storage inner;
    private final Way way;
    private final SealedForm form;

    private Conversion(Storage inner, Way way, KeyRing ring, SecureRandom random) {
        this.inner = inner;
        this.way = way;
        form = new SealedForm(new Sealer(ring, random), new IndexNames(ring.indexKey()));
    }

    /**
     * Seals all that a store has. One that is sealed already is left as it is.
     *
     * @param factory of the store, which must not be open
     * @param source what the keys are wrapped by
     * @throws StorageException when it cannot be opened, read or written, or is sealed by something else, or is being unsealed
     */
    public static void seal(StorageFactory factory, KeySource source) {
        try (Storage inner = factory.open()) {
            SecureRandom random = new SecureRandom();
            Optional<byte[]> wrapped = read(inner, Storage.SEALED_MARKER);
            Optional<byte[]> half = read(inner, Storage.HALF_SEALED_MARKER);
            if (wrapped.isPresent()) {
                KeyRing ring = KeyWrap.unwrap(wrapped.get(), source);
                if (half.isPresent()) {
                    Conversion conversion = new Conversion(inner, Way.SEAL, ring, random);
                    conversion.finishSealing(conversion.state(half.get()));
                }
                return;
            }
            KeyRing ring = KeyRing.fresh(random);
            Conversion conversion = new Conversion(inner, Way.SEAL, ring, random);
            conversion.write(conversion
                    .in(WalkState.START)
                    .metadata(Storage.SEALED_MARKER, KeyWrap.wrap(ring, source, PassphraseCost.STANDARD, random)));
            conversion.finishSealing(WalkState.START);
        }
    }

    /**
     * Opens all that a store has sealed. One that is not sealed is left as it is.
     *
     * @param factory of the store, which must not be open
     * @param source what the keys are wrapped by
     * @throws StorageException when it cannot be opened, read or written, is damaged, or is sealed by something else, or is being
     *     sealed
     */
    public static void unseal(StorageFactory factory, KeySource source) {
        try (Storage inner = factory.open()) {
            Optional<byte[]> wrapped = read(inner, Storage.SEALED_MARKER);
            if (wrapped.isEmpty()) {
                return;
            }
            KeyRing ring = KeyWrap.unwrap(wrapped.get(), source);
            Conversion conversion = new Conversion(inner, Way.UNSEAL, ring, new SecureRandom());
            Optional<byte[]> half = read(inner, Storage.HALF_SEALED_MARKER);
            WalkState state = half.map(conversion::state).orElse(WalkState.START);
            if (half.isEmpty()) {
                conversion.write(conversion.in(state));
            }
            conversion.walk(state, new Unsealing(conversion.form));
            conversion.write(WriteBatch.builder()
                    .removeMetadata(List.of(Storage.HALF_SEALED_MARKER, Storage.SEALED_MARKER, OwnMetadata.ROTATION)));
        }
    }

    private void finishSealing(WalkState from) {
        walk(from, new Sealing(form));
        Futures.awaitInterruptibly(inner.compact());
        write(WriteBatch.builder().removeMetadata(List.of(Storage.HALF_SEALED_MARKER)));
    }

    private void walk(WalkState from, Walk.Change change) {
        Walk walk = new Walk(inner, change);
        WalkState state = from;
        while (state.phase() != WalkState.Phase.WALKED) {
            Walk.Step step = walk.step(state);
            state = step.next();
            WriteBatch.Builder batch = in(state);
            step.parts().forEach(part -> part.change().accept(batch));
            write(batch);
        }
    }

    /** A batch that says how far the walk is. */
    private WriteBatch.Builder in(WalkState state) {
        byte[] sealed = form.seal(way.place, state.encode());
        return WriteBatch.builder()
                .metadata(
                        Storage.HALF_SEALED_MARKER,
                        ByteBuffer.allocate(1 + sealed.length)
                                .put(way.code)
                                .put(sealed)
                                .array());
    }

    private WalkState state(byte[] kept) {
        if (kept.length == 0 || kept[0] != way.code) {
            Way other = way == Way.SEAL ? Way.UNSEAL : Way.SEAL;
            throw new StorageException("the store is just being " + other.done + "; that has to be finished first");
        }
        return WalkState.decode(form.open(way.place, Arrays.copyOfRange(kept, 1, kept.length)));
    }

    private static Optional<byte[]> read(Storage inner, String name) {
        return Futures.awaitInterruptibly(inner.metadata(name));
    }

    private void write(WriteBatch.Builder batch) {
        Futures.awaitInterruptibly(inner.write(batch.build()));
    }
}
