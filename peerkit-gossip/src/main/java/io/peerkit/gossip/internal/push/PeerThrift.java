// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.push;

import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.gossip.internal.peer.Allowance;

/**
 * How many bytes of entries a peer gets without having asked: half of what its line takes, by what it says, shared by as many as it is
 * connected to. The other half is for what it asks for.
 */
final class PeerThrift {
    /** A node that says nothing of its connections has at most so many on a limited line, as is assumed. */
    private static final int MAX_SHARES = 16;

    private long rate = NodeCapacity.UNLIMITED;
    private Allowance allowance = new Allowance(0, 0);

    /** Whether an entry may go whole; one that is larger than a second's worth never does. */
    boolean takes(int bytes, NodeCapacity capacity, long nowMillis) {
        if (!capacity.isThrifty()) {
            return true;
        }
        long share = capacity.bytesPerSecond() / (2L * Math.min(MAX_SHARES, capacity.connections()));
        if (share != rate) {
            rate = share;
            allowance = new Allowance(rate, rate);
        }
        return allowance.take(bytes, nowMillis);
    }
}
