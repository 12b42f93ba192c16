// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.Peerkit;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.BlobHash;
import io.peerkit.api.Incoming;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.storage.surreal.SurrealCredentials;
import io.peerkit.storage.surreal.SurrealStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one application on one SurrealDB space, in this process and in others. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
class SharedSpaceIT {
    private static final String USER = "root";
    private static final String PASSWORD = "of-a-test";

    @TempDir
    private static Path folder;

    private Process server;
    private URI address;

    @BeforeAll
    void startServer() throws IOException {
        Optional<String> missing = BareEngine.missing();
        if (System.getenv("CI") == null) {
            missing.ifPresent(reason -> System.out.println("SharedSpaceIT: no SurrealDB: " + reason));
            assumeTrue(missing.isEmpty(), "no SurrealDB");
        }
        assertThat(missing).isEmpty();
        ProcessBuilder builder = new ProcessBuilder(
                        "node",
                        "bridge.mjs",
                        "--watch-stdin",
                        "--port",
                        "0",
                        "--storage",
                        "rocksdb://" + folder.resolve("engine").toAbsolutePath())
                .directory(Objects.requireNonNull(BareEngine.executable().getParent())
                        .toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("SURREAL_"));
        builder.environment().putAll(Map.of("SURREAL_USER", USER, "SURREAL_PASS", PASSWORD));
        server = builder.start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8));
        JsonNode ready = JsonLines.JSON.readTree(out.readLine());
        address = URI.create("ws://127.0.0.1:" + ready.path("port").asInt());
    }

    @AfterAll
    void stopServer() throws IOException, InterruptedException {
        if (server != null) {
            server.getOutputStream().close();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Gathers what a node is told. */
    private static final class Told implements NodeListener {
        private final BlockingQueue<Incoming> integrated = new LinkedBlockingQueue<>();

        @Override
        public void integrated(Incoming incoming) {
            integrated.add(incoming);
        }

        Incoming next() throws InterruptedException {
            Incoming next = integrated.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("an entry").isNotNull();
            return next;
        }
    }

    private StorageFactory space(String name, String keys) {
        return SurrealStorage.connect(address)
                .credentials(SurrealCredentials.root(USER, PASSWORD))
                .lease(Duration.ofSeconds(3))
                .space(name)
                .keyFile(folder.resolve(keys))
                .shared();
    }

    private static PeerkitNode node(StorageFactory storage, NodeListener listener, List<NodeAddress> bootstrap) {
        var builder = Peerkit.node()
                .storage(storage)
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.open())
                .connections(ConnectionStrategies.none()) // though the cards of the others are in the store
                .round(Duration.ofSeconds(1))
                .listener(listener);
        bootstrap.forEach(builder::bootstrap);
        return builder.start().join();
    }

    @Test
    void publish_inOneNode_shownByTheOtherWithoutConnection() throws InterruptedException {
        Told told = new Told();
        try (PeerkitNode one = node(space("pair", "pair-1"), new NodeListener() {}, List.of());
                PeerkitNode other = node(space("pair", "pair-2"), told, List.of())) {
            assertThat(one.agentId()).isNotEqualTo(other.agentId());
            BlobHash hash = one.publish("note".getBytes(UTF_8)).join();

            Incoming heard = told.next();
            assertThat(heard.from()).isEmpty();
            assertThat(heard.header().author()).isEqualTo(one.agentId());
            assertThat(heard.blob()).isEqualTo("note".getBytes(UTF_8));
            assertThat(other.get(hash).join()).hasValue("note".getBytes(UTF_8));
            NodeStatus here = one.status().join();
            NodeStatus there = other.status().join();
            assertThat(there.peers()).isEmpty();
            assertThat(there.entries()).isEqualTo(here.entries()).isEqualTo(1);
            assertThat(there.fingerprint()).isEqualTo(here.fingerprint());
        }
    }

    @Test
    void thirdPeer_connectedToBoth_getsAllOnceAndIsQuietThen() throws InterruptedException {
        Told told = new Told();
        Told ofOne = new Told();
        Told ofOther = new Told();
        try (PeerkitNode third = node(MemoryStorage.factory(), told, List.of());
                PeerkitNode one = node(space("three", "three-1"), ofOne, third.addresses());
                PeerkitNode other = node(space("three", "three-2"), ofOther, third.addresses())) {
            one.publish("by one".getBytes(UTF_8)).join();
            other.publish("by other".getBytes(UTF_8)).join();
            told.next();
            told.next();
            third.publish("by third".getBytes(UTF_8)).join();
            // Of the other's entry and of the third's, which may still be on its way into the store when a session
            // ends.
            for (Told each : List.of(ofOne, ofOther)) {
                each.next();
                each.next();
            }
            one.sync().join();
            other.sync().join();

            for (PeerkitNode node : List.of(one, other, third)) {
                assertThat(node.status().join().entries()).isEqualTo(3);
            }
            long before = third.status().join().bytesIn();
            // Three rounds by hand, on top of those that come by themselves.
            for (int i = 0; i < 3; i++) {
                one.sync().join();
                other.sync().join();
            }
            assertThat(third.status().join().bytesIn() - before).isLessThan(20_000);
            assertThat(told.integrated).isEmpty();
        }
    }

    @Test
    void process_killed_theOtherHasWhatItAcknowledgedAndBothGoOn() throws IOException, InterruptedException {
        Told told = new Told();
        byte[] first = "before the kill".getBytes(UTF_8);
        byte[] second = "after the kill".getBytes(UTF_8);
        try (PeerkitNode here = node(space("killed", "killed-here"), told, List.of())) {
            NodeProcess process = process();
            String agent = process.ready().join().path("agentId").asText();
            process.command("publish", Map.of("data", Base64.getEncoder().encodeToString(first)))
                    .join();
            process.kill();

            Incoming heard = told.next();
            assertThat(heard.header().author()).hasToString(agent);
            assertThat(here.get(BlobHash.ofBlob(first)).join()).hasValue(first);
            here.publish(second).join();

            try (NodeProcess again = process()) {
                assertThat(again.ready().join().path("agentId").asText()).isEqualTo(agent);
                for (byte[] blob : List.of(first, second)) {
                    String hash = BlobHash.ofBlob(blob).toString();
                    assertThat(again.command("get", Map.of("hash", hash))
                                    .join()
                                    .path("data")
                                    .asText())
                            .isEqualTo(Base64.getEncoder().encodeToString(blob));
                }
            }
        }
    }

    private NodeProcess process() throws IOException {
        return NodeProcess.start(
                folder.resolve("log"),
                Map.of("PEERKIT_SURREAL_USER", USER, "PEERKIT_SURREAL_PASS", PASSWORD),
                List.of(
                        "--data",
                        folder.resolve("process").toString(),
                        "--open",
                        "--listen",
                        "/ip4/127.0.0.1/tcp/0",
                        "--storage",
                        "surreal:" + address + "?space=killed&shared=true"));
    }
}
