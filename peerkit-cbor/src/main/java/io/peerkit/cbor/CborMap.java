// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A map with text keys, in the order of their encodings.
 *
 * <p>The {@code require…} and {@code optional…} methods read fields of a protocol message: {@code require…} fails when the
 * key is absent, {@code optional…} gives empty; both fail with an {@link InvalidBytesException} that names key, value
 * and bound when the value is of another kind (null counts as such) or out of bounds. Keys that nobody asks for are kept and
 * encoded again, so minor versions of a protocol may add some.
 */
public final class CborMap implements CborValue {
    /** Up to this size, comparing keys one by one is faster than a binary search. */
    private static final int MAX_LINEAR_SEARCH = 16;

    private final String[] keys;
    private final CborValue[] values;
    private final int size;

    /** Takes the arrays, whose first {@code size} places are filled and ordered. */
    CborMap(String[] keys, CborValue[] values, int size) {
        this.keys = keys;
        this.values = values;
        this.size = size;
    }

    /**
     * Starts a map.
     *
     * @return an empty builder
     */
    public static CborMapBuilder builder() {
        return new CborMapBuilder();
    }

    /**
     * The number of keys.
     *
     * @return 0 or more
     */
    public int size() {
        return size;
    }

    /**
     * The keys in the order of their encodings.
     *
     * @return an immutable copy
     */
    public List<String> keys() {
        return List.of(Arrays.copyOf(keys, size));
    }

    /**
     * The value of a key.
     *
     * @param key the key
     * @return the value, or empty when the key is absent
     */
    public Optional<CborValue> get(String key) {
        int at = indexOf(key);
        return at < 0 ? Optional.empty() : Optional.of(values[at]);
    }

    /**
     * The value of a key that must be there.
     *
     * @param key the key
     * @return the value
     * @throws InvalidBytesException when the key is absent
     */
    public CborValue require(String key) {
        int at = indexOf(key);
        if (at < 0) {
            throw new InvalidBytesException(key + " is missing");
        }
        return values[at];
    }

    /**
     * Bytes of a bounded length.
     *
     * @param key the key
     * @param maxBytes the greatest allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     */
    public byte[] requireBytes(String key, int maxBytes) {
        return require(key).asBytes(key, maxBytes);
    }

    /**
     * Bytes of a fixed length.
     *
     * @param key the key
     * @param lengthBytes the only allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     */
    public byte[] requireBytesExact(String key, int lengthBytes) {
        return require(key).asBytesExact(key, lengthBytes);
    }

    /**
     * Text of a bounded length.
     *
     * @param key the key
     * @param maxChars the greatest allowed {@link String#length()}
     * @return the text
     */
    public String requireText(String key, int maxChars) {
        return require(key).asText(key, maxChars);
    }

    /**
     * A signed integer within bounds.
     *
     * @param key the key
     * @param min the least allowed value
     * @param max the greatest allowed value
     * @return the integer
     */
    public long requireLong(String key, long min, long max) {
        return require(key).asLong(key, min, max);
    }

    /**
     * An {@code int} within bounds.
     *
     * @param key the key
     * @param min the least allowed value
     * @param max the greatest allowed value
     * @return the integer
     */
    public int requireInt(String key, int min, int max) {
        return require(key).asInt(key, min, max);
    }

    /**
     * An unsigned integer.
     *
     * @param key the key
     * @return its 64 bits
     */
    public long requireUnsigned(String key) {
        return require(key).asUnsigned(key);
    }

    /**
     * A boolean.
     *
     * @param key the key
     * @return the boolean
     */
    public boolean requireBoolean(String key) {
        return require(key).asBoolean(key);
    }

    /**
     * A list of a bounded size.
     *
     * @param key the key
     * @param maxItems the greatest allowed number of items
     * @return the items, immutable
     */
    public List<CborValue> requireList(String key, int maxItems) {
        return require(key).asList(key, maxItems);
    }

    /**
     * A map.
     *
     * @param key the key
     * @return the map
     */
    public CborMap requireMap(String key) {
        return require(key).asMap(key);
    }

    /**
     * Bytes of a bounded length, if present.
     *
     * @param key the key
     * @param maxBytes the greatest allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     */
    public Optional<byte[]> optionalBytes(String key, int maxBytes) {
        return get(key).map(value -> value.asBytes(key, maxBytes));
    }

    /**
     * Bytes of a fixed length, if present.
     *
     * @param key the key
     * @param lengthBytes the only allowed length in bytes
     * @return the bytes, not copied; the caller must not change them
     */
    public Optional<byte[]> optionalBytesExact(String key, int lengthBytes) {
        return get(key).map(value -> value.asBytesExact(key, lengthBytes));
    }

    /**
     * Text of a bounded length, if present.
     *
     * @param key the key
     * @param maxChars the greatest allowed {@link String#length()}
     * @return the text
     */
    public Optional<String> optionalText(String key, int maxChars) {
        return get(key).map(value -> value.asText(key, maxChars));
    }

    /**
     * A signed integer within bounds, if present.
     *
     * @param key the key
     * @param min the least allowed value
     * @param max the greatest allowed value
     * @return the integer
     */
    public OptionalLong optionalLong(String key, long min, long max) {
        int at = indexOf(key);
        return at < 0 ? OptionalLong.empty() : OptionalLong.of(values[at].asLong(key, min, max));
    }

    /**
     * An unsigned integer, if present.
     *
     * @param key the key
     * @return its 64 bits
     */
    public OptionalLong optionalUnsigned(String key) {
        int at = indexOf(key);
        return at < 0 ? OptionalLong.empty() : OptionalLong.of(values[at].asUnsigned(key));
    }

    /**
     * A boolean, if present.
     *
     * @param key the key
     * @return the boolean
     */
    public Optional<Boolean> optionalBoolean(String key) {
        return get(key).map(value -> value.asBoolean(key));
    }

    /**
     * A list of a bounded size, if present.
     *
     * @param key the key
     * @param maxItems the greatest allowed number of items
     * @return the items, immutable
     */
    public Optional<List<CborValue>> optionalList(String key, int maxItems) {
        return get(key).map(value -> value.asList(key, maxItems));
    }

    /**
     * A map, if present.
     *
     * @param key the key
     * @return the map
     */
    public Optional<CborMap> optionalMap(String key) {
        return get(key).map(value -> value.asMap(key));
    }

    String keyAt(int index) {
        return keys[index];
    }

    CborValue valueAt(int index) {
        return values[index];
    }

    private int indexOf(String key) {
        if (size > MAX_LINEAR_SEARCH) {
            return search(keys, size, key);
        }
        for (int i = 0; i < size; i++) {
            if (keys[i].equals(key)) {
                return i;
            }
        }
        return -1;
    }

    /** Where a key is among the first {@code size}, or {@code -(where it belongs) - 1}. */
    static int search(String[] keys, int size, String key) {
        return Arrays.binarySearch(keys, 0, size, key, Utf8::compareKeys);
    }

    @Override
    public String kind() {
        return "map";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CborMap that
                && Arrays.equals(keys, 0, size, that.keys, 0, that.size)
                && Arrays.equals(values, 0, size, that.values, 0, that.size);
    }

    @Override
    public int hashCode() {
        int hash = size;
        for (int i = 0; i < size; i++) {
            hash = 31 * hash + (keys[i].hashCode() ^ values[i].hashCode());
        }
        return hash;
    }

    /** Leaves the entries out: a peer chooses how many there are. */
    @Override
    public String toString() {
        return "map of " + size + " keys";
    }
}
