// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import io.peerkit.api.NodeId;

/** Tells those who speak with peers in which epoch this node is, and hears from them about peers in others. Belongs to the node loop. */
public interface EpochWatch {
    /** Where nobody closes epochs. */
    EpochWatch NONE = new EpochWatch() {
        @Override
        public EpochLedger.Head head() {
            return EpochLedger.Head.NONE;
        }

        @Override
        public boolean isMoving() {
            return false;
        }

        @Override
        public boolean isAligned(NodeId peer) {
            return true;
        }

        @Override
        public boolean meets(NodeId peer) {
            return true;
        }

        @Override
        public void differs(NodeId peer) {}
    };

    /** The last adopted snapshot. */
    EpochLedger.Head head();

    /** Whether no session may begin or go on, because this node goes to another epoch. */
    boolean isMoving();

    /** Whether a peer is known to be in the same epoch, so that it gets entries. */
    boolean isAligned(NodeId peer);

    /**
     * A peer turned out to be in the same epoch.
     *
     * @return false when entries must not be given to it yet; a session with it is asked for when they may
     */
    boolean meets(NodeId peer);

    /** A peer turned out to be in another epoch, or to have closed this one differently. */
    void differs(NodeId peer);
}
