// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * A running infrastructure node: peers of the network meet at it and learn of each other, and those that cannot be dialed are
 * reached through it. It stores no entries and refuses application messages.
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

    /**
     * Reads the relay's figures: its peers and its traffic.
     *
     * @return a future of a consistent moment, failed with {@link ClosedException} once the relay is closed
     */
    CompletableFuture<NodeStatus> status();

    /**
     * Reads the transport's figures: how much is used of what is limited, each limit, and what was refused, such as {@code
     * relay.reservations.open} and {@code relay.reservations.max}. The transport's documentation names them.
     *
     * @return a moment's figures by name, sorted
     */
    SortedMap<String, Long> metrics();

    /** Closes connections, threads and ports. Returns when they are closed. Repeating it does nothing. */
    @Override
    void close();
}
