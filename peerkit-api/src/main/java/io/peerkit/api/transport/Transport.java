// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.transport;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Carries bytes between nodes: encrypted, authenticated, and only where both sides granted access.
 *
 * <p>Safe for use by any thread; no method blocks but {@link #close}. Futures complete on a thread of the transport, where nothing may
 * block. Methods that name a node fail their future with {@link io.peerkit.api.PeerUnreachableException} when no granted
 * connection to it is open.
 */
public interface Transport extends AutoCloseable {
    /** The longest message of {@link #send} and {@link #sendAgents} in bytes. */
    int MAX_MESSAGE_BYTES = 262_144;

    /**
     * This node's name; the same after a restart with the same key.
     *
     * @return the name
     */
    NodeId nodeId();

    /**
     * What this transport serves.
     *
     * @return the mode it was made with
     */
    TransportMode mode();

    /**
     * Where others can reach this node.
     *
     * @return complete addresses, with the node's name in them; empty when it does not listen
     */
    List<NodeAddress> listenAddresses();

    /**
     * The relays that this transport was set up with; whoever drives it keeps it connected to them.
     *
     * @return their addresses
     */
    List<RelayAddress> relays();

    /**
     * Connects to a node and passes the access handshake with it. Completes at once when it is connected already.
     *
     * @param addresses of one node, best first; at most 16 are tried
     * @return a future of the node's name, failed with
     *     <ul>
     *       <li>{@link io.peerkit.api.InvalidBytesException} when no address is one of this transport's
     *       <li>{@link io.peerkit.api.PeerUnreachableException} when none answered in time, or another node did; later may help
     *       <li>{@link io.peerkit.api.AccessDeniedException} when one side did not convince the other; it never helps
     *     </ul>
     */
    CompletableFuture<NodeId> connect(List<NodeAddress> addresses);

    /**
     * Sends agent cards to a node.
     *
     * @param node a connected node
     * @param message at most {@link #MAX_MESSAGE_BYTES} bytes; not copied
     * @return a future that completes when the node has taken the message
     */
    CompletableFuture<Void> sendAgents(NodeId node, byte[] message);

    /**
     * Sends an application message to a node.
     *
     * @param node a connected node
     * @param message at most {@link #MAX_MESSAGE_BYTES} bytes; not copied
     * @return a future that completes when the node has taken the message, or failed with
     *     {@link io.peerkit.api.ProtocolRefusedException} when it is infrastructure
     */
    CompletableFuture<Void> send(NodeId node, byte[] message);

    /**
     * Opens a stream to a node and agrees on its protocol.
     *
     * @param node a connected node
     * @param protocol what to speak
     * @return a future of the open stream, or failed with {@link io.peerkit.api.ProtocolRefusedException} when the node
     *     does not speak {@code protocol}
     */
    CompletableFuture<PeerStream> openStream(NodeId node, ProtocolId protocol);

    /**
     * Takes streams that granted nodes open. Before any such call a protocol is refused.
     *
     * @param protocol what is spoken
     * @param handler is given each new stream, on a thread of the transport; must return at once
     */
    void handleStreams(ProtocolId protocol, Consumer<PeerStream> handler);

    /**
     * Whether bytes go to a node without a relay between.
     *
     * @param node any node
     * @return false when it is relayed or not connected
     */
    boolean isDirect(NodeId node);

    /**
     * How bytes get to a node now.
     *
     * @param node any node
     * @return empty when it is not connected
     */
    default Optional<Path> path(NodeId node) {
        if (!connectedNodes().contains(node)) {
            return Optional.empty();
        }
        return Optional.of(isDirect(node) ? Path.DIRECT : Path.RELAYED);
    }

    /**
     * The granted nodes.
     *
     * @return a copy
     */
    Set<NodeId> connectedNodes();

    /**
     * Closes all connections to a node; it may come back.
     *
     * @param node any node
     */
    void disconnect(NodeId node);

    /**
     * What went over the wire so far.
     *
     * @return a moment's figures
     */
    Traffic traffic();

    /**
     * Figures for an operator: how much is used of what is limited, and what was refused. The implementation's documentation
     * names them.
     *
     * @return a moment's figures by name, sorted; none unless the implementation has some
     */
    default SortedMap<String, Long> metrics() {
        return Collections.emptySortedMap();
    }

    /**
     * Closes listeners, connections and threads. Returns when they are gone, at the latest after 10 s. Repeating it
     * does nothing.
     */
    @Override
    void close();
}
