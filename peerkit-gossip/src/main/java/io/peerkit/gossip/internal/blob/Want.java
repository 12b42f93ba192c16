// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.blob;

import io.peerkit.api.BlobHash;
import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.chunk.ChunkRef;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A chunk that some blobs miss. */
final class Want {
    /** The most peers that are asked for the same chunk at a time. */
    static final int MAX_ASKED = 2;

    /** A chunk that was not answered after this time is asked elsewhere too, by a peer that has nothing better to do. */
    static final long HEDGE_MILLIS = 2_000;

    /** How long a peer that answered absent is not asked for the chunk again; in milliseconds. */
    static final long ABSENT_MILLIS = 10_000;

    private final ChunkRef chunk;
    private final Set<OpenPage> users = new LinkedHashSet<>(1);
    private final Map<NodeId, Long> askedAt = new LinkedHashMap<>(1);
    private final Map<NodeId, Long> absentUntil = new LinkedHashMap<>(0);
    private boolean taken;

    /**
     * @param chunk its length is the greatest possible one where it is not known
     */
    Want(ChunkRef chunk) {
        this.chunk = chunk;
    }

    BlobHash hash() {
        return chunk.hash();
    }

    int length() {
        return chunk.length();
    }

    Set<OpenPage> users() {
        return users;
    }

    boolean isTaken() {
        return taken;
    }

    void take() {
        taken = true;
        askedAt.clear();
    }

    void open() {
        taken = false;
    }

    void asked(NodeId peer, long now) {
        askedAt.put(peer, now);
    }

    void lost(NodeId peer) {
        askedAt.remove(peer);
    }

    void absent(NodeId peer, long now) {
        askedAt.remove(peer);
        absentUntil.put(peer, now + ABSENT_MILLIS);
    }

    void gone(NodeId peer) {
        askedAt.remove(peer);
        absentUntil.remove(peer);
    }

    /**
     * Whether a peer may be asked.
     *
     * @param again whether others may have been asked already
     */
    boolean isFor(NodeId peer, boolean again, long now) {
        if (taken || absentUntil.getOrDefault(peer, Long.MIN_VALUE) > now) {
            return false;
        }
        if (askedAt.isEmpty()) {
            return true;
        }
        return again
                && askedAt.size() < MAX_ASKED
                && askedAt.values().stream().allMatch(at -> now - at >= HEDGE_MILLIS);
    }
}
