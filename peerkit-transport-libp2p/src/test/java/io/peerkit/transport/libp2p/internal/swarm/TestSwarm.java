// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.connection.OpenPolicy;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.dcutr.Dcutr;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.relay.CircuitCarrier;
import io.peerkit.transport.libp2p.internal.relay.DirectConnections;
import io.peerkit.transport.libp2p.internal.relay.RelayServer;
import io.peerkit.transport.libp2p.internal.relay.Reservations;
import io.peerkit.transport.libp2p.internal.stream.Libp2pStream;
import io.peerkit.transport.libp2p.internal.websocket.WebSocketCarrier;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A swarm below the access gate, listening on loopback, for tests. */
public final class TestSwarm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NodeKey key;
    private final ProtocolTable protocols = new ProtocolTable();
    private final BlockingQueue<Connection> established = new LinkedBlockingQueue<>();
    private final Swarm swarm;

    public TestSwarm(ConnectionSettings settings) throws Exception {
        this(SwarmSettings.of(settings));
    }

    public TestSwarm(SwarmSettings settings) throws Exception {
        byte[] seed = new byte[NodeKey.SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        key = NodeKey.fromSeed(seed);
        swarm = new Swarm(
                settings,
                key,
                new OpenPolicy() {
                    @Override
                    public void secured(Connection connection) {
                        super.secured(connection);
                        established.add(connection);
                    }
                },
                protocols);
        await(swarm.listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))));
    }

    /** Serves hop. */
    public void serveRelay(RelayLimits limits) {
        new RelayServer(key, limits, swarm::addresses, Clock.systemUTC()).serve(protocols, swarm.metrics());
    }

    /** Dials through relays, and asks those that are named for a place when they are connected; tells of its addresses. */
    public BlockingQueue<List<Multiaddr>> useRelays(String... addresses) {
        return useRelays(Clock.systemUTC(), addresses);
    }

    /** As {@link #useRelays(String...)}, by a clock of the test's. */
    public BlockingQueue<List<Multiaddr>> useRelays(Clock clock, String... addresses) {
        BlockingQueue<List<Multiaddr>> told = new LinkedBlockingQueue<>();
        DirectConnections direct = new DirectConnections(relay ->
                swarm.dial(new DialTargets(List.of(relay), relay.peerId())).thenCompose(Connection::established));
        swarm.whenEstablished(direct::established);
        List<Multiaddr> relays = Stream.of(addresses).map(Multiaddr::parse).toList();
        Reservations[] here = new Reservations[1];
        Reservations reservations = new Reservations(relays, clock, new SecureRandom(), () -> {
            swarm.identify().push();
            told.add(here[0].addresses());
        });
        here[0] = reservations;
        swarm.whenEstablished(reservations::established);
        swarm.add(host -> {
            CircuitCarrier carrier = new CircuitCarrier(host, direct, reservations::addresses);
            carrier.accept(protocols, reservations::takesFrom);
            return carrier;
        });
        return told;
    }

    /** Replaces relayed connections by direct ones; this node takes the addresses for its own on the internet. */
    public void upgrade(Multiaddr... ours) {
        DirectConnections direct = new DirectConnections(
                relay -> CompletableFuture.failedFuture(new PeerUnreachableException("relays are not dialed here")));
        Dcutr dcutr = new Dcutr(swarm, () -> List.of(ours), direct::find, (node, begun) -> {}, swarm.metrics());
        dcutr.serve(protocols);
        swarm.whenEstablished(direct::established);
        swarm.whenEstablished(dcutr::established);
        swarm.identify().whenKnown(dcutr::known);
    }

    public static <T> T await(CompletableFuture<T> future)
            throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    public Swarm swarm() {
        return swarm;
    }

    public ProtocolTable protocols() {
        return protocols;
    }

    public String peer() {
        return key.peerId().toString();
    }

    public String address() {
        return swarm.addresses().get(0).withPeerId(key.peerId()).toString();
    }

    /** Speaks WebSocket too, and listens for it; the address where. */
    public String listenToWebSockets() throws ExecutionException, TimeoutException, InterruptedException {
        swarm.add(host -> new WebSocketCarrier(host, Optional.empty()));
        await(swarm.listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/ws"))));
        return swarm.addresses().stream()
                .filter(WebSocketCarrier::isWebSocket)
                .findFirst()
                .orElseThrow()
                .withPeerId(key.peerId())
                .toString();
    }

    public CompletableFuture<Connection> dial(String address) {
        return swarm.dial(DialTargets.of(List.of(new NodeAddress(address)), key.peerId(), swarm::dials))
                .thenCompose(Connection::established);
    }

    /** The next connection that was made, by either side. */
    public Connection nextConnection() throws InterruptedException {
        Connection next = established.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("no connection was made within " + PATIENCE);
        }
        return next;
    }

    /** Keeps the streams of a protocol as they come. */
    public BlockingQueue<PeerStream> take(String protocol) {
        BlockingQueue<PeerStream> streams = new LinkedBlockingQueue<>();
        protocols.add(
                protocol, connection -> stream -> streams.add(new Libp2pStream(stream, new ProtocolId(protocol))));
        return streams;
    }

    /** Sends back what comes. */
    public void echo(String protocol) {
        protocols.add(protocol, connection -> stream -> echo(new Libp2pStream(stream, new ProtocolId(protocol))));
    }

    private static void echo(PeerStream stream) {
        var unused = stream.read().thenAccept(bytes -> {
            if (bytes.isPresent()) {
                var unusedToo = stream.write(bytes.get()).thenRun(() -> echo(stream));
            } else {
                var unusedToo = stream.closeWrite();
            }
        });
    }

    /** Reads to the end, then answers one byte of value 1 and closes. */
    public void sink(String protocol) {
        protocols.add(protocol, connection -> stream -> sink(new Libp2pStream(stream, new ProtocolId(protocol))));
    }

    private static void sink(PeerStream stream) {
        var unused = stream.read().thenAccept(bytes -> {
            if (bytes.isPresent()) {
                sink(stream);
            } else {
                var unusedToo = CompletableFuture.allOf(stream.write(new byte[] {1}), stream.closeWrite());
            }
        });
    }

    public static PeerStream open(Connection connection, String protocol)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<PeerStream> opened = new CompletableFuture<>();
        connection.execute(() -> {
            var unused = connection.open(protocol).whenComplete((stream, failure) -> {
                if (failure == null) {
                    opened.complete(new Libp2pStream(stream, new ProtocolId(protocol)));
                } else {
                    opened.completeExceptionally(failure);
                }
            });
        });
        return await(opened);
    }

    public static Duration ping(Connection connection)
            throws ExecutionException, TimeoutException, InterruptedException {
        byte[] payload = new byte[32];
        new SecureRandom().nextBytes(payload);
        return await(onLoop(connection, () -> PingProtocol.ping(connection, payload)));
    }

    public IdentifyMessage identify(Connection connection)
            throws ExecutionException, TimeoutException, InterruptedException {
        return await(onLoop(connection, () -> swarm.identify().ask(connection)));
    }

    private static <T> CompletableFuture<T> onLoop(Connection connection, Supplier<CompletableFuture<T>> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        connection.execute(() -> {
            var unused = task.get().whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        });
        return result;
    }

    @Override
    public void close() {
        swarm.close();
    }
}
