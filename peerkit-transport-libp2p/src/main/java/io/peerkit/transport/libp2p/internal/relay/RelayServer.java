// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves hop: gives places and joins circuits as {@link RelayService} says. Whoever may open a stream for it may use the relay;
 * the access gate sees to that. Nothing is given over a connection that is relayed itself.
 */
public final class RelayServer {
    /** The most addresses of the relay that a reservation tells. */
    private static final int MAX_TOLD_ADDRESSES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);

    private final NodeKey key;
    private final RelayLimits limits;
    private final Supplier<List<Multiaddr>> addresses;
    private final Clock clock;
    private final RelayService<Connection> service;
    private final CircuitLimit circuitLimit;
    private final Pacer pacer;

    /**
     * Makes the service of a node.
     *
     * @param key who the relay is
     * @param limits what to give away
     * @param addresses where the relay can be reached; asked each time, on an event loop
     * @param clock the time
     */
    public RelayServer(NodeKey key, RelayLimits limits, Supplier<List<Multiaddr>> addresses, Clock clock) {
        this.key = key;
        this.limits = limits;
        this.addresses = addresses;
        this.clock = clock;
        service = new RelayService<>(limits);
        circuitLimit = new CircuitLimit(limits.circuitLife().toSeconds(), limits.circuitBytes());
        pacer = new Pacer(limits.bytesPerSecond());
    }

    /**
     * Begins.
     *
     * @param protocols get hop
     * @param metrics get the relay's figures: what is taken, each limit beside it, and what was given since the start
     */
    public void serve(ProtocolTable protocols, Metrics metrics) {
        Figures counters = new Figures(
                metrics.counter("relay.circuits.bytes"),
                metrics.counter("relay.reservations.granted"),
                metrics.counter("relay.reservations.refused"),
                metrics.counter("relay.circuits.opened"),
                metrics.counter("relay.circuits.refused"),
                metrics.counter("relay.circuits.failed"));
        metrics.gauge("relay.reservations.open", () -> {
            service.expire(clock.instant());
            return service.reservations();
        });
        metrics.gauge("relay.circuits.open", service::circuits);
        figures(limits).forEach((name, value) -> metrics.gauge(name, () -> value));
        protocols.add(RelayProtocol.HOP, connection -> new Hop(connection, counters));
    }

    private record Figures(
            LongAdder bytes,
            LongAdder placed,
            LongAdder placesRefused,
            LongAdder opened,
            LongAdder refused,
            LongAdder failed) {}

    private static Map<String, Long> figures(RelayLimits limits) {
        return Map.of(
                "relay.reservations.max", (long) limits.maxReservations(),
                "relay.reservations.max-per-address", (long) limits.maxReservationsPerAddress(),
                "relay.reservations.max-asks-per-minute", (long) limits.maxAsksPerMinute(),
                "relay.reservations.life-seconds", limits.reservationLife().toSeconds(),
                "relay.circuits.max", (long) limits.maxCircuits(),
                "relay.circuits.max-per-peer", (long) limits.maxCircuitsPerPeer(),
                "relay.circuits.max-per-address", (long) limits.maxCircuitsPerAddress(),
                "relay.circuits.max-bytes", limits.circuitBytes(),
                "relay.circuits.max-seconds", limits.circuitLife().toSeconds(),
                "relay.circuits.max-bytes-per-second", limits.bytesPerSecond());
    }

    /** What one connection asks for. */
    private final class Hop implements InboundProtocol {
        private final Connection connection;
        private final RemoteHost from;
        private final Figures figures;
        private boolean placedBefore;

        Hop(Connection connection, Figures figures) {
            this.connection = connection;
            this.figures = figures;
            from = RemoteHost.of(connection.remoteAddress());
        }

        @Override
        public void accept(Substream stream) {
            var unused = RelayExchange.receive(stream, RelayProtocol.MESSAGE_TIMEOUT)
                    .thenAccept(message -> asked(stream, message));
        }

        private void asked(Substream stream, byte[] bytes) {
            HopMessage message;
            try {
                message = HopMessage.decode(bytes);
            } catch (InvalidBytesException e) {
                refuse(stream, RelayStatus.MALFORMED_MESSAGE);
                return;
            }
            if (message instanceof HopMessage.Status) {
                refuse(stream, RelayStatus.UNEXPECTED_MESSAGE);
            } else if (connection.isRelayed()) {
                refuse(stream, RelayStatus.PERMISSION_DENIED);
            } else if (message instanceof HopMessage.Connect connect) {
                join(stream, connect);
            } else {
                place(stream);
            }
        }

        private void place(Substream stream) {
            Instant now = clock.instant();
            RelayService.Placing placing = service.reserve(connection.peer(), from, connection, now);
            if (placing instanceof RelayService.Refused<?> refused) {
                figures.placesRefused().increment();
                refuse(stream, refused.status());
            } else if (placing instanceof RelayService.Placed place) {
                figures.placed().increment();
                if (!placedBefore) {
                    placedBefore = true;
                    var unused = connection.closed().thenRun(() -> service.gone(connection.peer(), connection));
                }
                answer(stream, new HopMessage.Status(RelayStatus.OK, Optional.of(told(place)), circuitLimit));
                stream.closeWrite();
            }
        }

        private Reservation told(RelayService.Placed place) {
            List<Multiaddr> own = addresses.get().stream()
                    .filter(address -> !address.isRelayed())
                    .map(address -> address.withPeerId(key.peerId()))
                    .limit(MAX_TOLD_ADDRESSES)
                    .toList();
            byte[] voucher = new ReservationVoucher(key.peerId(), connection.peer(), place.expiresAt()).seal(key);
            return new Reservation(place.expiresAt(), own, Optional.of(voucher));
        }

        private void join(Substream stream, HopMessage.Connect connect) {
            RelayService.Joining<Connection> joining =
                    service.connect(connection.peer(), from, connect.target(), clock.instant());
            if (joining instanceof RelayService.Refused<Connection> refused) {
                figures.refused().increment();
                refuse(stream, refused.status());
            } else if (joining instanceof RelayService.Circuit<Connection> circuit) {
                var unused = invite(circuit).whenComplete((target, failure) -> {
                    if (!on(connection, () -> invited(stream, circuit, target, failure))) {
                        service.ended(circuit);
                    }
                });
            }
        }

        private void invited(
                Substream stream,
                RelayService.Circuit<Connection> circuit,
                @Nullable Substream target,
                @Nullable Throwable failure) {
            if (target == null) {
                LOG.debug("circuit to {} failed", circuit.target(), failure);
                figures.failed().increment();
                service.ended(circuit);
                refuse(stream, RelayStatus.CONNECTION_FAILED);
                return;
            }
            figures.opened().increment();
            answer(stream, new HopMessage.Status(RelayStatus.OK, Optional.empty(), circuitLimit));
            new Circuit(stream, target, limits, pacer, figures.bytes(), () -> service.ended(circuit)).start();
        }

        /** Asks the target; a future of its stream, on its event loop, or failed. */
        private CompletableFuture<Substream> invite(RelayService.Circuit<Connection> circuit) {
            CompletableFuture<Substream> invited = new CompletableFuture<>();
            StopMessage invitation = new StopMessage.Connect(circuit.source(), circuitLimit);
            boolean posted = on(circuit.at(), () -> {
                var unused = circuit.at()
                        .open(RelayProtocol.STOP)
                        .thenCompose(
                                target -> RelayExchange.ask(target, invitation.encode(), RelayProtocol.MESSAGE_TIMEOUT)
                                        .thenApply(answer -> taken(target, answer)))
                        .whenComplete((target, failure) -> {
                            if (failure == null) {
                                invited.complete(target);
                            } else {
                                invited.completeExceptionally(failure);
                            }
                        });
            });
            if (!posted) {
                invited.cancel(false);
            }
            return invited;
        }

        private void refuse(Substream stream, RelayStatus status) {
            answer(stream, HopMessage.answer(status));
            stream.closeWrite();
            finish(stream);
        }

        private void answer(Substream stream, HopMessage.Status status) {
            RelayExchange.answer(stream, status.encode());
        }
    }

    private static Substream taken(Substream target, byte[] answer) {
        try {
            if (StopMessage.decode(answer) instanceof StopMessage.Status status && status.status() == RelayStatus.OK) {
                return target;
            }
        } catch (InvalidBytesException e) {
            target.reset();
            throw e;
        }
        target.reset();
        throw new InvalidBytesException("target " + target.connection().node() + " does not take the circuit");
    }

    /** Leaves no stream half open behind an answer. */
    private static void finish(Substream stream) {
        stream.connection().after(RelayProtocol.MESSAGE_TIMEOUT, stream::reset);
    }

    private static boolean on(Connection connection, Runnable task) {
        try {
            connection.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false; // the transport is closed
        }
    }
}
