// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.gossip.ConnectionStrategy;
import io.peerkit.gossip.internal.connect.ConnectToAll;
import io.peerkit.gossip.internal.connect.NoConnections;
import io.peerkit.gossip.internal.overlay.AdaptiveViews;
import io.peerkit.gossip.internal.overlay.BoundedViews;

/** The connection strategies that come with Peerkit; a node does not share its own with another. */
public final class ConnectionStrategies {
    private ConnectionStrategies() {}

    /**
     * Stays connected to every known agent, 256 at most; for networks that will stay small.
     *
     * @return a new strategy
     */
    public static ConnectionStrategy connectToAll() {
        return new ConnectToAll();
    }

    /**
     * Stays connected to everybody in a small network and keeps eight neighbours as {@link #bounded} does in a large one: the
     * default. Nodes go over when they see more than 48 others, and back when they have seen fewer than 24 for five minutes.
     *
     * @return a new strategy
     */
    public static ConnectionStrategy adaptive() {
        return new AdaptiveViews();
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
