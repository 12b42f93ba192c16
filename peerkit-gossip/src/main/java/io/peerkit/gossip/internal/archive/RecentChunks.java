// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.archive;

import io.peerkit.api.BlobHash;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** The chunks written last, so that versions of one blob that share chunks do not bring each of them again. */
final class RecentChunks {
    /** How many are remembered, the oldest going first: 16 GiB of chunks of the usual length, at about 8 MB of heap. */
    static final int MAX_CHUNKS = 65_536;

    private final Set<BlobHash> known = new HashSet<>();
    private final Deque<BlobHash> order = new ArrayDeque<>();

    boolean contains(BlobHash hash) {
        return known.contains(hash);
    }

    void add(BlobHash hash) {
        if (known.add(hash)) {
            order.add(hash);
            if (order.size() > MAX_CHUNKS) {
                known.remove(order.remove());
            }
        }
    }
}
