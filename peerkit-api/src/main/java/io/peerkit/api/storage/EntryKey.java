// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

import io.peerkit.api.EntryId;

/**
 * The place of an entry in the order of a store: by time, then by id, both unsigned.
 *
 * @param time hybrid logical time, an unsigned 64-bit number
 * @param id the entry
 */
public record EntryKey(long time, EntryId id) implements Comparable<EntryKey> {
    @Override
    public int compareTo(EntryKey other) {
        int byTime = Long.compareUnsigned(time, other.time);
        return byTime != 0 ? byTime : id.compareTo(other.id);
    }
}
