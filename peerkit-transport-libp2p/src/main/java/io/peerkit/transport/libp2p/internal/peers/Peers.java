// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.peers;

import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.message.MessageSender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The granted nodes. One is told of once, however many connections it has, and is gone with the last of them.
 *
 * <p>Safe for use by many threads: guarded by its own lock, under which the calls to the listener are put in order but not
 * made.
 */
public final class Peers {
    /**
     * The most connections kept to one node: two come about when both sides dial at once. The oldest has to go for a third,
     * which a node opens that has forgotten the others.
     */
    public static final int MAX_CONNECTIONS = 2;

    private record Link(Connection connection, MessageSender messages) {}

    private final TransportListener listener;
    private final SerialCalls calls;
    private final Map<NodeId, List<Link>> granted = new LinkedHashMap<>();

    /**
     * Starts with nobody.
     *
     * @param listener is told who comes and goes
     * @param calls the order of all calls to it
     */
    public Peers(TransportListener listener, SerialCalls calls) {
        this.listener = listener;
        this.calls = calls;
    }

    /**
     * Adds a connection that passed the access handshake.
     *
     * @param connection the connection
     * @param grant who is behind it
     */
    public void granted(Connection connection, AccessGrant grant) {
        NodeId node = connection.node();
        Optional<Connection> surplus = Optional.empty();
        synchronized (this) {
            List<Link> links = granted.computeIfAbsent(node, name -> new ArrayList<>(1));
            if (links.isEmpty()) {
                calls.add(() -> listener.peerGranted(node, grant));
            } else if (links.size() == MAX_CONNECTIONS) {
                surplus = Optional.of(links.remove(0).connection());
            }
            links.add(new Link(connection, new MessageSender(connection)));
        }
        surplus.ifPresent(oldest -> oldest.execute(() -> oldest.close(
                new PeerUnreachableException("node " + node + " has more than " + MAX_CONNECTIONS + " connections"))));
        calls.make();
    }

    /**
     * Removes a connection.
     *
     * @param connection any connection
     */
    public void closed(Connection connection) {
        NodeId node = connection.node();
        synchronized (this) {
            List<Link> links = granted.get(node);
            if (links == null || !links.removeIf(link -> link.connection() == connection) || !links.isEmpty()) {
                return;
            }
            granted.remove(node);
            calls.add(() -> listener.peerGone(node));
        }
        calls.make();
    }

    /**
     * The connection on which to reach a node.
     *
     * @param node any node
     * @return the newest, since older ones may be dead without our knowing
     */
    public synchronized Optional<Connection> connection(NodeId node) {
        return newest(node).map(Link::connection);
    }

    /**
     * All connections to a node.
     *
     * @param node any node
     * @return a copy
     */
    public synchronized List<Connection> connections(NodeId node) {
        return granted.getOrDefault(node, List.of()).stream()
                .map(Link::connection)
                .toList();
    }

    /**
     * What sends messages to a node.
     *
     * @param node any node
     * @return that of the newest connection
     */
    public synchronized Optional<MessageSender> messages(NodeId node) {
        return newest(node).map(Link::messages);
    }

    private Optional<Link> newest(NodeId node) {
        List<Link> links = granted.get(node);
        return links == null ? Optional.empty() : Optional.of(links.get(links.size() - 1));
    }

    /**
     * All granted nodes.
     *
     * @return a copy
     */
    public synchronized Set<NodeId> nodes() {
        return new LinkedHashSet<>(granted.keySet());
    }
}
