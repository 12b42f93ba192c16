// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.CircuitAddress;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What a node asks of relays, and how it takes circuits from them. On the event loop of the connection to the relay. */
public final class RelayClient {
    /** How long a relay may take to reach the target. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(25);

    private RelayClient() {}

    /** Asks for a place; whether there is one is for the answer to say. */
    static CompletableFuture<HopMessage.Status> reserve(Connection relay) {
        return relay.open(RelayProtocol.HOP)
                .thenCompose(stream -> RelayExchange.ask(
                                stream, new HopMessage.Reserve().encode(), RelayProtocol.MESSAGE_TIMEOUT)
                        .thenApply(answer -> {
                            stream.closeWrite();
                            relay.after(RelayProtocol.MESSAGE_TIMEOUT, stream::reset);
                            return status(relay, answer);
                        }));
    }

    /**
     * Opens a circuit.
     *
     * @param relay an open connection that is not relayed itself
     * @param target whom to reach
     * @return a future of a channel that is not registered yet, completed on the relay's event loop; failed with
     *     {@link PeerUnreachableException} when the relay cannot or will not
     */
    public static CompletableFuture<CircuitChannel> connect(Connection relay, PeerId target) {
        return relay.open(RelayProtocol.HOP)
                .thenCompose(
                        stream -> RelayExchange.ask(stream, new HopMessage.Connect(target).encode(), CONNECT_TIMEOUT)
                                .thenApply(answer -> joined(stream, target, answer)));
    }

    private static CircuitChannel joined(Substream stream, PeerId target, byte[] answer) {
        Connection relay = stream.connection();
        try {
            RelayStatus status = status(relay, answer).status();
            if (status == RelayStatus.OK) {
                return new CircuitChannel(stream, new CircuitAddress(relay.peer(), target));
            }
            throw new PeerUnreachableException("relay " + relay.node() + " leads not to " + target + ": " + status);
        } catch (InvalidBytesException | PeerUnreachableException e) {
            stream.reset();
            throw e;
        }
    }

    private static HopMessage.Status status(Connection relay, byte[] answer) {
        if (HopMessage.decode(answer) instanceof HopMessage.Status status) {
            return status;
        }
        throw new InvalidBytesException("relay " + relay.node() + " answers by a question");
    }

    /**
     * Takes circuits that relays bring.
     *
     * @param takes whether circuits may come from a connection
     * @param accepted is given each, not registered yet, on the event loop of the connection to the relay
     * @return what serves stop on one connection
     */
    public static InboundProtocol stop(Predicate<Connection> takes, Consumer<CircuitChannel> accepted) {
        return stream -> {
            var unused = RelayExchange.receive(stream, RelayProtocol.MESSAGE_TIMEOUT)
                    .thenAccept(message -> invited(stream, message, takes, accepted));
        };
    }

    private static void invited(
            Substream stream, byte[] bytes, Predicate<Connection> takes, Consumer<CircuitChannel> accepted) {
        Connection relay = stream.connection();
        try {
            StopMessage message = StopMessage.decode(bytes);
            if (!(message instanceof StopMessage.Connect connect)) {
                answer(stream, RelayStatus.UNEXPECTED_MESSAGE);
            } else if (relay.isRelayed() || !takes.test(relay)) {
                answer(stream, RelayStatus.PERMISSION_DENIED);
            } else {
                RelayExchange.answer(stream, new StopMessage.Status(RelayStatus.OK).encode());
                accepted.accept(new CircuitChannel(stream, new CircuitAddress(relay.peer(), connect.source())));
            }
        } catch (InvalidBytesException e) {
            answer(stream, RelayStatus.MALFORMED_MESSAGE);
        }
    }

    private static void answer(Substream stream, RelayStatus status) {
        RelayExchange.answer(stream, new StopMessage.Status(status).encode());
        stream.closeWrite();
        stream.connection().after(RelayProtocol.MESSAGE_TIMEOUT, stream::reset);
    }
}
