// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.List;

/**
 * A running infrastructure node: peers of the network meet at it and learn of each other. It stores no entries and
 * refuses application messages.
 *
 * <p>Safe for use by any thread.
 */
public interface PeerkitRelay extends AutoCloseable {
    /**
     * The relay's own agent.
     *
     * @return the agent
     */
    AgentId agentId();

    /**
     * The node's name in its transport.
     *
     * @return the name
     */
    NodeId nodeId();

    /**
     * Where peers can reach it.
     *
     * @return complete addresses
     */
    List<NodeAddress> addresses();

    /** Closes connections, threads and ports. Returns when they are closed. Repeating it does nothing. */
    @Override
    void close();
}
