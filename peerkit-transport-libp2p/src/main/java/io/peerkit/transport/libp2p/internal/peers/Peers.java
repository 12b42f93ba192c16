// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.peers;

import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.message.MessageSender;
import java.util.ArrayList;
import java.util.HashSet;
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
     * The most connections kept to one node: two come about when both sides dial at once, or when one of them leads through a
     * relay. For a third, which a node opens that has forgotten the others, the oldest that is relayed has to go, or else the
     * oldest.
     */
    public static final int MAX_CONNECTIONS = 2;

    private record Link(Connection connection, MessageSender messages) {}

    private final TransportListener listener;
    private final SerialCalls calls;
    private final Map<NodeId, List<Link>> granted = new LinkedHashMap<>();
    private final Set<NodeId> upgrading = new HashSet<>();

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
            Optional<Path> before = path(node);
            List<Link> links = granted.computeIfAbsent(node, name -> new ArrayList<>(1));
            if (links.isEmpty()) {
                calls.add(() -> listener.peerGranted(node, grant));
            } else if (links.size() == MAX_CONNECTIONS) {
                Link least = leastOf(links);
                links.remove(least);
                surplus = Optional.of(least.connection());
            }
            links.add(new Link(connection, new MessageSender(connection)));
            tellOfChange(node, before);
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
            Optional<Path> before = path(node);
            if (links == null || !links.removeIf(link -> link.connection() == connection)) {
                return;
            }
            if (links.isEmpty()) {
                granted.remove(node);
                upgrading.remove(node);
                calls.add(() -> listener.peerGone(node));
            } else {
                tellOfChange(node, before);
            }
        }
        calls.make();
    }

    private void tellOfChange(NodeId node, Optional<Path> before) {
        Optional<Path> now = path(node);
        if (before.isPresent() && now.isPresent() && !now.equals(before)) {
            calls.add(() -> listener.pathChanged(node, now.get()));
        }
    }

    /**
     * The connection on which to reach a node.
     *
     * @param node any node
     * @return one without a relay between when there is one; of several the newest, since older ones may be dead without our
     *     knowing
     */
    public synchronized Optional<Connection> connection(NodeId node) {
        return best(node).map(Link::connection);
    }

    /**
     * How a node is reached.
     *
     * @param node any node
     * @return empty when it is not connected
     */
    public synchronized Optional<Path> path(NodeId node) {
        return connection(node).map(best -> best.isRelayed() ? relayedPath(node) : Path.DIRECT);
    }

    private Path relayedPath(NodeId node) {
        return upgrading.contains(node) ? Path.UPGRADING : Path.RELAYED;
    }

    /**
     * Whether a direct connection is being sought.
     *
     * @param node a granted node; of any other nothing is kept
     * @param begun true at the beginning, false at the end
     */
    public void upgrading(NodeId node, boolean begun) {
        synchronized (this) {
            Optional<Path> before = path(node);
            if (begun && granted.containsKey(node)) {
                upgrading.add(node);
            } else {
                upgrading.remove(node);
            }
            tellOfChange(node, before);
        }
        calls.make();
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
     * All connections to all nodes.
     *
     * @return a copy
     */
    public synchronized List<Connection> connections() {
        return granted.values().stream()
                .flatMap(links -> links.stream().map(Link::connection))
                .toList();
    }

    /**
     * What sends messages to a node.
     *
     * @param node any node
     * @return that of the best {@link #connection}
     */
    public synchronized Optional<MessageSender> messages(NodeId node) {
        return best(node).map(Link::messages);
    }

    private Optional<Link> best(NodeId node) {
        return granted.getOrDefault(node, List.of()).stream()
                .reduce((one, newer) ->
                        newer.connection().isRelayed() && !one.connection().isRelayed() ? one : newer);
    }

    /** What can be spared: the oldest that is relayed, or else the oldest. */
    private static Link leastOf(List<Link> links) {
        return links.stream()
                .filter(link -> link.connection().isRelayed())
                .findFirst()
                .orElse(links.get(0));
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
