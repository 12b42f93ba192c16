// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

/**
 * What a decoder accepts at most; checked before anything is allocated.
 *
 * @param maxBytes the length of the whole input in bytes
 * @param maxDepth how deep arrays and maps nest; 0 allows none, 1 a flat map, {@value #MAX_DEPTH} at most
 * @param maxItems how many data items the input holds, keys, values and containers together; beside its
 *     content an item takes up to about 80 bytes of heap
 */
public record CborLimits(int maxBytes, int maxDepth, int maxItems) {
    /** The deepest nesting that can be asked for; encoder and decoder walk the nesting on the stack. */
    public static final int MAX_DEPTH = 64;

    /** The nesting that {@link #of} allows. */
    public static final int DEFAULT_DEPTH = 8;

    /** The number of items that {@link #of} allows: about 5 MB of heap beside the content at worst. */
    public static final int DEFAULT_ITEMS = 65_536;

    /** Refuses what could never be meant. */
    public CborLimits {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes of " + maxBytes + ", at least 1");
        }
        if (maxDepth < 0 || maxDepth > MAX_DEPTH) {
            throw new IllegalArgumentException("maxDepth of " + maxDepth + ", must be 0 to " + MAX_DEPTH);
        }
        if (maxItems < 1) {
            throw new IllegalArgumentException("maxItems of " + maxItems + ", at least 1");
        }
    }

    /**
     * Limits for an ordinary frame.
     *
     * @param maxBytes the length of the whole input in bytes
     * @return these bytes with the default depth and number of items
     */
    public static CborLimits of(int maxBytes) {
        return new CborLimits(maxBytes, DEFAULT_DEPTH, DEFAULT_ITEMS);
    }
}
