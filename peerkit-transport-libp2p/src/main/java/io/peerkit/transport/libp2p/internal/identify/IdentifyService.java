// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.identify;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.carrier.QuicSocketAddress;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.InboundProtocol;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.StreamDriver;
import io.peerkit.transport.libp2p.internal.connection.Substream;
import io.peerkit.transport.libp2p.internal.connection.WriteListener;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells peers who this node is, asks them the same, and takes their news. */
public final class IdentifyService {
    /** How long a peer may take to say who it is. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** The most streams that a peer may have open for each of the two protocols. */
    static final int MAX_INBOUND_STREAMS = 2;

    /** The most of our addresses that are told; 4 KiB must do for all. */
    private static final int MAX_TOLD_ADDRESSES = 16;

    /** The most of our protocols that are told. */
    private static final int MAX_TOLD_PROTOCOLS = 20;

    private static final String PROTOCOL_VERSION = "ipfs/0.1.0";
    private static final String AGENT_VERSION = "peerkit/0.1";

    private static final Logger LOG = LoggerFactory.getLogger(IdentifyService.class);

    private final NodeKey key;
    private final Supplier<List<Multiaddr>> addresses;
    private final ProtocolTable protocols;
    private final Map<Connection, IdentifyMessage> known = new ConcurrentHashMap<>();
    private final Set<Connection> peers = ConcurrentHashMap.newKeySet();
    private final List<BiConsumer<Connection, IdentifyMessage>> whenKnown = new CopyOnWriteArrayList<>();

    /**
     * Makes the service of a node.
     *
     * @param key who the node is
     * @param addresses where it can be reached; asked each time, on an event loop
     * @param protocols what it speaks
     */
    public IdentifyService(NodeKey key, Supplier<List<Multiaddr>> addresses, ProtocolTable protocols) {
        this.key = key;
        this.addresses = addresses;
        this.protocols = protocols;
        protocols.add(IdentifyMessage.PROTOCOL, connection -> this::tell);
        protocols.add(IdentifyMessage.PUSH_PROTOCOL, connection -> new PushListener());
    }

    /** What this node says of itself to a peer. */
    private IdentifyMessage message(Connection connection) {
        List<Multiaddr> told = addresses.get().stream()
                .map(address -> address.withoutPeerId().orElse(address))
                .limit(MAX_TOLD_ADDRESSES)
                .toList();
        byte[] envelope = new PeerRecord(key.peerId(), System.currentTimeMillis(), told).seal(key);
        return new IdentifyMessage(
                Optional.of(key.publicKeyProtobuf()),
                told,
                protocols.names().stream().limit(MAX_TOLD_PROTOCOLS).toList(),
                observed(connection),
                Optional.of(PROTOCOL_VERSION),
                Optional.of(AGENT_VERSION),
                Optional.of(envelope));
    }

    private static Optional<Multiaddr> observed(Connection connection) {
        SocketAddress seen = connection.remoteAddress();
        if (seen instanceof QuicSocketAddress quic) {
            return Optional.of(quic.toMultiaddr());
        }
        return seen instanceof InetSocketAddress remote && !remote.isUnresolved()
                ? Optional.of(Multiaddr.ofTcp(remote.getAddress(), remote.getPort()))
                : Optional.empty();
    }

    private void tell(Substream stream) {
        stream.drive(new Teller(stream));
        stream.write(FrameInput.withLength(message(stream.connection()).encode()), WriteListener.NONE);
        stream.closeWrite();
    }

    /**
     * Asks the peer who it is; to be called on the connection's event loop.
     *
     * @param connection an open connection
     * @return a future of the answer, completed on the event loop, or failed with
     *     <ul>
     *       <li>{@link InvalidBytesException} when the answer is malformed or about another node
     *       <li>{@link PeerUnreachableException} when there is none within 5 s
     *       <li>{@link io.peerkit.api.ProtocolRefusedException} when the peer does not speak identify
     *     </ul>
     */
    public CompletableFuture<IdentifyMessage> ask(Connection connection) {
        CompletableFuture<IdentifyMessage> answer = new CompletableFuture<>();
        return connection.open(IdentifyMessage.PROTOCOL).thenCompose(stream -> {
            stream.drive(new Reader(stream, answer));
            stream.closeWrite();
            return answer;
        });
    }

    /**
     * Asks a peer that was let in; to be called on the connection's event loop.
     *
     * @param connection an open connection
     */
    public void established(Connection connection) {
        peers.add(connection);
        var unusedToo = connection.closed().thenRun(() -> peers.remove(connection));
        var unused = ask(connection).whenComplete((message, failure) -> {
            if (failure == null) {
                learn(connection, message);
            } else {
                LOG.debug("node {} does not say who it is: {}", connection.node(), failure.getMessage());
            }
        });
    }

    /** Tells all peers that were let in what this node says of itself now, such as new addresses. From any thread. */
    public void push() {
        for (Connection connection : peers) {
            try {
                connection.execute(() -> push(connection));
            } catch (RejectedExecutionException e) {
                return; // the transport is closed
            }
        }
    }

    private void push(Connection connection) {
        var unused = connection.open(IdentifyMessage.PUSH_PROTOCOL).whenComplete((stream, failure) -> {
            if (failure == null) {
                tell(stream);
                connection.after(TIMEOUT, stream::reset); // a peer may leave its side open
            } else {
                LOG.debug("node {} takes no news: {}", connection.node(), failure.getMessage());
            }
        });
    }

    private void learn(Connection connection, IdentifyMessage message) {
        known.put(connection, message);
        var unused = connection.closed().thenRun(() -> known.remove(connection));
        whenKnown.forEach(listener -> listener.accept(connection, message));
    }

    /**
     * Tells of what peers say of themselves, the first time and whenever they tell news.
     *
     * @param listener called on the event loop of the connection
     */
    public void whenKnown(BiConsumer<Connection, IdentifyMessage> listener) {
        whenKnown.add(listener);
    }

    /**
     * What a peer last said of itself.
     *
     * @param connection an open connection
     * @return the answer, or its latest news; empty when there was none yet
     */
    public Optional<IdentifyMessage> known(Connection connection) {
        return Optional.ofNullable(known.get(connection));
    }

    /** Sends; what the peer sends is of no interest. */
    private record Teller(Substream stream) implements StreamDriver {
        @Override
        public void readable() {
            if (stream.readableBytes() > 0) {
                throw new InvalidBytesException("identify stream carries bytes in the wrong direction");
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            // Whoever asked does not want to know any more.
        }
    }

    /** Takes news. What is absent in them has not changed, but only the sender could say what; they are taken as a whole. */
    private final class PushListener implements InboundProtocol {
        private int open;

        @Override
        public void accept(Substream stream) {
            if (open == MAX_INBOUND_STREAMS) {
                throw new LimitExceededException("identify push streams at most " + MAX_INBOUND_STREAMS);
            }
            open++;
            CompletableFuture<IdentifyMessage> news = new CompletableFuture<>();
            CompletableFuture<?> unused = news.whenComplete((message, failure) -> {
                open--;
                if (failure == null) {
                    learn(stream.connection(), message);
                }
            });
            stream.closeWrite();
            stream.drive(new Reader(stream, news));
        }
    }

    /** Reads messages to the end of the stream and merges them. */
    private static final class Reader implements StreamDriver {
        private final Substream stream;
        private final CompletableFuture<IdentifyMessage> result;
        private final FrameInput frames = new FrameInput("identify message", IdentifyMessage.MAX_BYTES);
        private final Runnable cancelTimeout;
        private IdentifyMessage merged = IdentifyMessage.EMPTY;
        private int messages;

        Reader(Substream stream, CompletableFuture<IdentifyMessage> result) {
            this.stream = stream;
            this.result = result;
            cancelTimeout = stream.connection().after(TIMEOUT, this::timeOut);
        }

        @Override
        public void readable() {
            Optional<byte[]> frame = frames.next(stream);
            while (frame.isPresent()) {
                if (++messages > IdentifyMessage.MAX_MESSAGES) {
                    throw new InvalidBytesException(
                            "identify messages " + messages + ", at most " + IdentifyMessage.MAX_MESSAGES);
                }
                merged = merged.mergedWith(frame.get());
                frame = frames.next(stream);
            }
            if (stream.isInputEnded()) {
                checkKey();
                cancelTimeout.run();
                result.complete(merged);
            }
        }

        private void checkKey() {
            Optional<PeerId> claimed = merged.publicKey().map(PeerId::ofPublicKey);
            PeerId peer = stream.connection().peer();
            if (claimed.isPresent() && !claimed.get().equals(peer)) {
                throw new InvalidBytesException("identify message is about " + claimed.get() + ", must be " + peer);
            }
        }

        @Override
        public void broken(PeerkitException cause) {
            cancelTimeout.run();
            result.completeExceptionally(cause);
        }

        private void timeOut() {
            stream.reset();
            broken(new PeerUnreachableException(
                    "node " + stream.connection().node() + " did not identify within " + TIMEOUT));
        }
    }
}
