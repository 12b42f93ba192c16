// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Traffic;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportMode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A transport that changes a bit in some of what is written to its streams. The frames stay whole more often than not, so
 * that what is wrong is a fingerprint, a count, an id or a signature.
 */
final class TamperedStreams implements Transport {
    private final Transport honest;
    private final RandomGenerator random;
    private final double share;

    /**
     * @param honest carries the bytes
     * @param random chooses writes and bits
     * @param share how many of the writes are changed, 0 to 1
     */
    TamperedStreams(Transport honest, RandomGenerator random, double share) {
        this.honest = honest;
        this.random = random;
        this.share = share;
    }

    private PeerStream tampered(PeerStream stream) {
        return new PeerStream() {
            @Override
            public NodeId node() {
                return stream.node();
            }

            @Override
            public ProtocolId protocol() {
                return stream.protocol();
            }

            @Override
            public CompletableFuture<Optional<byte[]>> read() {
                return stream.read();
            }

            @Override
            public CompletableFuture<Void> write(byte[] bytes) {
                return stream.write(random.nextDouble() < share ? changed(bytes) : bytes);
            }

            @Override
            public CompletableFuture<Void> closeWrite() {
                return stream.closeWrite();
            }

            @Override
            public void reset() {
                stream.reset();
            }
        };
    }

    private byte[] changed(byte[] bytes) {
        byte[] other = bytes.clone();
        if (other.length > 0) {
            other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return other;
    }

    @Override
    public NodeId nodeId() {
        return honest.nodeId();
    }

    @Override
    public TransportMode mode() {
        return honest.mode();
    }

    @Override
    public List<NodeAddress> listenAddresses() {
        return honest.listenAddresses();
    }

    @Override
    public List<RelayAddress> relays() {
        return honest.relays();
    }

    @Override
    public CompletableFuture<NodeId> connect(List<NodeAddress> addresses) {
        return honest.connect(addresses);
    }

    @Override
    public CompletableFuture<Void> sendAgents(NodeId node, byte[] message) {
        return honest.sendAgents(node, message);
    }

    @Override
    public CompletableFuture<Void> send(NodeId node, byte[] message) {
        return honest.send(node, message);
    }

    @Override
    public CompletableFuture<PeerStream> openStream(NodeId node, ProtocolId protocol) {
        return honest.openStream(node, protocol).thenApply(this::tampered);
    }

    @Override
    public void handleStreams(ProtocolId protocol, Consumer<PeerStream> handler) {
        honest.handleStreams(protocol, stream -> handler.accept(tampered(stream)));
    }

    @Override
    public boolean isDirect(NodeId node) {
        return honest.isDirect(node);
    }

    @Override
    public Set<NodeId> connectedNodes() {
        return honest.connectedNodes();
    }

    @Override
    public void disconnect(NodeId node) {
        honest.disconnect(node);
    }

    @Override
    public Traffic traffic() {
        return honest.traffic();
    }

    @Override
    public void close() {
        honest.close();
    }
}
