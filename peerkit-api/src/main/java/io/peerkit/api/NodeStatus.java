// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.List;

/**
 * A moment's figures of a node.
 *
 * @param entries how many entries it has
 * @param fingerprint of the set of entries: 32 hexadecimal digits, equal at two nodes when their sets are equal
 *     (Negentropy V1 fingerprint of all ids)
 * @param peers the connected peers
 * @param bytesIn received on the wire since start
 * @param bytesOut sent on the wire since start
 * @param refused entries refused since start: wrong hash, signature or network, or over a bound
 * @param held entries that wait for the local clock to reach their time
 * @param pending entries of peers that are being looked at by the application or on their way into the store
 * @param failing entries that the application's hook failed on, and that come again
 * @param opaque stored entries of a kind or version that this version does not know: passed on, not processed
 * @param excluded agents that are turned away for a time because of what they sent
 * @param epoch the number of the last closed epoch, 0 when there is none
 * @param progress how far the node is with its peers
 * @param sessions what became of sync sessions
 */
public record NodeStatus(
        long entries,
        String fingerprint,
        List<Peer> peers,
        long bytesIn,
        long bytesOut,
        long refused,
        int held,
        int pending,
        int failing,
        long opaque,
        int excluded,
        long epoch,
        SyncProgress progress,
        SyncFigures sessions) {
    /** Copies the list. */
    public NodeStatus {
        peers = List.copyOf(peers);
    }

    /**
     * A connected peer.
     *
     * @param agentId who
     * @param direct false when bytes go through a relay
     */
    public record Peer(AgentId agentId, boolean direct) {}
}
