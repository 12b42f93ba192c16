// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.util.Arrays;
import java.util.Optional;

/**
 * Collects the entries of a {@link CborMap} in any order; the map keeps them in the order of their encodings.
 *
 * <p>For one thread. Every {@code put} throws {@link IllegalArgumentException} when the key is there already or cannot
 * become UTF-8.
 */
public final class CborMapBuilder {
    private static final int FIRST_CAPACITY = 12;

    private String[] keys = new String[FIRST_CAPACITY];
    private CborValue[] values = new CborValue[FIRST_CAPACITY];
    private int size;

    CborMapBuilder() {}

    /**
     * Puts any value.
     *
     * @param key the key
     * @param value the value
     * @return this builder
     */
    public CborMapBuilder put(String key, CborValue value) {
        Utf8.requireWellFormed(key);
        int found = CborMap.search(keys, size, key);
        if (found >= 0) {
            throw new IllegalArgumentException("map key " + key + " put twice");
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        int at = -found - 1;
        System.arraycopy(keys, at, keys, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        keys[at] = key;
        values[at] = value;
        size++;
        return this;
    }

    /**
     * Puts a byte string.
     *
     * @param key the key
     * @param bytes the bytes; from now on nobody may change them
     * @return this builder
     */
    public CborMapBuilder put(String key, byte[] bytes) {
        return put(key, CborBytes.wrap(bytes));
    }

    /**
     * Puts a text.
     *
     * @param key the key
     * @param text the text
     * @return this builder
     */
    public CborMapBuilder put(String key, String text) {
        return put(key, new CborText(text));
    }

    /**
     * Puts a signed integer.
     *
     * @param key the key
     * @param value the integer
     * @return this builder
     */
    public CborMapBuilder put(String key, long value) {
        return put(key, CborInteger.of(value));
    }

    /**
     * Puts an unsigned integer.
     *
     * @param key the key
     * @param bits 64 bits, read without a sign
     * @return this builder
     */
    public CborMapBuilder putUnsigned(String key, long bits) {
        return put(key, CborInteger.ofUnsigned(bits));
    }

    /**
     * Puts a boolean.
     *
     * @param key the key
     * @param value the boolean
     * @return this builder
     */
    public CborMapBuilder put(String key, boolean value) {
        return put(key, CborSimple.of(value));
    }

    /**
     * Puts a value if there is one; otherwise the key stays absent.
     *
     * @param key the key
     * @param value the value or empty
     * @return this builder
     */
    public CborMapBuilder putOptional(String key, Optional<? extends CborValue> value) {
        return value.isPresent() ? put(key, value.get()) : this;
    }

    /**
     * Makes the map; the builder may go on and make another.
     *
     * @return the map
     */
    public CborMap build() {
        return new CborMap(Arrays.copyOf(keys, size), Arrays.copyOf(values, size), size);
    }
}
