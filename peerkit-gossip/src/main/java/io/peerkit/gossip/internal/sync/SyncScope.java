// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.NetworkId;
import io.peerkit.gossip.internal.reconcile.SketchKey;
import java.nio.ByteBuffer;

/**
 * What a session reconciles: both sides must mean the same.
 *
 * @param network where the entries belong
 * @param name of the set
 * @param epoch the open epoch
 */
public record SyncScope(NetworkId network, String name, long epoch) {
    /** The set of everything. */
    public static final String ALL = "all";

    /** The version of the protocol that is spoken here. */
    static final int VERSION = 2;

    /** The key of the scope's sketch. */
    public SketchKey key() {
        return SketchKey.of(network, name);
    }

    /** The first 8 bytes of the network's id, enough to notice a mistake; entries carry and prove the whole. */
    long networkTag() {
        return ByteBuffer.wrap(network.toBytes()).getLong();
    }
}
