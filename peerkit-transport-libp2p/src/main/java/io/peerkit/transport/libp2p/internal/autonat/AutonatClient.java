// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.stream.FrameStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Asks peers that were let in to dial this node, as {@link ReachabilityProbe} decides. Safe for use by many threads. */
public final class AutonatClient {
    /** How long after a peer said who it is, and how often then, it is looked whether to ask it. */
    static final Duration LOOK = ReachabilityProbe.PAUSE.plusSeconds(5);

    private final Supplier<List<Multiaddr>> candidates;
    private final BiConsumer<List<Multiaddr>, List<Multiaddr>> changed;
    private final Clock clock;
    private final RandomGenerator random;
    private final Metrics metrics;
    private final Duration look;
    private final Set<Connection> helpers = ConcurrentHashMap.newKeySet();

    /** Guarded by itself. */
    private final ReachabilityProbe probe = new ReachabilityProbe();

    /**
     * Makes the client of a node; {@link #serve} must follow.
     *
     * @param candidates where this node may be reached, best first; asked on event loops
     * @param changed is told which addresses are confirmed and which are unreachable, on event loops, also when nothing changed
     * @param clock the time
     * @param random draws nonces, which must be hard to guess, and times
     * @param metrics get the figures
     */
    public AutonatClient(
            Supplier<List<Multiaddr>> candidates,
            BiConsumer<List<Multiaddr>, List<Multiaddr>> changed,
            Clock clock,
            RandomGenerator random,
            Metrics metrics) {
        this(candidates, changed, clock, random, metrics, LOOK);
    }

    AutonatClient(
            Supplier<List<Multiaddr>> candidates,
            BiConsumer<List<Multiaddr>, List<Multiaddr>> changed,
            Clock clock,
            RandomGenerator random,
            Metrics metrics,
            Duration look) {
        this.candidates = candidates;
        this.changed = changed;
        this.clock = clock;
        this.random = random;
        this.metrics = metrics;
        this.look = look;
    }

    /**
     * Takes the dials that were asked for.
     *
     * @param protocols where that is to be served
     */
    public void serve(ProtocolTable protocols) {
        protocols.add(AutonatServer.DIAL_BACK, connection -> this::dialedBack);
    }

    /**
     * A peer has said who it is.
     *
     * @param connection any connection, on its event loop
     * @param message what it said
     */
    public void known(Connection connection, IdentifyMessage message) {
        if (connection.isEstablished()
                && !connection.isRelayed()
                && message.protocols().contains(AutonatServer.DIAL_REQUEST)
                && helpers.add(connection)) {
            var unused = connection.closed().thenRun(() -> helpers.remove(connection));
            connection.after(look, () -> lookAgain(connection));
        }
    }

    /** The network of this node is another: everything is asked anew. From any thread. */
    public void networkChanged() {
        synchronized (probe) {
            probe.networkChanged();
        }
        changed.accept(List.of(), List.of());
    }

    private void lookAgain(Connection connection) {
        Optional<InetAddress> from = remote(connection);
        if (!connection.isOpen() || from.isEmpty()) {
            return;
        }
        connection.after(look, () -> lookAgain(connection));
        long nonce = random.nextLong();
        List<Multiaddr> all = candidates.get();
        Optional<Multiaddr> next;
        synchronized (probe) {
            probe.candidates(all);
            next = probe.next(connection.peer(), from.get(), nonce, clock.instant());
        }
        tell();
        next.ifPresent(address -> ask(connection, address, nonce));
    }

    private static Optional<InetAddress> remote(Connection connection) {
        return connection.remoteAddress() instanceof InetSocketAddress remote && !remote.isUnresolved()
                ? Optional.of(remote.getAddress())
                : Optional.empty();
    }

    private void ask(Connection connection, Multiaddr address, long nonce) {
        var unused = connection.open(AutonatServer.DIAL_REQUEST).whenComplete((stream, failure) -> {
            if (failure == null) {
                new Asking(stream, nonce).start(address);
            } else {
                answered(nonce, Optional.empty());
            }
        });
    }

    private void answered(long nonce, Optional<AutonatMessage.DialResponse> answer) {
        Optional<Boolean> reached;
        synchronized (probe) {
            reached = probe.answered(nonce, answer, random.nextDouble(), clock.instant());
        }
        reached.ifPresent(yes ->
                metrics.counter(yes ? "autonat.confirmed" : "autonat.failed").increment());
        tell();
    }

    private void tell() {
        List<Multiaddr> confirmed;
        List<Multiaddr> unreachable;
        synchronized (probe) {
            confirmed = probe.confirmed();
            unreachable = probe.unreachable();
        }
        changed.accept(confirmed, unreachable);
    }

    private void dialedBack(Substream stream) {
        Connection connection = stream.connection();
        Optional<InetAddress> from = remote(connection);
        if (connection.isDialer() || connection.isRelayed() || from.isEmpty()) {
            throw new InvalidBytesException("autonat dial-back on a connection that proves nothing");
        }
        new Taking(stream, from.get()).frames.start();
    }

    /** One question. Belongs to the event loop of the connection. */
    private final class Asking {
        private final long nonce;
        private final FrameStream frames;
        private boolean isDataSent;

        Asking(Substream stream, long nonce) {
            this.nonce = nonce;
            frames = new FrameStream(
                    stream,
                    AutonatServer.rules(AutonatMessage.MAX_BYTES, ReachabilityProbe.TIMEOUT),
                    this::received,
                    cause -> answered(nonce, Optional.empty()));
        }

        void start(Multiaddr address) {
            frames.send(new AutonatMessage.DialRequest(List.of(Optional.of(address)), nonce).encode());
            frames.start();
        }

        private void received(byte[] frame) {
            AutonatMessage message = AutonatMessage.decode(frame);
            if (message instanceof AutonatMessage.DialResponse answer) {
                frames.end();
                answered(nonce, Optional.of(answer));
            } else if (message instanceof AutonatMessage.DialDataRequest wanted && !isDataSent && wanted.index() == 0) {
                isDataSent = true;
                send(wanted.count());
            } else {
                throw new InvalidBytesException(
                        "autonat message out of order: " + message.getClass().getSimpleName());
            }
        }

        private void send(int count) {
            for (int left = count; left > 0; left -= AutonatMessage.MAX_CHUNK_BYTES) {
                frames.send(
                        new AutonatMessage.DialDataResponse(Math.min(left, AutonatMessage.MAX_CHUNK_BYTES)).encode());
            }
        }
    }

    /** One dial that came. Belongs to the event loop of its connection. */
    private final class Taking {
        private final Connection connection;
        private final InetAddress from;
        private final FrameStream frames;

        Taking(Substream stream, InetAddress from) {
            connection = stream.connection();
            this.from = from;
            frames = new FrameStream(
                    stream,
                    AutonatServer.rules(DialBackMessage.MAX_BYTES, AutonatServer.DIAL_BACK_TIMEOUT),
                    this::received,
                    cause -> {}); // the peer says what became of it
        }

        private void received(byte[] frame) {
            long nonce = DialBackMessage.readNonce(frame);
            boolean isWanted;
            synchronized (probe) {
                isWanted = probe.arrived(nonce, connection.peer(), from, clock.instant());
            }
            if (!isWanted) {
                throw new InvalidBytesException("autonat dial-back with a nonce that was not given to its peer");
            }
            frames.send(DialBackMessage.taken());
            frames.end();
        }
    }
}
