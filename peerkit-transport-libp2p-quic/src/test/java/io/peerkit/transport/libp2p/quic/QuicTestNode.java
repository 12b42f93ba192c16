// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.connection.OpenPolicy;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.dial.DialTargets;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.stream.Libp2pStream;
import io.peerkit.transport.libp2p.internal.swarm.Swarm;
import io.peerkit.transport.libp2p.internal.swarm.SwarmSettings;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A swarm below the access gate that speaks QUIC on loopback, for tests. */
final class QuicTestNode implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final NodeKey key;
    private final ProtocolTable protocols = new ProtocolTable();
    private final BlockingQueue<Connection> secured = new LinkedBlockingQueue<>();
    private final Swarm swarm;

    QuicTestNode(ConnectionSettings settings, boolean listens) throws Exception {
        byte[] seed = new byte[NodeKey.SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        key = NodeKey.fromSeed(seed);
        swarm = new Swarm(
                SwarmSettings.of(settings),
                key,
                new OpenPolicy() {
                    @Override
                    public void secured(Connection connection) {
                        super.secured(connection);
                        secured.add(connection);
                    }
                },
                protocols);
        swarm.addProvided(key);
        if (listens) {
            await(swarm.listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/udp/0/quic-v1"))));
        }
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    String peer() {
        return key.peerId().toString();
    }

    String address() {
        return swarm.addresses().get(0).withPeerId(key.peerId()).toString();
    }

    CompletableFuture<Connection> dial(String address) {
        return swarm.dial(DialTargets.of(List.of(new NodeAddress(address)), key.peerId(), swarm::dials))
                .thenCompose(Connection::established);
    }

    Connection nextConnection() throws InterruptedException {
        return taken(secured);
    }

    static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    /** Keeps the streams of a protocol as they come. */
    BlockingQueue<PeerStream> take(String protocol) {
        BlockingQueue<PeerStream> streams = new LinkedBlockingQueue<>();
        protocols.add(
                protocol, connection -> stream -> streams.add(new Libp2pStream(stream, new ProtocolId(protocol))));
        return streams;
    }

    /** Sends back what comes. */
    void echo(String protocol) {
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

    static PeerStream open(Connection connection, String protocol) throws Exception {
        return await(onLoop(
                connection,
                () -> connection
                        .open(protocol)
                        .thenApply(stream -> new Libp2pStream(stream, new ProtocolId(protocol)))));
    }

    static Duration ping(Connection connection) throws Exception {
        byte[] payload = new byte[32];
        new SecureRandom().nextBytes(payload);
        return await(onLoop(connection, () -> PingProtocol.ping(connection, payload)));
    }

    IdentifyMessage identify(Connection connection) throws Exception {
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
