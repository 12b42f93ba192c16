// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.testkit.interop.NpmPackages;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Circuit relay v2 with js-libp2p as the relay, as its client and as both ends, below the access gate. */
@Timeout(180)
final class JsRelayIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final Path FOLDER = Path.of(System.getProperty("peerkit.root"), "interop", "js");
    private static final int MEBIBYTE = 1_048_576;
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    @BeforeAll
    static void requireJs() throws Exception {
        NpmPackages.require(FOLDER, "js-libp2p interop");
    }

    private static TestSwarm ours() throws Exception {
        TestSwarm swarm = new TestSwarm(SETTINGS);
        swarm.echo(ECHO);
        return swarm;
    }

    private static Multiaddr placed(TestSwarm swarm, String relay) throws Exception {
        BlockingQueue<List<Multiaddr>> told = swarm.useRelays(relay);
        await(swarm.dial(relay));
        List<Multiaddr> addresses = told.poll(30, TimeUnit.SECONDS);
        assertThat(addresses).isNotNull().isNotEmpty();
        return addresses.get(0);
    }

    private static void echo(Connection connection, int bytes) throws Exception {
        byte[] sent = new byte[bytes];
        new Random(508).nextBytes(sent);
        PeerStream stream = TestSwarm.open(connection, ECHO);
        CompletableFuture<byte[]> received = readToEnd(stream, new ByteArrayOutputStream());
        for (int offset = 0; offset < bytes; offset += MEBIBYTE / 4) {
            int end = Math.min(bytes, offset + MEBIBYTE / 4);
            await(stream.write(Arrays.copyOfRange(sent, offset, end)));
        }
        await(stream.closeWrite());
        assertThat(await(received)).isEqualTo(sent);
    }

    private static CompletableFuture<byte[]> readToEnd(PeerStream stream, ByteArrayOutputStream before) {
        return stream.read().thenCompose(bytes -> {
            if (bytes.isEmpty()) {
                return CompletableFuture.completedFuture(before.toByteArray());
            }
            before.writeBytes(bytes.get());
            return readToEnd(stream, before);
        });
    }

    @Test
    void twoOfOurs_throughTheRelayOfJs_echo() throws Exception {
        try (JsNode relay = new JsNode(FOLDER, true, "--relay-service");
                TestSwarm target = ours();
                TestSwarm dialer = ours()) {
            Multiaddr circuit = placed(target, relay.address());
            assertThat(circuit).hasToString(relay.address() + "/p2p-circuit");
            dialer.useRelays();
            Connection connection = await(dialer.dial(circuit + "/p2p/" + target.peer()));
            assertThat(connection.isRelayed()).isTrue();
            assertThat(connection.node().value()).isEqualTo(target.peer());
            echo(connection, 4 * MEBIBYTE);
            assertThat(TestSwarm.ping(connection)).isPositive();
        }
    }

    @Test
    void js_throughOurRelay_identifyAndEchoInBothDirections() throws Exception {
        try (TestSwarm relay = ours()) {
            relay.serveRelay(RelayLimits.defaults());
            try (JsNode js = new JsNode(FOLDER, true, "--relay", relay.address());
                    TestSwarm other = ours()) {
                String circuit = relay.address() + "/p2p-circuit/p2p/" + js.peer();
                other.useRelays();
                Connection connection = await(other.dial(circuit));
                assertThat(connection.isRelayed()).isTrue();
                echo(connection, 4 * MEBIBYTE);
                IdentifyMessage identified = other.identify(connection);
                assertThat(identified.listenAddresses()).anyMatch(Multiaddr::isRelayed);
                // It tells the way through the relay, which is nobody's own address.
                assertThat(identified.observedAddress().filter(address -> !address.isRelayed()))
                        .isEmpty();

                JsonNode echoed = js.ask(
                        JsNode.command("echo").put("peerId", other.peer()).put("bytes", MEBIBYTE));
                assertThat(echoed.path("ok").asBoolean()).as("%s", echoed).isTrue();
                assertThat(relay.swarm().metrics().snapshot().get("relay.reservations.open"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void js_dialsOursThroughOurRelay_echo() throws Exception {
        try (TestSwarm relay = ours();
                TestSwarm target = ours();
                JsNode js = new JsNode(FOLDER, true, "--relay-service")) {
            relay.serveRelay(RelayLimits.defaults());
            Multiaddr circuit = placed(target, relay.address());
            JsonNode echoed = js.ask(JsNode.command("echo")
                    .put("address", circuit + "/p2p/" + target.peer())
                    .put("bytes", 2 * MEBIBYTE));
            assertThat(echoed.path("ok").asBoolean()).as("%s", echoed).isTrue();
        }
    }

    @Test
    void js_throughTwoRelays_ofWhichOneIsOurs_bothReserved() throws Exception {
        try (TestSwarm ourRelay = ours();
                TestSwarm target = ours();
                JsNode relay = new JsNode(FOLDER, true, "--relay-service")) {
            ourRelay.serveRelay(RelayLimits.defaults());
            BlockingQueue<List<Multiaddr>> told = target.useRelays(relay.address(), ourRelay.address());
            await(target.dial(relay.address()));
            assertThat(told.poll(30, TimeUnit.SECONDS)).isNotEmpty();
            await(target.dial(ourRelay.address()));
            assertThat(told.poll(30, TimeUnit.SECONDS))
                    .anyMatch(address -> address.toString().startsWith(relay.address()))
                    .anyMatch(address -> address.toString().startsWith(ourRelay.address()));
        }
    }

    @Test
    void ourPlace_comesAndGoes_jsHearsItByIdentifyPush() throws Exception {
        try (JsNode js = new JsNode(FOLDER, true, "--identify-push");
                TestSwarm target = ours()) {
            TestSwarm relay = ours();
            relay.serveRelay(RelayLimits.defaults());
            await(target.dial(js.address()));
            awaitRelayedAtJs(js, target.peer(), false);
            Multiaddr circuit = placed(target, relay.address());
            awaitRelayedAtJs(js, target.peer(), true);
            assertThat(circuit.isRelayed()).isTrue();
            relay.close();
            awaitRelayedAtJs(js, target.peer(), false);
        }
    }

    /** Waits until what js-libp2p knows of a peer has, or has not, an address that leads through a relay. */
    private static void awaitRelayedAtJs(JsNode js, String peer, boolean relayed) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        JsonNode known;
        do {
            known = js.ask(JsNode.command("identified").put("peerId", peer));
            boolean seen = false;
            for (JsonNode address : known.path("addresses")) {
                seen |= address.asText().contains("/p2p-circuit");
            }
            if (known.path("protocols").size() > 0 && seen == relayed) {
                return;
            }
        } while (System.nanoTime() < deadline);
        throw new AssertionError("js-libp2p knows " + known);
    }

    @Test
    void limitOfJs_reached_ourConnectionBreaks() throws Exception {
        try (JsNode relay = new JsNode(FOLDER, true, "--relay-service", "--relay-limit", "131072");
                TestSwarm target = ours();
                TestSwarm dialer = ours()) {
            Multiaddr circuit = placed(target, relay.address());
            dialer.useRelays();
            Connection connection = await(dialer.dial(circuit + "/p2p/" + target.peer()));
            assertThatThrownBy(() -> echo(connection, MEBIBYTE)).isInstanceOf(Exception.class);
            await(connection.closed());
        }
    }

    /** The connection as js-libp2p sees it, which may be a moment after we do. */
    private static JsonNode pathAtJs(JsNode js, String peer) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < deadline) {
            for (JsonNode path : js.ask(JsNode.command("paths")).path("paths")) {
                if (path.path("peerId").asText().equals(peer)) {
                    return path;
                }
            }
        }
        throw new AssertionError("js-libp2p has no connection to " + peer);
    }

    @Test
    void limitOfOurs_reached_jsSeesALimitedConnectionAndItBreaks() throws Exception {
        try (TestSwarm relay = ours()) {
            relay.serveRelay(RelayLimits.defaults().toBuilder()
                    .circuitBytes(131_072)
                    .circuitLife(Duration.ofMinutes(2))
                    .build());
            try (JsNode js = new JsNode(FOLDER, true, "--relay", relay.address());
                    TestSwarm other = ours()) {
                other.useRelays();
                Connection connection = await(other.dial(relay.address() + "/p2p-circuit/p2p/" + js.peer()));
                assertThat(pathAtJs(js, other.peer()).path("limited").asBoolean())
                        .isTrue();
                // On a limited connection js-libp2p serves identify, and what an application allows there by itself.
                assertThat(other.identify(connection).publicKey()).isPresent();
                JsonNode echoed = js.ask(
                        JsNode.command("echo").put("peerId", other.peer()).put("bytes", MEBIBYTE));
                assertThat(echoed.path("ok").asBoolean()).as("%s", echoed).isFalse();
                await(connection.closed());
            }
        }
    }
}
