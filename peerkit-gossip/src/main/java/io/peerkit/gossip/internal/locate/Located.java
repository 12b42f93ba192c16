// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.locate;

import io.peerkit.api.NodeId;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.peer.Peer;
import java.util.Optional;

/**
 * What a peer gave, checked.
 *
 * @param from the peer
 * @param blob the blob, or the manifest of a large one
 * @param entry carries it, and is proven; absent where the peer has the blob only
 */
record Located(Peer from, byte[] blob, Optional<OpenedEntry> entry) {
    /** Whether the content itself still has to be fetched. */
    boolean isLarge() {
        return entry.filter(opened -> opened.header().kind() == EntryHeader.KIND_LARGE_BLOB)
                .isPresent();
    }

    NodeId node() {
        return from.node();
    }
}
