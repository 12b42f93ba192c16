// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.NodeId;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.epoch.EpochWatch;

/** The keeper of epochs, which comes later than those who ask it, since it brakes them; nobody where epochs are not closed. */
final class WatchedEpochs implements EpochWatch {
    private EpochWatch keeper = EpochWatch.NONE;

    void use(EpochWatch next) {
        keeper = next;
    }

    @Override
    public EpochLedger.Head head() {
        return keeper.head();
    }

    @Override
    public boolean isMoving() {
        return keeper.isMoving();
    }

    @Override
    public boolean isAligned(NodeId peer) {
        return keeper.isAligned(peer);
    }

    @Override
    public boolean meets(NodeId peer) {
        return keeper.meets(peer);
    }

    @Override
    public void differs(NodeId peer) {
        keeper.differs(peer);
    }
}
