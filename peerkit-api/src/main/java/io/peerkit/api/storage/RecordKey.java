// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names a {@linkplain StoredRecord record}: a collection and a key in it.
 *
 * <p>Within a collection keys are ordered by their bytes, unsigned; a key comes before those that it is the beginning of.
 */
public final class RecordKey implements Comparable<RecordKey> {
    /** The longest name of a collection in characters. */
    public static final int MAX_COLLECTION_LENGTH = 32;

    /** The longest key in bytes. */
    public static final int MAX_KEY_BYTES = 128;

    private final String collection;
    private final byte[] key;

    private RecordKey(String collection, byte[] key) {
        this.collection = collection;
        this.key = key;
    }

    /**
     * Names a record.
     *
     * @param collection 1 to {@value #MAX_COLLECTION_LENGTH} characters of {@code a} to {@code z}, digits and hyphens
     * @param key 1 to {@value #MAX_KEY_BYTES} bytes, copied
     * @return the name
     */
    public static RecordKey of(String collection, byte[] key) {
        checkCollection(collection);
        if (key.length == 0 || key.length > MAX_KEY_BYTES) {
            throw new IllegalArgumentException("key of " + key.length + " bytes, must have 1 to " + MAX_KEY_BYTES);
        }
        return new RecordKey(collection, key.clone());
    }

    /**
     * Checks the name of a collection.
     *
     * @param collection the name
     * @throws IllegalArgumentException when it is too long or has other characters than it may
     */
    public static void checkCollection(String collection) {
        boolean fits = !collection.isEmpty() && collection.length() <= MAX_COLLECTION_LENGTH;
        for (int i = 0; fits && i < collection.length(); i++) {
            char next = collection.charAt(i);
            fits = (next >= 'a' && next <= 'z') || (next >= '0' && next <= '9') || next == '-';
        }
        if (!fits) {
            throw new IllegalArgumentException("collection must be 1 to " + MAX_COLLECTION_LENGTH
                    + " characters of a-z, 0-9 and hyphen, not " + collection);
        }
    }

    /**
     * The collection.
     *
     * @return its name
     */
    public String collection() {
        return collection;
    }

    /**
     * The key in the collection.
     *
     * @return a copy of its bytes
     */
    public byte[] key() {
        return key.clone();
    }

    @Override
    public int compareTo(RecordKey other) {
        int byCollection = collection.compareTo(other.collection);
        return byCollection != 0 ? byCollection : Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordKey that && collection.equals(that.collection) && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return 31 * collection.hashCode() + Arrays.hashCode(key);
    }

    /** Collection and key in hexadecimal digits. */
    @Override
    public String toString() {
        return collection + "/" + HexFormat.of().formatHex(key);
    }
}
