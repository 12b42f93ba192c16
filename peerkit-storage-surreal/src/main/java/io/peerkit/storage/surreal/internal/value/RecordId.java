// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

import java.util.List;

/**
 * Names a record, or with a {@link Range} as its key the records of a range. CBOR tag 8.
 *
 * @param table the table's name
 * @param key a {@code String}, {@code Long}, {@code UUID}, {@code List} or {@code Range}; bytes only inside a list
 */
public record RecordId(String table, Object key) {
    /**
     * Takes the bytes at a place of a key that is a list.
     *
     * @param index of the part
     * @return the bytes
     * @throws io.peerkit.api.InvalidBytesException when the key has no bytes there
     */
    public byte[] bytesAt(int index) {
        if (key instanceof List<?> parts && index < parts.size() && parts.get(index) instanceof byte[] bytes) {
            return bytes;
        }
        throw new io.peerkit.api.InvalidBytesException("key of " + table + " has no bytes at " + index);
    }
}
