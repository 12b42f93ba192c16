// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Dials all addresses of a peer at the same moment; the first connection that is let in stays. */
final class PunchRace {
    private final PeerId peer;
    private final CompletableFuture<Connection> winner = new CompletableFuture<>();
    private final AtomicInteger running;
    private final List<CompletableFuture<Connection>> dials;

    private PunchRace(PeerId peer, List<CompletableFuture<Connection>> dials) {
        this.peer = peer;
        this.dials = dials;
        running = new AtomicInteger(dials.size());
    }

    /** A future of the connection, completed on any thread, or failed when no address led to the peer. */
    static CompletableFuture<Connection> start(
            PeerId peer, List<Multiaddr> addresses, Function<Multiaddr, CompletableFuture<Connection>> dial) {
        if (addresses.isEmpty()) {
            return CompletableFuture.failedFuture(new PeerUnreachableException("no address of " + peer + " to dial"));
        }
        PunchRace race = new PunchRace(peer, addresses.stream().map(dial).toList());
        for (CompletableFuture<Connection> each : race.dials) {
            var unused = each.thenCompose(Connection::established).whenComplete((connection, failure) -> {
                if (failure == null) {
                    race.arrived(connection);
                } else {
                    race.failed(failure);
                }
            });
        }
        return race.winner;
    }

    private void arrived(Connection connection) {
        if (!connection.peer().equals(peer)) {
            failed(new PeerUnreachableException("another node than " + peer + " was there"));
        } else if (winner.complete(connection)) {
            dials.forEach(dial -> dial.cancel(false)); // that of the winner is done
        } else {
            connection.execute(
                    () -> connection.close(new PeerUnreachableException("another address of " + peer + " was faster")));
        }
    }

    private void failed(Throwable failure) {
        if (running.decrementAndGet() == 0) {
            winner.completeExceptionally(failure);
        }
    }
}
