// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.value;

/**
 * A value of a kind that Peerkit has no use for (a geometry, a set, a table's name); only read.
 *
 * @param tag the CBOR tag
 * @param value what stood behind it
 */
public record Tagged(long tag, Object value) {}
