// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import java.util.List;

/**
 * An array.
 *
 * @param items the items in their order, immutable
 */
public record CborArray(List<CborValue> items) implements CborValue {
    /** Copies the list unless it is immutable already. */
    public CborArray {
        items = List.copyOf(items);
    }

    /**
     * An array of the given items.
     *
     * @param items the items in their order
     * @return the array
     */
    public static CborArray of(CborValue... items) {
        return new CborArray(List.of(items));
    }

    /**
     * An array of byte strings, such as a list of ids.
     *
     * @param items the byte strings; from now on nobody may change them
     * @return the array
     */
    public static CborArray ofBytes(List<byte[]> items) {
        return new CborArray(
                items.stream().map(bytes -> (CborValue) CborBytes.wrap(bytes)).toList());
    }

    @Override
    public String kind() {
        return "array";
    }

    /** Leaves the items out: a peer chooses how many there are. */
    @Override
    public String toString() {
        return "array of " + items.size() + " items";
    }
}
