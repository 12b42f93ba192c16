// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces relayed connections by direct ones: seeks them for connections that peers dialed, helps peers to seek them for
 * those that this node dialed, and closes what is relayed once something direct has lasted for a while, in which streams can
 * come to their end.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/relay/DCUtR.md">libp2p DCUtR, r1</a>
 */
public final class Dcutr {
    /** The protocol's name. */
    public static final String PROTOCOL = "/libp2p/dcutr";

    /** How long a relayed connection stays beside a direct one. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** How often a peer may have this node dial it, for one relayed connection. */
    static final int MAX_EXCHANGES = 6;

    /** How often is looked whether an address of this node's own is known by now, and how far apart. */
    private static final int MAX_LOOKS = 3;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Dcutr.class);

    private final Dialer dialer;
    private final Supplier<List<Multiaddr>> ours;
    private final Function<PeerId, Optional<Connection>> direct;
    private final BiConsumer<NodeId, Boolean> upgrading;
    private final Metrics metrics;
    private final Map<PeerId, Set<Connection>> relayed = new ConcurrentHashMap<>();
    private final Map<Connection, Upgrading> runs = new ConcurrentHashMap<>();

    /**
     * Makes the service of a node; {@link #serve} must follow.
     *
     * @param dialer opens connections
     * @param ours where this node may be reached from the internet, as far as is known; asked on event loops
     * @param direct finds an open connection that is not relayed
     * @param upgrading is told when a direct connection is sought and when no longer; on event loops
     * @param metrics get the figures
     */
    public Dcutr(
            Dialer dialer,
            Supplier<List<Multiaddr>> ours,
            Function<PeerId, Optional<Connection>> direct,
            BiConsumer<NodeId, Boolean> upgrading,
            Metrics metrics) {
        this.dialer = dialer;
        this.ours = ours;
        this.direct = direct;
        this.upgrading = upgrading;
        this.metrics = metrics;
    }

    /**
     * Begins to serve.
     *
     * @param protocols where that is to be served
     */
    public void serve(ProtocolTable protocols) {
        protocols.add(PROTOCOL, Answering::new);
    }

    /**
     * A node was let in.
     *
     * @param connection any established connection, on its event loop
     */
    public void established(Connection connection) {
        if (connection.isRelayed()) {
            Set<Connection> all = relayed.computeIfAbsent(connection.peer(), peer -> ConcurrentHashMap.newKeySet());
            all.add(connection);
            var unused = connection.closed().thenRun(() -> closed(connection));
            direct.apply(connection.peer()).ifPresent(there -> closeLater(connection));
        } else {
            relayed.getOrDefault(connection.peer(), Set.of()).forEach(this::superseded);
        }
    }

    private void closed(Connection connection) {
        relayed.computeIfPresent(connection.peer(), (peer, all) -> {
            all.remove(connection);
            return all.isEmpty() ? null : all;
        });
        Upgrading run = runs.get(connection);
        if (run != null) {
            run.gone();
        }
    }

    private void superseded(Connection connection) {
        try {
            connection.execute(() -> {
                Upgrading run = runs.get(connection);
                if (run != null) {
                    run.direct();
                }
                closeLater(connection);
            });
        } catch (RejectedExecutionException e) {
            return; // the transport is closed
        }
    }

    /** What is relayed stays when what was direct has not lasted. */
    private void closeLater(Connection connection) {
        connection.after(GRACE, () -> {
            if (direct.apply(connection.peer()).isPresent()) {
                connection.close(new PeerUnreachableException(
                        "node " + connection.node() + " is reached without a relay by now"));
            }
        });
    }

    /**
     * A peer has said who it is.
     *
     * @param connection any established connection, on its event loop
     * @param message what it said
     */
    public void known(Connection connection, IdentifyMessage message) {
        known(connection, message, 1);
    }

    private void known(Connection connection, IdentifyMessage message, int looks) {
        if (!connection.isRelayed() || connection.isDialer() || !connection.isOpen() || runs.containsKey(connection)) {
            return;
        }
        if (direct.apply(connection.peer()).isPresent()) {
            return;
        }
        if (HolePunch.dialable(ours.get()).isEmpty() && looks < MAX_LOOKS) {
            connection.after(BETWEEN_LOOKS, () -> known(connection, message, looks + 1));
            return; // the relay may be about to say where it sees this node
        }
        Upgrading run = new Upgrading(
                connection,
                dialer,
                ours,
                () -> upgrading.accept(connection.node(), true),
                action -> ended(connection, action));
        runs.put(connection, run);
        var unused = connection.closed().thenRun(() -> runs.remove(connection));
        run.start(message.listenAddresses());
    }

    private void ended(Connection connection, HolePunch.Action action) {
        if (action instanceof HolePunch.Action.GiveUp failure) {
            metrics.counter("dcutr.failed").increment();
            LOG.debug("node {} stays behind its relay: {}", connection.node(), failure.why());
        } else {
            metrics.counter("dcutr.succeeded").increment();
        }
        upgrading.accept(connection.node(), false);
    }

    /** Helps a peer that this node dialed through a relay. */
    private final class Answering implements InboundProtocol {
        private final Connection connection;
        private int exchanges;

        Answering(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void accept(Substream opened) {
            if (!connection.isRelayed() || !connection.isDialer()) {
                throw new InvalidBytesException("dcutr is for the dialed side of a relayed connection to begin");
            }
            if (++exchanges > MAX_EXCHANGES) {
                throw new LimitExceededException("dcutr exchanges " + exchanges + ", at most " + MAX_EXCHANGES);
            }
            new Answer(connection, opened).start();
        }
    }

    /** One attempt, as the peer leads it. */
    private final class Answer {
        private final Connection connection;
        private final DcutrStream stream;
        private Optional<List<Multiaddr>> theirs = Optional.empty();
        private CompletableFuture<Connection> dialing = new CompletableFuture<>();

        Answer(Connection connection, Substream opened) {
            this.connection = connection;
            stream = new DcutrStream(opened, this::received, cause -> upgrading.accept(connection.node(), false));
        }

        void start() {
            stream.start();
        }

        private void received(DcutrMessage message) {
            if (theirs.isEmpty() && message.type() == DcutrMessage.Type.CONNECT) {
                theirs = Optional.of(HolePunch.dialable(message.addresses()));
                upgrading.accept(connection.node(), true);
                dialer.expect(theirs.get(), connection.peer());
                stream.send(DcutrMessage.connect(HolePunch.dialable(ours.get())));
                dial();
            } else if (theirs.isPresent() && message.type() == DcutrMessage.Type.SYNC) {
                stream.end();
                if (dialing.isCompletedExceptionally()) {
                    dial();
                }
                var unused = dialing.whenComplete((there, failure) -> upgrading.accept(connection.node(), false));
            } else {
                throw new InvalidBytesException("dcutr message " + message.type() + " out of order");
            }
        }

        /**
         * Dials before SYNC already, and again then when that was refused. This side's packet has to leave before the peer's arrives:
         * a router that has seen an earlier dial between the two would let that one in, to where no dial awaits it, and then take
         * what answers it for no part of anything.
         */
        private void dial() {
            dialing = PunchRace.start(
                    connection.peer(),
                    theirs.orElse(List.of()),
                    address -> dialer.punch(address, connection.peer(), true));
        }
    }
}
