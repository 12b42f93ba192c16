// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.testkit.interop.NpmPackages;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each byte-stream transport with each way to secure it, with js-libp2p at the other end, dialed from either side. */
final class JsTransportsIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final String HOLD = "/test/hold/1.0.0";
    private static final int MEBIBYTE = 1_048_576;
    private static final int CONNECTIONS = 200;

    /** So few that one process of js-libp2p answers them all within the time of one dial. */
    private static final int AT_A_TIME = 10;

    private static final Path FOLDER = Path.of(System.getProperty("peerkit.root"), "interop", "js");
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    @BeforeAll
    static void findJs() throws Exception {
        NpmPackages.require(FOLDER, "js-libp2p interop");
    }

    private static JsNode js(String transport, String security) throws Exception {
        return new JsNode(FOLDER, true, "--transport", transport, "--security", security);
    }

    private static TestSwarm ours() throws Exception {
        TestSwarm swarm = new TestSwarm(SETTINGS);
        swarm.echo(ECHO);
        return swarm;
    }

    private static JsonNode ok(JsonNode answer) {
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return answer;
    }

    @ParameterizedTest
    @CsvSource({"tcp,noise,/noise", "tcp,tls,/tls/1.0.0", "ws,noise,/noise", "ws,tls,/tls/1.0.0"})
    void dial_byEitherSide_identifyPingAndEchoBothWays(String transport, String security, String encryption)
            throws Exception {
        try (JsNode js = js(transport, security);
                TestSwarm jsDials = ours();
                TestSwarm weDial = ours()) {
            String webSocket = jsDials.listenToWebSockets();
            weDial.listenToWebSockets();
            JsonNode dialed = ok(js.ask(
                    JsNode.command("dial").put("address", transport.equals("ws") ? webSocket : jsDials.address())));
            assertThat(dialed.path("encryption").asText()).isEqualTo(encryption);
            assertThat(dialed.path("muxer").asText()).isEqualTo("/yamux/1.0.0");
            exchange(js, jsDials, jsDials.nextConnection());

            exchange(js, weDial, await(weDial.dial(js.address())));
        }
    }

    private static void exchange(JsNode js, TestSwarm ours, Connection connection) throws Exception {
        assertThat(TestSwarm.ping(connection)).isLessThan(Duration.ofSeconds(5));
        JsonNode echoed =
                ok(js.ask(JsNode.command("echo").put("peerId", ours.peer()).put("bytes", MEBIBYTE)));
        assertThat(echoed.path("bytes").asInt()).isEqualTo(MEBIBYTE);
        ok(js.ask(JsNode.command("ping").put("peerId", ours.peer())));
        echo(connection, MEBIBYTE);
        // Last, for js-libp2p answers one at a time, and we ask by ourselves when the connection is new.
        IdentifyMessage said = ours.identify(connection);
        assertThat(said.agentVersion().orElseThrow()).startsWith("js-libp2p/");
    }

    private static void echo(Connection connection, int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        PeerStream stream = TestSwarm.open(connection, ECHO);
        var written = CompletableFuture.allOf(stream.write(bytes), stream.closeWrite());
        int at = 0;
        for (Optional<byte[]> piece = await(stream.read()); piece.isPresent(); piece = await(stream.read())) {
            byte[] part = piece.get();
            assertThat(part).isEqualTo(java.util.Arrays.copyOfRange(bytes, at, at + part.length));
            at += part.length;
        }
        await(written);
        assertThat(at).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({"tcp,noise", "ws,tls"})
    void dial_twoHundredTimes_allLive(String transport, String security) throws Exception {
        List<TestSwarm> swarms = new ArrayList<>();
        try (JsNode js = js(transport, security)) {
            for (int i = 0; i < AT_A_TIME; i++) {
                TestSwarm swarm = ours();
                swarms.add(swarm);
                swarm.listenToWebSockets();
            }
            List<Connection> open = new ArrayList<>();
            while (open.size() < CONNECTIONS) {
                List<CompletableFuture<Connection>> dials =
                        swarms.stream().map(swarm -> swarm.dial(js.address())).toList();
                for (CompletableFuture<Connection> dial : dials) {
                    open.add(await(dial));
                }
            }
            assertThat(open).allMatch(Connection::isOpen);
            JsonNode seen = js.ask(JsNode.command("connections"));
            assertThat(seen.path("count").asInt()).isEqualTo(CONNECTIONS);
            for (Connection each : open) {
                echo(each, 1_000);
            }
        } finally {
            swarms.forEach(TestSwarm::close);
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp,tls", "ws,noise"})
    void streams_neitherSideReads_othersGoOn(String transport, String security) throws Exception {
        try (JsNode js = js(transport, security);
                TestSwarm ours = ours()) {
            ours.listenToWebSockets();
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
                echo(connection, 100_000);
            }
            assertThat(waiting).isNotDone();

            unread.reset();
            stalled.reset();
            assertThat(js.answer(uploading).path("ok").asBoolean()).isFalse();
        }
    }
}
