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
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.AccessGrant;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportListener;
import io.peerkit.api.transport.TransportMode;
import io.peerkit.transport.libp2p.Libp2pTransport;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.SecureChannelKind;
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

    /** Sends back what comes. */
    static final ProtocolId ECHO = new ProtocolId("/peerkit/bench-echo/1.0.0");

    private RawTransport() {}

    static Transport start() {
        return start(TransportStack.TCP_NOISE, Optional.empty());
    }

    static Transport start(TransportStack stack, Optional<NodeAddress> relay) {
        Libp2pTransport.Builder builder = Libp2pTransport.builder()
                // Noise is always offered; what stands first is what both take.
                .secureChannels(
                        stack == TransportStack.TCP_TLS
                                ? List.of(SecureChannelKind.TLS, SecureChannelKind.NOISE)
                                : List.of(SecureChannelKind.NOISE));
        relay.ifPresent(address -> builder.relay(new RelayAddress(address.value())));
        if (stack == TransportStack.RELAYED) {
            builder.noListen();
        } else {
            builder.listen(
                    switch (stack) {
                        case WS_NOISE -> "/ip4/127.0.0.1/tcp/0/ws";
                        case QUIC -> "/ip4/127.0.0.1/udp/0/quic-v1";
                        default -> "/ip4/127.0.0.1/tcp/0";
                    });
        }
        Transport transport = start(builder, TransportMode.NODE);
        relay.ifPresent(address -> transport.connect(List.of(address)).join());
        return transport;
    }

    /** Relays for others, as fast as it can. */
    static Transport relay() {
        RelayLimits unlimited =
                RelayLimits.defaults().toBuilder().bytesPerSecond(0).build();
        return start(
                Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0").relayLimits(unlimited),
                TransportMode.INFRASTRUCTURE);
    }

    private static Transport start(Libp2pTransport.Builder builder, TransportMode mode) {
        KeyStore keys = KeyStore.inMemory();
        AccessHandshake access = AccessHandshake.factory(
                LocalAgent.open(keys),
                NetworkAccess.sharedKey(HexFormat.of().parseHex(BenchFolder.KEY)),
                new SecureRandom(),
                Set.of());
        Transport transport = builder.start(
                        new TransportContext(mode, keys.transportSeed(), access, new RawTransport()))
                .join();
        if (mode == TransportMode.NODE) {
            transport.handleStreams(SINK, RawTransport::drain);
            transport.handleStreams(ECHO, RawTransport::echo);
        }
        return transport;
    }

    /** Where others reach a transport, which through a relay takes a moment. */
    static NodeAddress reachable(Transport transport, boolean relayed) {
        Optional<NodeAddress> found = Optional.empty();
        while (found.isEmpty()) {
            Thread.onSpinWait();
            found = transport.listenAddresses().stream()
                    .filter(address -> address.value().contains("/p2p-circuit") == relayed)
                    .findFirst();
        }
        return found.get();
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

    private static void echo(PeerStream stream) {
        CompletableFuture<Optional<byte[]>> unused = stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                stream.reset();
            } else if (bytes.isPresent()) {
                CompletableFuture<Void> unusedWrite = stream.write(bytes.get()).thenRun(() -> echo(stream));
            } else {
                CompletableFuture<Void> unusedEnd = stream.closeWrite();
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
