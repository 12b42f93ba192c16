// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.stream;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Traffic;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.gossip.NodeLoop;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A transport whose streams share a budget of bytes a second in each direction: what is over it waits, so that peers feel it as a
 * slow line. Cards and messages are not held up; they have bounds of their own.
 *
 * <p>Safe for use by any thread, as the transport behind it.
 */
public final class PacedTransport implements Transport {
    private final Transport line;
    private final ByteBudget in;
    private final ByteBudget out;

    /**
     * @param line carries the bytes
     * @param bytesPerSecond each way
     */
    public PacedTransport(Transport line, NodeLoop loop, long bytesPerSecond) {
        this.line = line;
        this.in = new ByteBudget(loop, bytesPerSecond);
        this.out = new ByteBudget(loop, bytesPerSecond);
    }

    /** A stream that keeps to the budgets. */
    public PeerStream paced(PeerStream stream) {
        return new PacedStream(stream);
    }

    private final class PacedStream implements PeerStream {
        private final PeerStream stream;

        /** What was written last, so that writes keep their order. */
        private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

        PacedStream(PeerStream stream) {
            this.stream = stream;
        }

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
            return in.open().thenCompose(open -> stream.read()).thenApply(chunk -> {
                chunk.ifPresent(bytes -> in.spend(bytes.length));
                return chunk;
            });
        }

        @Override
        public synchronized CompletableFuture<Void> write(byte[] bytes) {
            CompletableFuture<Void> turn = last.thenCompose(before -> out.open());
            CompletableFuture<Void> written = turn.thenCompose(open -> {
                out.spend(bytes.length);
                return stream.write(bytes);
            });
            last = written;
            return written;
        }

        @Override
        public synchronized CompletableFuture<Void> closeWrite() {
            return last.thenCompose(written -> stream.closeWrite());
        }

        @Override
        public void reset() {
            stream.reset();
        }
    }

    @Override
    public CompletableFuture<PeerStream> openStream(NodeId node, ProtocolId protocol) {
        return line.openStream(node, protocol).thenApply(this::paced);
    }

    @Override
    public void handleStreams(ProtocolId protocol, Consumer<PeerStream> handler) {
        line.handleStreams(protocol, stream -> handler.accept(paced(stream)));
    }

    @Override
    public NodeId nodeId() {
        return line.nodeId();
    }

    @Override
    public TransportMode mode() {
        return line.mode();
    }

    @Override
    public List<NodeAddress> listenAddresses() {
        return line.listenAddresses();
    }

    @Override
    public List<RelayAddress> relays() {
        return line.relays();
    }

    @Override
    public CompletableFuture<NodeId> connect(List<NodeAddress> addresses) {
        return line.connect(addresses);
    }

    @Override
    public CompletableFuture<Void> sendAgents(NodeId node, byte[] message) {
        return line.sendAgents(node, message);
    }

    @Override
    public CompletableFuture<Void> send(NodeId node, byte[] message) {
        return line.send(node, message);
    }

    @Override
    public Optional<Path> path(NodeId node) {
        return line.path(node);
    }

    @Override
    public SortedMap<String, Long> metrics() {
        return line.metrics();
    }

    @Override
    public boolean isDirect(NodeId node) {
        return line.isDirect(node);
    }

    @Override
    public Set<NodeId> connectedNodes() {
        return line.connectedNodes();
    }

    @Override
    public void disconnect(NodeId node) {
        line.disconnect(node);
    }

    @Override
    public Traffic traffic() {
        return line.traffic();
    }

    @Override
    public void close() {
        line.close();
    }
}
