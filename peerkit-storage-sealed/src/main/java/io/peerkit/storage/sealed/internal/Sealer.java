// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.StorageException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * Seals values and opens them.
 *
 * <pre>{@code
 *   version (1) || generation of the data key (4) || nonce (24) || XAES-256-GCM ciphertext || tag (16)
 * }</pre>
 *
 * <p>The associated data is the version, the generation and the {@linkplain Place place} of the value, so that a value
 * opens nowhere else. Safe for use by any thread.
 */
final class Sealer {
    /** By how much a sealed value is longer. */
    static final int OVERHEAD_BYTES = 1 + 4 + Xaes.NONCE_BYTES + Xaes.TAG_BYTES;

    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + 4;
    private static final int TEXT_AT = HEAD_BYTES + Xaes.NONCE_BYTES;

    private final SecureRandom random;
    private final Map<Integer, Xaes> keys = new HashMap<>();
    private final int current;

    Sealer(KeyRing ring, SecureRandom random) {
        this.random = random;
        current = ring.current().generation();
        ring.dataKeys().forEach(key -> keys.put(key.generation(), new Xaes(key.bytes())));
    }

    byte[] seal(Place place, byte[] plain) {
        byte[] nonce = new byte[Xaes.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = new byte[plain.length + OVERHEAD_BYTES];
        ByteBuffer.wrap(sealed).put(VERSION).putInt(current).put(nonce);
        key(current).seal(nonce, place.associated(sealed, HEAD_BYTES), plain, sealed, TEXT_AT);
        return sealed;
    }

    /**
     * Opens a value.
     *
     * @throws StorageException when it is not what was sealed in this place
     */
    byte[] open(Place place, byte[] sealed) {
        checkLength(place, sealed);
        if (sealed[0] != VERSION) {
            throw new StorageException(
                    place + " is sealed in version " + sealed[0] + ", this release reads " + VERSION);
        }
        byte[] nonce = new byte[Xaes.NONCE_BYTES];
        System.arraycopy(sealed, HEAD_BYTES, nonce, 0, nonce.length);
        int generation = ByteBuffer.wrap(sealed).getInt(1);
        Xaes key = keys.get(generation);
        if (key == null) {
            throw new StorageException(
                    place + " is sealed by data key " + generation + ", which the store does not have; it is damaged");
        }
        try {
            return key.open(nonce, place.associated(sealed, HEAD_BYTES), sealed, TEXT_AT);
        } catch (AEADBadTagException e) {
            throw new StorageException(place + " is not what was sealed there; the store is damaged or was changed", e);
        }
    }

    /** Opens a value if it is one that was sealed in this place. */
    Optional<byte[]> tryOpen(Place place, byte[] value) {
        if (value.length < OVERHEAD_BYTES
                || value[0] != VERSION
                || !keys.containsKey(ByteBuffer.wrap(value).getInt(1))) {
            return Optional.empty();
        }
        try {
            return Optional.of(open(place, value));
        } catch (StorageException e) {
            return Optional.empty();
        }
    }

    /** Whether the current data key sealed a value. */
    boolean isCurrent(Place place, byte[] sealed) {
        checkLength(place, sealed);
        return ByteBuffer.wrap(sealed).getInt(1) == current;
    }

    private static void checkLength(Place place, byte[] sealed) {
        if (sealed.length < OVERHEAD_BYTES) {
            throw new StorageException(
                    place + " has " + sealed.length + " bytes, at least " + OVERHEAD_BYTES + " when sealed");
        }
    }

    private Xaes key(int generation) {
        Xaes key = keys.get(generation);
        if (key == null) {
            throw new AssertionError("the current data key is in the ring");
        }
        return key;
    }
}
