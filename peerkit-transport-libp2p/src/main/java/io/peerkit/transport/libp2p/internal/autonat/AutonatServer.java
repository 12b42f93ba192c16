// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.stream.FrameStream;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * Dials peers back that were let in and ask for it, as {@link DialBackService} decides.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/autonat/autonat-v2.md">libp2p AutoNAT v2, r2</a>
 */
public final class AutonatServer {
    /** The most messages from one side: {@link AutonatMessage#MAX_DATA_BYTES} in pieces of a hundred bytes. */
    private static final int MAX_MESSAGES = 1_024;

    /** The name of the protocol in which a dial is asked for. */
    public static final String DIAL_REQUEST = "/libp2p/autonat/2/dial-request";

    /** The name of the protocol that is spoken on the connection that is dialed back. */
    public static final String DIAL_BACK = "/libp2p/autonat/2/dial-back";

    /** How long a request may take, data included. */
    static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** How long a peer that was dialed may take to take the nonce. */
    static final Duration DIAL_BACK_TIMEOUT = Duration.ofSeconds(5);

    private final BiFunction<Multiaddr, PeerId, CompletableFuture<Connection>> dial;
    private final Clock clock;
    private final RandomGenerator random;
    private final Metrics metrics;

    /** Guarded by itself, as are its turns. */
    private final DialBackService service = new DialBackService(Multiaddr::isTcp);

    /**
     * Makes the service of a node; {@link #serve} must follow.
     *
     * @param dial opens a connection from a port at which this node does not listen
     * @param clock the time
     * @param random how much data is asked for
     * @param metrics get the figures
     */
    public AutonatServer(
            BiFunction<Multiaddr, PeerId, CompletableFuture<Connection>> dial,
            Clock clock,
            RandomGenerator random,
            Metrics metrics) {
        this.dial = dial;
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
    }

    /**
     * Begins to serve.
     *
     * @param protocols where that is to be served
     */
    public void serve(ProtocolTable protocols) {
        protocols.add(DIAL_REQUEST, connection -> this::accept);
    }

    private void accept(Substream stream) {
        if (stream.connection().isRelayed()
                || !(stream.connection().remoteAddress() instanceof InetSocketAddress remote)
                || remote.isUnresolved()) {
            throw new PeerUnreachableException("autonat is for peers that are connected without a relay");
        }
        new Serving(stream, remote).frames.start();
    }

    /** One request. Belongs to the event loop of the connection on which it came. */
    private final class Serving {
        private final Connection connection;
        private final DialBackService.Turn turn;
        private final FrameStream frames;

        Serving(Substream stream, InetSocketAddress remote) {
            connection = stream.connection();
            synchronized (service) {
                turn = service.begin(connection.peer(), remote.getAddress());
            }
            frames = new FrameStream(stream, rules(AutonatMessage.MAX_BYTES, TIMEOUT), this::received, cause -> over());
        }

        private void received(byte[] frame) {
            AutonatMessage message = AutonatMessage.decode(frame);
            List<DialBackService.Action> actions;
            synchronized (service) {
                actions = turn.received(message, random.nextDouble(), clock.instant());
            }
            carryOut(actions);
        }

        private void over() {
            synchronized (service) {
                turn.over();
            }
        }

        private void dialed(DialStatus result) {
            List<DialBackService.Action> actions;
            synchronized (service) {
                actions = turn.dialed(result);
            }
            carryOut(actions);
        }

        private void carryOut(List<DialBackService.Action> actions) {
            for (DialBackService.Action action : actions) {
                if (action instanceof DialBackService.Action.Send send) {
                    frames.send(send.message().encode());
                } else if (action instanceof DialBackService.Action.DialBack there) {
                    var unused = dialBack(there.address(), connection.peer(), there.nonce())
                            .thenAccept(this::dialedSomewhere);
                } else if (action instanceof DialBackService.Action.End end) {
                    metrics.counter(end.refused() ? "autonat.refused" : "autonat.served")
                            .increment();
                    frames.end();
                }
            }
        }

        private void dialedSomewhere(DialStatus result) {
            try {
                connection.execute(() -> dialed(result));
            } catch (RejectedExecutionException e) {
                return; // the transport is closed
            }
        }
    }

    /** Never fails. */
    private CompletableFuture<DialStatus> dialBack(Multiaddr address, PeerId peer, long nonce) {
        CompletableFuture<DialStatus> result = new CompletableFuture<>();
        var unused = dial.apply(address, peer).whenComplete((back, failure) -> {
            if (failure != null) {
                result.complete(DialStatus.DIAL_ERROR);
                return;
            }
            var unusedToo = result.thenRun(() -> back.close(new PeerUnreachableException("dial back is over")));
            try {
                back.execute(() -> tell(back, nonce, result));
            } catch (RejectedExecutionException e) {
                result.complete(DialStatus.DIAL_BACK_ERROR); // the transport is closed
            }
        });
        return result;
    }

    /** What holds for streams of either protocol. */
    static FrameStream.Rules rules(int maxBytes, Duration timeout) {
        return new FrameStream.Rules(
                "autonat message", "an autonat stream", "end an autonat stream", maxBytes, MAX_MESSAGES, timeout);
    }

    private static void tell(Connection back, long nonce, CompletableFuture<DialStatus> result) {
        var unused = back.open(DIAL_BACK).whenComplete((stream, failure) -> {
            if (failure != null) {
                result.complete(DialStatus.DIAL_BACK_ERROR);
                return;
            }
            FrameStream frames = new FrameStream(
                    stream,
                    rules(DialBackMessage.MAX_BYTES, DIAL_BACK_TIMEOUT),
                    answer -> {
                        DialBackMessage.readTaken(answer);
                        result.complete(DialStatus.OK);
                    },
                    cause -> result.complete(DialStatus.DIAL_BACK_ERROR));
            frames.send(DialBackMessage.nonce(nonce));
            stream.closeWrite();
            frames.start();
        });
    }
}
