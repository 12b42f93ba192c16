// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.EntryId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Under which id entries of this node were issued anew since it started, so that a delete which names the old id, or came while the new one
 * was being written, finds it.
 */
final class LaterNames {
    /** The most that are remembered; the oldest are forgotten first. */
    private static final int MAX_NAMES = 4_096;

    private final Map<EntryId, EntryId> later = new LinkedHashMap<>();

    void add(EntryId first, EntryId again) {
        later.remove(first);
        later.put(first, again);
        if (later.size() > MAX_NAMES) {
            later.remove(later.keySet().iterator().next());
        }
    }

    /** The last id of an entry. */
    EntryId of(EntryId entry) {
        EntryId last = entry;
        EntryId next = later.get(last);
        while (next != null) {
            last = next;
            next = later.get(last);
        }
        return last;
    }
}
