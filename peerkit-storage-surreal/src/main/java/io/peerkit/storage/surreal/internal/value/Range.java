// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

/**
 * A range of values. CBOR tag 49 around two bounds.
 *
 * @param begin where it begins
 * @param end where it ends
 */
public record Range(Bound begin, Bound end) {
    /** An end of a range. */
    public sealed interface Bound permits Included, Excluded, Open {}

    /**
     * A bound that belongs to the range. CBOR tag 50.
     *
     * @param value the bound
     */
    public record Included(Object value) implements Bound {}

    /**
     * A bound that does not belong to the range. CBOR tag 51.
     *
     * @param value the bound
     */
    public record Excluded(Object value) implements Bound {}

    /** No bound. */
    public enum Open implements Bound {
        /** The only one. */
        OPEN
    }
}
