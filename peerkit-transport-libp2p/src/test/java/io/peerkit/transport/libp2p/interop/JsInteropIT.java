// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.TestNode;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.identify.PeerRecord;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against js-libp2p, below the access gate. The last two tests are above it. */
final class JsInteropIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final String RESET = "/test/reset/1.0.0";
    private static final String HOLD = "/test/hold/1.0.0";
    private static final String FLOOD = "/test/flood/1.0.0";
    private static final int MEBIBYTE = 1_048_576;
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private static @Nullable JsNode early;
    private static @Nullable JsNode plain;

    @BeforeAll
    static void startJs() throws Exception {
        Path folder = Path.of(System.getProperty("peerkit.root"), "interop", "js");
        Optional<String> problem = NpmPackages.problem(folder);
        if (problem.isPresent()) {
            String reason = "js-libp2p interop is skipped: " + problem.get();
            System.out.println(reason);
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(reason);
            }
            Assumptions.abort(reason);
        }
        early = new JsNode(folder, true);
        plain = new JsNode(folder, false);
    }

    @AfterAll
    static void stopJs() {
        if (early != null) {
            early.close();
        }
        if (plain != null) {
            plain.close();
        }
    }

    private static JsNode js(boolean earlyMuxer) {
        JsNode node = earlyMuxer ? early : plain;
        if (node == null) {
            throw new AssertionError("js node did not start");
        }
        return node;
    }

    private static TestSwarm ours(boolean earlyMuxer) throws Exception {
        TestSwarm swarm = new TestSwarm(earlyMuxer ? SETTINGS : SETTINGS.withoutEarlyMuxer());
        swarm.echo(ECHO);
        return swarm;
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,true", "true,false"})
    void jsDials_anyWayToTheMuxer_identifyPingAndEchoBothWays(boolean jsEarly, boolean weEarly) throws Exception {
        JsNode js = js(jsEarly);
        try (TestSwarm ours = ours(weEarly)) {
            JsonNode dialed = js.ask(JsNode.command("dial").put("address", ours.address()));
            assertThat(dialed.path("peer").asText()).as("%s", dialed).isEqualTo(ours.peer());
            assertThat(dialed.path("multiplexer").asText()).isEqualTo("/yamux/1.0.0");

            exchangeEverything(js, ours, ours.nextConnection());
        }
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,true", "true,false"})
    void weDial_anyWayToTheMuxer_identifyPingAndEchoBothWays(boolean jsEarly, boolean weEarly) throws Exception {
        JsNode js = js(jsEarly);
        try (TestSwarm ours = ours(weEarly)) {
            Connection connection = await(ours.dial(js.address()));
            assertThat(connection.node().value()).isEqualTo(js.peer());

            exchangeEverything(js, ours, connection);
        }
    }

    private static void exchangeEverything(JsNode js, TestSwarm ours, Connection connection) throws Exception {
        JsonNode identified =
                js.event("identified", event -> event.path("peer").asText().equals(ours.peer()));
        assertThat(identified.path("agent").asText()).isEqualTo("peerkit/0.1");
        assertThat(identified.path("protocols").toString()).contains("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", ECHO);
        assertThat(identified.path("signed").asBoolean()).isTrue();
        assertThat(identified.path("observed").asText()).startsWith("/ip4/127.0.0.1/tcp/");

        IdentifyMessage said = ours.identify(connection);
        assertThat(said.agentVersion().orElseThrow()).startsWith("js-libp2p/");
        assertThat(said.protocols()).contains(ECHO, "/ipfs/ping/1.0.0");
        PeerRecord signed = PeerRecord.open(said.signedPeerRecord().orElseThrow());
        assertThat(signed.peer()).isEqualTo(connection.peer());

        JsonNode pinged = js.ask(JsNode.command("ping").put("peer", ours.peer()));
        assertThat(pinged.path("ok").asBoolean()).as("%s", pinged).isTrue();
        assertThat(TestSwarm.ping(connection)).isBetween(Duration.ZERO, Duration.ofSeconds(5));

        JsonNode echoed = js.ask(JsNode.command("echo").put("peer", ours.peer()).put("bytes", MEBIBYTE));
        assertThat(echoed.path("received").asInt()).as("%s", echoed).isEqualTo(MEBIBYTE);
        assertThat(echoed.path("same").asBoolean()).isTrue();
        byte[] bytes = new byte[MEBIBYTE];
        new Random(7).nextBytes(bytes);
        PeerStream stream = TestSwarm.open(connection, ECHO);
        CompletableFuture<byte[]> received = readAll(stream, new ByteArrayOutputStream());
        await(CompletableFuture.allOf(stream.write(bytes), stream.closeWrite()));
        assertThat(await(received)).isEqualTo(bytes);
    }

    private static CompletableFuture<byte[]> readAll(PeerStream stream, ByteArrayOutputStream sofar) {
        return stream.read().thenCompose(bytes -> {
            if (bytes.isEmpty()) {
                return CompletableFuture.completedFuture(sofar.toByteArray());
            }
            sofar.writeBytes(bytes.get());
            return readAll(stream, sofar);
        });
    }

    @Test
    void reset_byJs_seenHere() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            BlockingQueue<PeerStream> held = ours.take(HOLD);
            Connection connection = await(ours.dial(js.address()));

            PeerStream opened = TestSwarm.open(connection, RESET);
            await(opened.write(new byte[] {1}));
            assertThatThrownBy(() -> await(opened.read())).hasCauseInstanceOf(PeerUnreachableException.class);

            js.ask(JsNode.command("reset").put("peer", ours.peer()).put("protocol", HOLD));
            PeerStream accepted = held.poll(30, TimeUnit.SECONDS);
            assertThat(accepted).isNotNull();
            assertThatThrownBy(() -> await(readAll(accepted, new ByteArrayOutputStream())))
                    .hasCauseInstanceOf(PeerUnreachableException.class);
            TestSwarm.ping(connection);
        }
    }

    @Test
    void reset_byUs_seenByJs() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            BlockingQueue<PeerStream> toReset = ours.take(RESET);
            Connection connection = await(ours.dial(js.address()));

            PeerStream opened = TestSwarm.open(connection, HOLD);
            await(opened.write(new byte[] {1}));
            opened.reset();
            js.event(
                    "held-stream-closed", event -> event.path("status").asText().equals("reset"));

            CompletableFuture<Void> resetting = CompletableFuture.runAsync(() -> {
                try {
                    PeerStream accepted = toReset.take();
                    await(accepted.read());
                    accepted.reset();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            JsonNode ended = js.ask(
                    JsNode.command("expectReset").put("peer", ours.peer()).put("protocol", RESET));
            assertThat(ended.path("status").asText()).as("%s", ended).isEqualTo("reset");
            await(resetting);
            TestSwarm.ping(connection);
        }
    }

    @Test
    void open_unknownProtocol_refusedInBothDirections() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            Connection connection = await(ours.dial(js.address()));

            assertThatThrownBy(() -> TestSwarm.open(connection, "/test/unknown/1.0.0"))
                    .hasCauseInstanceOf(ProtocolRefusedException.class);
            JsonNode refused =
                    js.ask(JsNode.command("open").put("peer", ours.peer()).put("protocol", "/test/unknown/1.0.0"));
            assertThat(refused.path("error").asText()).as("%s", refused).isEqualTo("UnsupportedProtocolError");
            TestSwarm.ping(connection);
        }
    }

    @Test
    void dial_otherPeerId_refusedByTheDialer() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            String ourPlace = ours.address().substring(0, ours.address().indexOf("/p2p/"));
            JsonNode refused = js.ask(JsNode.command("dial")
                    .put("address", ourPlace + "/p2p/" + js(false).peer()));
            assertThat(refused.path("ok").asBoolean()).as("%s", refused).isFalse();

            String jsPlace = js.address().substring(0, js.address().indexOf("/p2p/"));
            assertThatThrownBy(
                            () -> await(ours.dial(jsPlace + "/p2p/" + js(false).peer())))
                    .hasCauseInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("must be " + js(false).peer());
        }
    }

    @Test
    void ping_whileBulkDataFlows_answeredBothWays() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            Connection connection = await(ours.dial(js.address()));
            PeerStream flood = TestSwarm.open(connection, FLOOD);
            CompletableFuture<Long> draining = drain(flood, 0);
            for (int i = 0; i < 5; i++) {
                assertThat(TestSwarm.ping(connection)).isLessThan(Duration.ofSeconds(5));
                JsonNode pinged = js.ask(JsNode.command("ping").put("peer", ours.peer()));
                assertThat(pinged.path("ok").asBoolean()).as("%s", pinged).isTrue();
            }
            assertThat(draining).isNotDone();
            flood.reset();
            assertThat(await(draining)).isGreaterThan(MEBIBYTE);
        }
    }

    @Test
    void ping_whileWeDoNotReadTheFlood_answeredBothWays() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            Connection connection = await(ours.dial(js.address()));
            PeerStream flood = TestSwarm.open(connection, FLOOD);
            for (int i = 0; i < 5; i++) {
                assertThat(TestSwarm.ping(connection)).isLessThan(Duration.ofSeconds(5));
                JsonNode pinged = js.ask(JsNode.command("ping").put("peer", ours.peer()));
                assertThat(pinged.path("ok").asBoolean()).as("%s", pinged).isTrue();
            }
            flood.reset();
        }
    }

    /** Reads until the stream ends, in whatever way; how much that was. */
    private static CompletableFuture<Long> drain(PeerStream stream, long sofar) {
        CompletableFuture<Long> total = new CompletableFuture<>();
        drain(stream, sofar, total);
        return total;
    }

    private static void drain(PeerStream stream, long sofar, CompletableFuture<Long> total) {
        var unused = stream.read().whenComplete((bytes, failure) -> {
            if (failure != null || bytes.isEmpty()) {
                total.complete(sofar);
            } else {
                drain(stream, sofar + bytes.get().length, total);
            }
        });
    }

    @Test
    void jsDialsNodeWithGate_withoutAccess_onlyIdentifyAndPingWork() throws Exception {
        JsNode js = js(true);
        try (TestNode gated = new TestNode()) {
            String peer = gated.peer();
            JsonNode dialed = js.ask(JsNode.command("dial").put("address", gated.address()));
            assertThat(dialed.path("ok").asBoolean()).as("%s", dialed).isTrue();
            js.event("identified", event -> event.path("peer").asText().equals(peer));
            JsonNode pinged = js.ask(JsNode.command("ping").put("peer", peer));
            assertThat(pinged.path("ok").asBoolean()).as("%s", pinged).isTrue();

            JsonNode refused =
                    js.ask(JsNode.command("open").put("peer", peer).put("protocol", "/peerkit/message/2.0.0"));

            assertThat(refused.path("ok").asBoolean()).as("%s", refused).isFalse();
            js.event("connection-closed", event -> event.path("peer").asText().equals(peer));
            assertThat(gated.transport().connectedNodes()).isEmpty();
        }
    }

    @Test
    void connectToJs_whichHasNoAccessProtocol_failsWithoutGrant() throws Exception {
        JsNode js = js(true);
        try (TestNode gated = new TestNode()) {
            assertThatThrownBy(() -> await(gated.connect(js.address())))
                    .hasCauseInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("access");
            assertThat(gated.transport().connectedNodes()).isEmpty();
        }
    }
}
