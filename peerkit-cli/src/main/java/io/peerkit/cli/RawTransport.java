// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.LocalAgent;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A transport without a node above it, for measuring it alone. Takes streams of {@link #SINK} and counts their bytes. */
final class RawTransport implements TransportListener {
    /** Reads to the end, then answers with one byte. */
    static final ProtocolId SINK = new ProtocolId("/peerkit/bench-sink/1.0.0");

    private RawTransport() {}

    static Transport start() {
        KeyStore keys = KeyStore.inMemory();
        AccessHandshake access = AccessHandshake.factory(
                LocalAgent.open(keys),
                NetworkAccess.sharedKey(HexFormat.of().parseHex(BenchFolder.KEY)),
                new SecureRandom(),
                Set.of());
        Transport transport = Libp2pTransport.builder()
                .listen("/ip4/127.0.0.1/tcp/0")
                .start(new TransportContext(TransportMode.NODE, keys.transportSeed(), access, new RawTransport()))
                .join();
        transport.handleStreams(SINK, RawTransport::drain);
        return transport;
    }

    private static void drain(PeerStream stream) {
        CompletableFuture<Optional<byte[]>> unused = stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                stream.reset();
            } else if (bytes.isPresent()) {
                drain(stream);
            } else {
                CompletableFuture<Void> unusedAnswer =
                        stream.write(new byte[1]).thenCompose(done -> stream.closeWrite());
            }
        });
    }

    @Override
    public void peerGranted(NodeId node, AccessGrant grant) {}

    @Override
    public void peerGone(NodeId node) {}

    @Override
    public void peerDenied(NodeId node, Optional<AgentId> agentId, String reason) {}

    @Override
    public void addressesChanged(List<NodeAddress> addresses) {}

    @Override
    public void agentsReceived(NodeId node, byte[] message) {}

    @Override
    public void messageReceived(NodeId node, byte[] message) {}
}
