// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import org.jspecify.annotations.Nullable;

/** One entry on its way into or out of the tree, with what the nodes on the path tell each other. */
final class Edit {
    /** Nodes that carry this token belong to the set alone; all others may be seen by a snapshot. */
    final Object owner;

    final long time;
    final byte[] id;
    final int offset;

    /** Whether the path so far is the tree's right edge, where entries arrive in ascending order. */
    boolean rightEdge = true;

    /** The new right sibling of the node that was just inserted into, when it had to split. */
    @Nullable
    Node split;

    Edit(Object owner, long time, byte[] id, int offset) {
        this.owner = owner;
        this.time = time;
        this.id = id;
        this.offset = offset;
    }
}
