// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

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
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Measures the transport between two processes: {@code serve} prints an address, {@code stream ADDRESS MB},
 * {@code connect ADDRESS COUNT} and {@code messages ADDRESS COUNT} print figures. Not a test; the documented benchmarks are
 * those of {@code peerkit bench}.
 */
final class TransportBench {
    private static final ProtocolId SINK = new ProtocolId("/bench/sink/1.0.0");
    private static final int CHUNK_BYTES = 65_536;
    private static final int WRITES_AHEAD = 16;

    private TransportBench() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "serve" -> serve();
            case "stream" -> stream(args[1], Long.parseLong(args[2]) * 1_000_000);
            case "connect" -> connect(args[1], Integer.parseInt(args[2]));
            default -> messages(args[1], Integer.parseInt(args[2]));
        }
    }

    private static void serve() throws Exception {
        Transport transport = start();
        transport.handleStreams(SINK, TransportBench::drain);
        System.out.println(transport.listenAddresses().get(0));
        System.out.flush();
        int unused = System.in.read();
        transport.close();
    }

    private static void drain(PeerStream stream) {
        var unused = stream.read().thenAccept(bytes -> {
            if (bytes.isPresent()) {
                drain(stream);
            } else {
                var unusedToo = CompletableFuture.allOf(stream.write(new byte[] {1}), stream.closeWrite());
            }
        });
    }

    private static void stream(String address, long bytes) throws Exception {
        try (Transport transport = start()) {
            NodeId node = transport.connect(List.of(new NodeAddress(address))).get();
            for (int round = 0; round < 4; round++) {
                PeerStream stream = transport.openStream(node, SINK).get();
                byte[] chunk = new byte[CHUNK_BYTES];
                long start = System.nanoTime();
                Deque<CompletableFuture<Void>> ahead = new ArrayDeque<>();
                for (long left = bytes; left > 0; left -= CHUNK_BYTES) {
                    byte[] next = left < CHUNK_BYTES ? Arrays.copyOf(chunk, (int) left) : chunk;
                    ahead.add(stream.write(next));
                    if (ahead.size() > WRITES_AHEAD) {
                        ahead.remove().get();
                    }
                }
                stream.closeWrite().get();
                stream.read().get();
                double seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf("stream %.1f MB/s%n", bytes / 1e6 / seconds);
            }
        }
    }

    private static void connect(String address, int count) throws Exception {
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            try (Transport transport = start()) {
                long start = System.nanoTime();
                transport.connect(List.of(new NodeAddress(address))).get();
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        System.out.printf("dial to grant p50 %.2f ms, p90 %.2f ms%n", millis[count / 2], millis[(int) (count * 0.9)]);
    }

    private static void messages(String address, int count) throws Exception {
        try (Transport transport = start()) {
            NodeId node = transport.connect(List.of(new NodeAddress(address))).get();
            for (int round = 0; round < 4; round++) {
                byte[] message = new byte[1_024];
                long start = System.nanoTime();
                Deque<CompletableFuture<Void>> ahead = new ArrayDeque<>();
                for (int i = 0; i < count; i++) {
                    ahead.add(transport.send(node, message));
                    if (ahead.size() > 128) {
                        ahead.remove().get();
                    }
                }
                for (CompletableFuture<Void> each : ahead) {
                    each.get();
                }
                System.out.printf("%.0f messages of 1 KiB a second%n", count / ((System.nanoTime() - start) / 1e9));
            }
        }
    }

    private static Transport start() throws Exception {
        byte[] seed = new byte[TransportContext.SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        byte[] key = "a key for benchmarks".getBytes(StandardCharsets.US_ASCII);
        AccessHandshake access = AccessHandshake.factory(
                LocalAgent.open(KeyStore.inMemory()), NetworkAccess.sharedKey(key), new SecureRandom(), Set.of());
        return Libp2pTransport.builder()
                .listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"))
                .start(new TransportContext(TransportMode.NODE, seed, access, new Silent()))
                .get();
    }

    private static final class Silent implements TransportListener {
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
}
