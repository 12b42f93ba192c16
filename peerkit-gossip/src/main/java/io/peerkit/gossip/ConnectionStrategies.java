// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.connect.ConnectToAll;
import io.peerkit.gossip.internal.connect.NoConnections;

/** The connection strategies that come with Peerkit; a node does not share its own with another. */
public final class ConnectionStrategies {
    private ConnectionStrategies() {}

    /**
     * Stays connected to every known agent, 256 at most: the default.
     *
     * @return a new strategy
     */
    public static ConnectionStrategy connectToAll() {
        return new ConnectToAll();
    }

    /**
     * Dials nobody; bootstrap nodes and explicit connections are not its concern.
     *
     * @return the strategy
     */
    public static ConnectionStrategy none() {
        return NoConnections.INSTANCE;
    }
}
