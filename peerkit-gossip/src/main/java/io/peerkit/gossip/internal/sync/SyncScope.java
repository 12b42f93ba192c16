// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import io.peerkit.api.NetworkId;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.reconcile.SketchKey;
import java.nio.ByteBuffer;

/**
 * What a session reconciles: both sides must mean the same.
 *
 * @param network where the entries belong
 * @param name of the set
 * @param epoch the open epoch
 * @param head the first 8 bytes of the hash of the statement that closed the one before it, 0 when there is none
 */
public record SyncScope(NetworkId network, String name, long epoch, long head) {
    /** The set of everything. */
    public static final String ALL = "all";

    /** Why a session with a peer in another epoch is refused. */
    static final String WRONG_EPOCH = "wrong-epoch";

    /** The version of the protocol that is spoken here. */
    static final int VERSION = 2;

    /** In a network whose epochs nobody has closed. */
    public SyncScope(NetworkId network, String name) {
        this(network, name, 1, 0);
    }

    /** The same when a snapshot was adopted. */
    SyncScope behind(EpochLedger.Head adopted) {
        long tag = adopted.epoch() == 0
                ? 0
                : ByteBuffer.wrap(adopted.statement().toBytes()).getLong();
        return new SyncScope(network, name, adopted.epoch() + 1, tag);
    }

    /** The key of the scope's sketch. */
    public SketchKey key() {
        return SketchKey.of(network, name);
    }

    /** The first 8 bytes of the network's id, enough to notice a mistake; entries carry and prove the whole. */
    long networkTag() {
        return ByteBuffer.wrap(network.toBytes()).getLong();
    }
}
