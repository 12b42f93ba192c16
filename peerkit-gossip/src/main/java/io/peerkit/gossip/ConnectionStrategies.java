// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.connect.ConnectToAll;
import io.peerkit.gossip.internal.connect.NoConnections;
import io.peerkit.gossip.internal.overlay.BoundedViews;

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
     * Keeps {@code size} neighbours out of a network of any size, and six times as many agents in mind in case that neighbours
     * fail. Nodes find their neighbours together, by messages from strategy to strategy, so all nodes of a network should have
     * this strategy. Eight neighbours are enough for 10,000 nodes. Connections that the application opens itself count as any other:
     * they are closed when the views of both sides are full.
     *
     * @param size how many neighbours, 3 to 64
     * @return a new strategy
     * @throws IllegalArgumentException when {@code size} is out of its bounds
     */
    public static ConnectionStrategy bounded(int size) {
        return new BoundedViews(size);
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
