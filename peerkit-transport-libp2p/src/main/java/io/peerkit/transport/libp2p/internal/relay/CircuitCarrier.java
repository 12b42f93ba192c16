// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.ClosedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.DialAttempt;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionContext;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.TrafficCounter;
import io.peerkit.transport.libp2p.internal.connection.UpgradeHandler;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Connections through relays: encrypted from end to end like any other, on a {@link CircuitChannel} in place of a socket. When
 * the relay of an address is not connected, it is dialed first.
 */
public final class CircuitCarrier implements Carrier {
    private final CarrierHost host;
    private final ConnectionContext context;
    private final DirectConnections relays;
    private final Supplier<List<Multiaddr>> addresses;

    /**
     * Makes the carrier of a transport.
     *
     * @param host the transport
     * @param relays the connections on which circuits are asked for
     * @param addresses where this node can be reached through relays
     */
    public CircuitCarrier(CarrierHost host, DirectConnections relays, Supplier<List<Multiaddr>> addresses) {
        this.host = host;
        this.relays = relays;
        this.addresses = addresses;
        ConnectionContext shared = host.context();
        // The bytes are counted already where they pass a socket.
        context = new ConnectionContext(
                shared.settings(),
                shared.self(),
                shared.security(),
                shared.policy(),
                shared.protocols(),
                new TrafficCounter(),
                shared.metrics(),
                shared.budgets(),
                shared.established());
    }

    /**
     * Takes the circuits that relays bring.
     *
     * @param protocols where that is to be served
     * @param takes whether circuits may come from a connection
     */
    public void accept(ProtocolTable protocols, Predicate<Connection> takes) {
        protocols.add(
                RelayProtocol.STOP, connection -> RelayClient.stop(takes, channel -> accepted(connection, channel)));
    }

    private void accepted(Connection relay, CircuitChannel channel) {
        host.accept(
                channel,
                relay.eventLoop(),
                Optional.empty(),
                upgraded -> channel.pipeline().addLast(UpgradeHandler.listener(context, upgraded)));
    }

    @Override
    public boolean dials(Multiaddr address) {
        return CircuitRoute.of(address).isPresent();
    }

    @Override
    public void dial(DialAttempt attempt) {
        CircuitRoute route = CircuitRoute.of(attempt.address()).orElseThrow();
        var unused = relays.to(route.relayId(), route.relay())
                .thenCompose(relay -> circuit(relay, route))
                .whenComplete((channel, failure) -> {
                    if (failure == null) {
                        upgrade(attempt, route, channel);
                    } else {
                        attempt.fail(failure(route, failure));
                    }
                });
    }

    private static CompletableFuture<CircuitChannel> circuit(Connection relay, CircuitRoute route) {
        CompletableFuture<CircuitChannel> circuit = new CompletableFuture<>();
        try {
            relay.execute(() -> {
                var unused = RelayClient.connect(relay, route.target()).whenComplete((channel, failure) -> {
                    if (failure == null) {
                        circuit.complete(channel);
                    } else {
                        circuit.completeExceptionally(failure);
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            circuit.completeExceptionally(new ClosedException("transport is closed", e));
        }
        return circuit;
    }

    /** Any failure of the relay is one of this address only; another may lead there. */
    private static Throwable failure(CircuitRoute route, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ClosedException
                ? cause
                : new PeerUnreachableException(
                        "no way to " + route.target() + " through relay " + route.relayId() + ": " + cause.getMessage(),
                        cause);
    }

    private void upgrade(DialAttempt attempt, CircuitRoute route, CircuitChannel channel) {
        if (attempt.upgraded().isDone()) {
            attempt.release().run();
            channel.unsafe().closeForcibly(); // another address was faster, or this one too slow
            return;
        }
        attempt.tie(channel);
        channel.pipeline().addLast(UpgradeHandler.dialer(context, Optional.of(route.target()), attempt.upgraded()));
        host.register(channel, channel.loop(), attempt.upgraded());
    }

    @Override
    public boolean listens(Multiaddr address) {
        return false;
    }

    @Override
    public CompletableFuture<Void> listen(Multiaddr address) {
        return CompletableFuture.failedFuture(
                new PeerUnreachableException("listen address " + address + " leads through a relay; name the relay"));
    }

    @Override
    public List<Multiaddr> addresses() {
        return addresses.get();
    }
}
