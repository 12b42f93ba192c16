// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.AgentId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.PeerkitRelay;
import io.peerkit.api.RelayAddress;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A whole node in a room of the NAT lab, as lines on its standard input say, with an answer of one line to each. The main
 * class of a process of its own.
 *
 * <pre>
 *   relay FOLDER ADDRESS       starts a relay: its address
 *   node FOLDER PORT RELAY     starts a node: its name
 *   publish FROM TO            publishes entries
 *   entries COUNT              waits until there are so many: the fingerprint of all
 *   direct true|false          waits until a peer is reached so: ok
 *   paths                      the ways to peers of which the application was told, in order
 *   figure NAME                a metric of the relay
 * </pre>
 */
public final class HomeNode {
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(UTF_8);
    private static final long PATIENCE_SECONDS = 90;
    private static final int BATCH = 1_000;

    private Optional<PeerkitNode> node = Optional.empty();
    private Optional<PeerkitRelay> relay = Optional.empty();
    private final List<io.peerkit.api.transport.Path> paths = new CopyOnWriteArrayList<>();

    private HomeNode() {}

    /** Runs until its input ends. */
    public static void main(String[] args) throws IOException {
        HomeNode home = new HomeNode();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(home.answer(List.of(line.split(" ", 4))));
            }
        }
        System.exit(0);
    }

    private String answer(List<String> words) {
        try {
            return switch (words.get(0)) {
                case "relay" -> startRelay(Path.of(words.get(1)), words.get(2));
                case "node" -> startNode(Path.of(words.get(1)), words.get(2), words.get(3));
                case "publish" -> publish(Integer.parseInt(words.get(1)), Integer.parseInt(words.get(2)));
                case "entries" -> {
                    long count = Long.parseLong(words.get(1));
                    yield await(status -> status.entries() == count)
                            .fingerprint()
                            .toString();
                }
                case "direct" -> {
                    boolean direct = Boolean.parseBoolean(words.get(1));
                    var unused = await(status -> status.peers().stream().anyMatch(peer -> peer.direct() == direct));
                    yield "ok";
                }
                case "paths" -> paths.toString();
                case "figure" -> String.valueOf(relay.orElseThrow().metrics().getOrDefault(words.get(1), 0L));
                default -> "unknown";
            };
        } catch (RuntimeException | AssertionError e) {
            return ("failed " + e).replace('\n', ' ');
        }
    }

    private String startRelay(Path folder, String address) {
        PeerkitRelay started = Peerkit.relay()
                .transport(Libp2pTransport.builder().listen(address))
                .keys(FileKeyStore.at(folder.resolve("relay.keys")))
                .access(NetworkAccess.sharedKey(KEY))
                .start()
                .join();
        relay = Optional.of(started);
        return started.addresses().get(0).toString();
    }

    private String startNode(Path folder, String port, String relayAddress) {
        PeerkitNode started = Peerkit.node()
                .storage(SqliteStorage.at(folder.resolve("node-" + port + ".db")))
                .transport(Libp2pTransport.builder()
                        .listen("/ip4/0.0.0.0/tcp/" + port)
                        .relay(new RelayAddress(relayAddress)))
                .access(NetworkAccess.sharedKey(KEY))
                .listener(new NodeListener() {
                    @Override
                    public void pathChanged(AgentId agent, io.peerkit.api.transport.Path path) {
                        paths.add(path);
                    }
                })
                .start()
                .join();
        node = Optional.of(started);
        return started.nodeId().toString();
    }

    private String publish(int from, int to) {
        for (int i = from; i < to; i += BATCH) {
            node.orElseThrow()
                    .publishAll(IntStream.range(i, Math.min(to, i + BATCH))
                            .mapToObj(number -> ("entry " + number).getBytes(UTF_8))
                            .toList())
                    .join();
        }
        return "ok";
    }

    private NodeStatus await(Predicate<NodeStatus> condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        NodeStatus status = node.orElseThrow().status().join();
        while (!condition.test(status)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain, status is " + status);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            status = node.orElseThrow().status().join();
        }
        return status;
    }
}
