// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.testkit.interop.NpmPackages;
import io.peerkit.transport.libp2p.TestNode;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.identify.PeerRecord;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against js-libp2p, below the access gate. The last two tests are above it. */
final class JsInteropIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final String RESET = "/test/reset/1.0.0";
    private static final String HOLD = "/test/hold/1.0.0";
    private static final String SINK = "/test/sink/1.0.0";
    private static final int MEBIBYTE = 1_048_576;
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private static @Nullable JsNode early;
    private static @Nullable JsNode plain;

    @BeforeAll
    static void startJs() throws Exception {
        Path folder = folder();
        early = new JsNode(folder, true);
        plain = new JsNode(folder, false);
    }

    /** Where js-libp2p is; without it the test is skipped, or fails where it must not be. */
    static Path folder() throws IOException, InterruptedException {
        Path folder = Path.of(System.getProperty("peerkit.root"), "interop", "js");
        NpmPackages.require(folder, "js-libp2p interop");
        return folder;
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
        swarm.sink(SINK);
        return swarm;
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,true", "true,false"})
    void jsDials_anyWayToTheMuxer_identifyPingAndEchoBothWays(boolean jsEarly, boolean weEarly) throws Exception {
        JsNode js = js(jsEarly);
        try (TestSwarm ours = ours(weEarly)) {
            JsonNode dialed = js.ask(JsNode.command("dial").put("address", ours.address()));
            assertThat(dialed.path("peerId").asText()).as("%s", dialed).isEqualTo(ours.peer());
            assertThat(dialed.path("muxer").asText()).isEqualTo("/yamux/1.0.0");
            assertThat(dialed.path("earlyMuxer").asBoolean()).isEqualTo(jsEarly && weEarly);

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
            JsonNode seen = connectionAtJs(js, ours.peer()).orElseThrow();
            assertThat(seen.path("earlyMuxer").asBoolean()).isEqualTo(jsEarly && weEarly);

            exchangeEverything(js, ours, connection);
        }
    }

    static Optional<JsonNode> connectionAtJs(JsNode js, String peer) throws Exception {
        for (JsonNode each : js.ask(JsNode.command("connections")).path("connections")) {
            if (each.path("peerId").asText().equals(peer)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /**
     * js-libp2p opens one stream at a time for identify and for ping, and has one open already while it identifies a new
     * peer by itself or has not yet seen the end of the last ping.
     */
    private static JsonNode askForOneStream(JsNode js, String command, String peer) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        JsonNode answer = js.ask(JsNode.command(command).put("peerId", peer));
        while (answer.path("error").asText().equals("TooManyOutboundProtocolStreamsError")
                && System.nanoTime() < deadline) {
            answer = js.ask(JsNode.command(command).put("peerId", peer));
        }
        return ok(answer);
    }

    private static JsonNode ok(JsonNode answer) {
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return answer;
    }

    static void exchangeEverything(JsNode js, TestSwarm ours, Connection connection) throws Exception {
        JsonNode identified = askForOneStream(js, "identify", ours.peer());
        assertThat(identified.path("agentVersion").asText()).isEqualTo("peerkit/0.1");
        assertThat(identified.path("protocols").toString()).contains("/ipfs/ping/1.0.0", "/ipfs/id/1.0.0", ECHO);
        assertThat(identified.path("listenAddrs").toString()).contains("/ip4/127.0.0.1/tcp/");
        assertThat(identified.path("observedAddr").asText()).startsWith("/ip4/127.0.0.1/tcp/");

        IdentifyMessage said = ours.identify(connection);
        assertThat(said.agentVersion().orElseThrow()).startsWith("js-libp2p/");
        assertThat(said.protocols()).contains(ECHO, "/ipfs/ping/1.0.0");
        PeerRecord signed = PeerRecord.open(said.signedPeerRecord().orElseThrow());
        assertThat(signed.peer()).isEqualTo(connection.peer());

        for (int i = 0; i < 5; i++) {
            askForOneStream(js, "ping", ours.peer());
            assertThat(TestSwarm.ping(connection)).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        }

        JsonNode echoed =
                ok(js.ask(JsNode.command("echo").put("peerId", ours.peer()).put("bytes", MEBIBYTE)));
        assertThat(echoed.path("bytes").asInt()).isEqualTo(MEBIBYTE);
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

            ok(js.ask(JsNode.command("openThenReset").put("peerId", ours.peer()).put("protocol", HOLD)));
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
                    "stream",
                    event -> event.path("peerId").asText().equals(ours.peer())
                            && event.path("end").asText().equals("reset"));

            int asked = js.send(JsNode.command("expectReset").put("peerId", ours.peer()));
            PeerStream accepted = toReset.poll(30, TimeUnit.SECONDS);
            assertThat(accepted).isNotNull();
            await(accepted.read());
            accepted.reset();
            assertThat(ok(js.answer(asked)).path("reset").asBoolean()).isTrue();
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
                    js.ask(JsNode.command("open").put("peerId", ours.peer()).put("protocol", "/test/unknown/1.0.0"));
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
            assertThat(refused.path("error").asText()).as("%s", refused).isEqualTo("EncryptionFailedError");

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
            int uploading = js.send(
                    JsNode.command("pingWhileBulk").put("peerId", ours.peer()).put("bytes", 20 * MEBIBYTE));
            PeerStream ourBulk = TestSwarm.open(connection, SINK);
            for (int i = 0; i < 20; i++) {
                var unused = ourBulk.write(new byte[MEBIBYTE]).exceptionally(full -> null);
                assertThat(TestSwarm.ping(connection)).isLessThan(Duration.ofSeconds(5));
            }
            JsonNode uploaded = ok(js.answer(uploading));
            assertThat(uploaded.path("bytes").asInt()).isEqualTo(20 * MEBIBYTE);
            assertThat(uploaded.path("worst").asDouble()).isLessThan(5_000);
        }
    }

    @Test
    void ping_whileNeitherSideReadsItsBulkData_answeredBothWays() throws Exception {
        JsNode js = js(true);
        try (TestSwarm ours = ours(true)) {
            BlockingQueue<PeerStream> held = ours.take(HOLD);
            Connection connection = await(ours.dial(js.address()));
            int uploading = js.send(JsNode.command("sink")
                    .put("peerId", ours.peer())
                    .put("protocol", HOLD)
                    .put("bytes", 4 * MEBIBYTE));
            PeerStream unread = held.poll(30, TimeUnit.SECONDS);
            assertThat(unread).isNotNull();
            PeerStream stalled = TestSwarm.open(connection, HOLD);
            CompletableFuture<Void> waiting = stalled.write(new byte[4 * MEBIBYTE]);

            for (int i = 0; i < 5; i++) {
                assertThat(TestSwarm.ping(connection)).isLessThan(Duration.ofSeconds(5));
                askForOneStream(js, "ping", ours.peer());
            }
            assertThat(waiting).isNotDone();

            unread.reset();
            stalled.reset();
            assertThat(js.answer(uploading).path("ok").asBoolean()).isFalse();
        }
    }

    @Test
    void jsDialsNodeWithGate_withoutAccess_onlyIdentifyAndPingWork() throws Exception {
        JsNode js = js(true);
        try (TestNode gated = new TestNode()) {
            String peer = gated.peer();
            ok(js.ask(JsNode.command("dial").put("address", gated.address())));
            JsonNode identified = askForOneStream(js, "identify", peer);
            assertThat(identified.path("agentVersion").asText()).isEqualTo("peerkit/0.1");
            askForOneStream(js, "ping", peer);

            JsonNode refused =
                    js.ask(JsNode.command("open").put("peerId", peer).put("protocol", "/peerkit/message/2.0.0"));

            assertThat(refused.path("ok").asBoolean()).as("%s", refused).isFalse();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (connectionAtJs(js, peer).isPresent()) {
                assertThat(System.nanoTime()).as("connection must be closed").isLessThan(deadline);
            }
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
