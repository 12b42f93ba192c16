// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

/**
 * A small value that a layer above the store keeps under a name: state of a large blob, a receipt, an index row. The store
 * does not look into it.
 *
 * @param key its name
 * @param value at most {@value #MAX_VALUE_BYTES} bytes; not copied
 */
public record StoredRecord(RecordKey key, byte[] value) {
    /** The longest value in bytes. */
    public static final int MAX_VALUE_BYTES = 65_536;

    /** Checks the length, with {@link Storage#SEALING_BYTES} more for a store that seals. */
    public StoredRecord {
        if (value.length > MAX_VALUE_BYTES + Storage.SEALING_BYTES) {
            throw new IllegalArgumentException("value of " + value.length + " bytes, at most " + MAX_VALUE_BYTES);
        }
    }
}
