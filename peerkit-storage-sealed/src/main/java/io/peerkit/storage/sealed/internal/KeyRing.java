// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The keys of a store: one that names what must be found again, made once, and the data keys, the current one last.
 *
 * <pre>{@code
 *   index key (32) || count (1) || count x ( generation (4) || data key (32) )
 * }</pre>
 *
 * @param indexKey 32 bytes
 * @param dataKeys one, or two while what the first sealed is sealed anew
 */
record KeyRing(byte[] indexKey, List<DataKey> dataKeys) {
    private static final int ENTRY_BYTES = 4 + Xaes.KEY_BYTES;

    /** The longest encoding in bytes. */
    static final int MAX_BYTES = Xaes.KEY_BYTES + 1 + 2 * ENTRY_BYTES;

    /**
     * A key that seals values.
     *
     * @param generation counts the data keys of a store from 1 on
     * @param bytes 32 bytes
     */
    record DataKey(int generation, byte[] bytes) {}

    KeyRing {
        dataKeys = List.copyOf(dataKeys);
    }

    static KeyRing fresh(SecureRandom random) {
        return new KeyRing(key(random), List.of(new DataKey(1, key(random))));
    }

    DataKey current() {
        return dataKeys.get(dataKeys.size() - 1);
    }

    boolean isRotating() {
        return dataKeys.size() > 1;
    }

    KeyRing withNewKey(SecureRandom random) {
        List<DataKey> both = new ArrayList<>(dataKeys);
        both.add(new DataKey(Math.addExact(current().generation(), 1), key(random)));
        return new KeyRing(indexKey, both);
    }

    KeyRing withCurrentAlone() {
        return new KeyRing(indexKey, List.of(current()));
    }

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(Xaes.KEY_BYTES + 1 + ENTRY_BYTES * dataKeys.size());
        bytes.put(indexKey).put((byte) dataKeys.size());
        dataKeys.forEach(key -> bytes.putInt(key.generation()).put(key.bytes()));
        return bytes.array();
    }

    /** Reads a ring that was authenticated; what does not fit was made by a newer release. */
    static KeyRing decode(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        byte[] indexKey = new byte[Xaes.KEY_BYTES];
        int count = encoded.length > Xaes.KEY_BYTES ? encoded[Xaes.KEY_BYTES] : 0;
        if (count < 1 || count > 2 || encoded.length != Xaes.KEY_BYTES + 1 + ENTRY_BYTES * count) {
            throw new InvalidBytesException("key ring of " + encoded.length + " bytes with " + count + " data keys");
        }
        bytes.get(indexKey).get();
        List<DataKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int generation = bytes.getInt();
            byte[] key = new byte[Xaes.KEY_BYTES];
            bytes.get(key);
            keys.add(new DataKey(generation, key));
        }
        return new KeyRing(indexKey, keys);
    }

    private static byte[] key(SecureRandom random) {
        byte[] key = new byte[Xaes.KEY_BYTES];
        random.nextBytes(key);
        return key;
    }

    /** The generations alone: keys must not get into a log. */
    @Override
    public String toString() {
        return dataKeys.stream()
                .map(key -> Integer.toString(key.generation()))
                .collect(Collectors.joining(", ", "KeyRing[generations ", "]"));
    }
}
