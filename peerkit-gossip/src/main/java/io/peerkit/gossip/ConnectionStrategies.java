// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip;

import io.peerkit.api.gossip.ConnectionStrategy;

/** The connection strategies that come with Peerkit; each call makes a new one, since a node does not share its own. */
public final class ConnectionStrategies {
    private ConnectionStrategies() {}

    /**
     * Stays connected to every known agent, 256 at most: the default.
     *
     * @return a new strategy
     */
    public static ConnectionStrategy connectToAll() {
        throw new UnsupportedOperationException("follows with the strategies");
    }

    /**
     * Dials nobody; bootstrap nodes and explicit connections are not its concern.
     *
     * @return a new strategy
     */
    public static ConnectionStrategy none() {
        throw new UnsupportedOperationException("follows with the strategies");
    }
}
