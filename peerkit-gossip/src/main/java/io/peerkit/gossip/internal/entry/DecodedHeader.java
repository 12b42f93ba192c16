// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import io.peerkit.api.gossip.EntryHeader;

/**
 * A header as far as this version understands it.
 *
 * @param header the fields that this version knows
 * @param whole whether there are no others; the bytes, of which the id is the hash, are kept in any case
 */
record DecodedHeader(EntryHeader header, boolean whole) {
    /** Whether this version knows what the entry means. */
    boolean isUnderstood() {
        return whole && header.kind() <= EntryHeader.KIND_DELETE;
    }
}
