// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.AgentId;
import io.peerkit.api.gossip.EntryHeader;
import java.nio.ByteBuffer;

/**
 * Names the tree along which entries spread: one for each author and topic. Eight bytes of the author's key, mixed with the topic;
 * two that collide share a tree, which is slower and nothing else.
 */
public final class Route {
    /** Of entries that come without one. */
    public static final long NONE = 0;

    private static final long FNV_PRIME = 0x100000001b3L;

    private Route() {}

    /** The route of an entry. */
    public static long of(EntryHeader header) {
        long route = of(header.author());
        if (header.topic().isPresent()) {
            String topic = header.topic().get();
            for (int i = 0; i < topic.length(); i++) {
                route = (route ^ topic.charAt(i)) * FNV_PRIME;
            }
        }
        return route;
    }

    /** The route of an author's entries without a topic. */
    public static long of(AgentId author) {
        return ByteBuffer.wrap(author.toBytes()).getLong();
    }
}
