// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The open connections that are not relayed, and how to get one more: circuits are asked for on these. Safe for use by many
 * threads: guarded by itself.
 */
public final class DirectConnections {
    private final Function<Multiaddr, CompletableFuture<Connection>> dial;
    private final Map<PeerId, List<Connection>> open = new HashMap<>();
    private final Map<PeerId, CompletableFuture<Connection>> dials = new ConcurrentHashMap<>();

    /**
     * Starts with none.
     *
     * @param dial connects to the node that an address names, and passes the access handshake
     */
    public DirectConnections(Function<Multiaddr, CompletableFuture<Connection>> dial) {
        this.dial = dial;
    }

    /**
     * A node was let in.
     *
     * @param connection any established connection; kept until it is closed, unless it is relayed
     */
    public void established(Connection connection) {
        if (connection.isRelayed()) {
            return;
        }
        synchronized (this) {
            open.computeIfAbsent(connection.peer(), peer -> new ArrayList<>(1)).add(connection);
        }
        var unused = connection.closed().thenRun(() -> closed(connection));
    }

    private synchronized void closed(Connection connection) {
        open.computeIfPresent(connection.peer(), (peer, all) -> {
            all.remove(connection);
            return all.isEmpty() ? null : all;
        });
    }

    /**
     * The oldest open connection to a node.
     *
     * @param peer any node
     * @return empty when there is none, or only relayed ones
     */
    public synchronized Optional<Connection> find(PeerId peer) {
        return Optional.ofNullable(open.get(peer)).map(all -> all.get(0));
    }

    /** A connection to a node, dialed when there is none; whoever asks meanwhile shares the dial. */
    CompletableFuture<Connection> to(PeerId peer, Multiaddr address) {
        Optional<Connection> there = find(peer);
        if (there.isPresent()) {
            return CompletableFuture.completedFuture(there.get());
        }
        CompletableFuture<Connection> ours = new CompletableFuture<>();
        CompletableFuture<Connection> underWay = dials.putIfAbsent(peer, ours);
        if (underWay != null) {
            return underWay.copy();
        }
        var unused = dial.apply(address).whenComplete((connection, failure) -> {
            dials.remove(peer, ours);
            if (failure == null) {
                ours.complete(connection);
            } else {
                ours.completeExceptionally(failure);
            }
        });
        return ours.copy();
    }
}
