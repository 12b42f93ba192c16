// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.transport.libp2p.Libp2pTransport;
import io.peerkit.transport.libp2p.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A node in the lab, as lines on its standard input say, with an answer of one line to each. The main class of a process of
 * its own.
 *
 * <pre>
 *   relay ADDRESS          starts a relay that listens there: its name
 *   node ADDRESS [RELAY]   starts a node that listens there: its name
 *   mapped ADDRESS         starts a node that listens there and asks its router for the port: its name
 *   connect ADDRESS        ok, or what failed
 *   await TEXT             ok when the node hears of it
 *   addresses              where it can be reached
 *   path PEER              how the peer is reached
 *   echo PEER BYTES        sends as many through a stream that the peer echoes: how many came back
 *   hold PEER, held        opens a stream and keeps it; what its next echo brings
 *   figure NAME            a metric
 *   close                  ends the node
 * </pre>
 */
public final class NodeProbe {
    private static final ProtocolId ECHO = new ProtocolId("/test/echo/1.0.0");
    private static final int PIECE_BYTES = 65_536;

    private final List<PeerStream> held = new ArrayList<>();
    private Optional<TestNode> started = Optional.empty();

    private NodeProbe() {}

    /** Runs until its input ends. */
    public static void main(String[] args) throws IOException {
        NodeProbe probe = new NodeProbe();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(probe.answer(line, List.of(line.split(" ", 4))));
            }
        }
        System.exit(0);
    }

    private String answer(String line, List<String> words) {
        try {
            return switch (words.get(0)) {
                case "relay" -> start(TestNode.relay(listening(words), TestNode.newSeed()));
                case "node" ->
                    start(new TestNode(
                            words.size() > 2
                                    ? listening(words).relay(new RelayAddress(words.get(2)))
                                    : listening(words)));
                case "mapped" -> start(new TestNode(listening(words).portMapping(true)));
                case "close" -> {
                    node().close();
                    yield "ok";
                }
                case "connect" -> {
                    var unused = get(node().connect(words.get(1)));
                    yield "ok";
                }
                case "await" -> {
                    node().awaitHeard(line.substring(6));
                    yield "ok";
                }
                case "addresses" ->
                    transport().listenAddresses().stream()
                            .map(NodeAddress::value)
                            .collect(Collectors.joining(" "));
                case "path" ->
                    transport().path(new NodeId(words.get(1))).map(Enum::name).orElse("NONE");
                case "echo" -> echo(get(stream(words.get(1))), Integer.parseInt(words.get(2)));
                case "hold" -> {
                    held.add(get(stream(words.get(1))));
                    yield "ok";
                }
                case "held" -> echo(held.get(held.size() - 1), 1);
                case "figure" -> String.valueOf(transport().metrics().getOrDefault(words.get(1), 0L));
                default -> "unknown";
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (Exception | AssertionError e) {
            return ("failed " + e).replace('\n', ' ');
        }
    }

    private static Libp2pTransport.Builder listening(List<String> words) {
        return Libp2pTransport.builder().listen(words.get(1));
    }

    private String start(TestNode node) {
        node.transport().handleStreams(ECHO, NodeProbe::echo);
        started = Optional.of(node);
        return node.peer();
    }

    private TestNode node() {
        return started.orElseThrow();
    }

    private Transport transport() {
        return node().transport();
    }

    private CompletableFuture<PeerStream> stream(String peer) {
        return transport().openStream(new NodeId(peer), ECHO);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
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

    private static String echo(PeerStream stream, int bytes) throws Exception {
        int back = 0;
        for (int sent = 0; sent < bytes; sent += PIECE_BYTES) {
            int piece = Math.min(PIECE_BYTES, bytes - sent);
            var unused = get(stream.write(new byte[piece]));
            for (int here = 0; here < piece; ) {
                Optional<byte[]> read = get(stream.read());
                if (read.isEmpty()) {
                    return "ended after " + back;
                }
                here += read.get().length;
                back += read.get().length;
            }
        }
        return String.valueOf(back);
    }
}
