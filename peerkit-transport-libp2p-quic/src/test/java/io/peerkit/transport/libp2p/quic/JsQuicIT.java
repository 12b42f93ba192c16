// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import static io.peerkit.transport.libp2p.quic.QuicTestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.testkit.interop.NpmPackages;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.identify.IdentifyMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the QUIC of js-libp2p, which is quinn in Rust. */
final class JsQuicIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final String HOLD = "/test/hold/1.0.0";
    private static final String RESET = "/test/reset/1.0.0";
    private static final int MEBIBYTE = 1_048_576;
    private static final int CONNECTIONS = 200;
    private static final int AT_A_TIME = 10;
    private static final Path FOLDER = Path.of(System.getProperty("peerkit.root"), "interop", "js");
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void findJs() throws Exception {
        NpmPackages.require(FOLDER, "js-libp2p interop");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private JsNode js() throws Exception {
        JsNode js = new JsNode(FOLDER, true, "--transport", "quic");
        opened.add(js);
        return js;
    }

    private QuicTestNode ours(boolean listens) throws Exception {
        QuicTestNode node = new QuicTestNode(SETTINGS, listens);
        node.echo(ECHO);
        opened.add(node);
        return node;
    }

    private static JsonNode ok(JsonNode answer) {
        assertThat(answer.path("ok").asBoolean()).as("%s", answer).isTrue();
        return answer;
    }

    private static void echo(Connection connection, int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        PeerStream stream = QuicTestNode.open(connection, ECHO);
        var written = CompletableFuture.allOf(stream.write(bytes), stream.closeWrite());
        int at = 0;
        for (Optional<byte[]> piece = await(stream.read()); piece.isPresent(); piece = await(stream.read())) {
            byte[] part = piece.get();
            assertThat(part).isEqualTo(Arrays.copyOfRange(bytes, at, at + part.length));
            at += part.length;
        }
        await(written);
        assertThat(at).isEqualTo(length);
    }

    private static void exchange(JsNode js, QuicTestNode ours, Connection connection) throws Exception {
        assertThat(connection.node().value()).isEqualTo(js.peer());
        assertThat(QuicTestNode.ping(connection)).isLessThan(Duration.ofSeconds(5));
        JsonNode echoed =
                ok(js.ask(JsNode.command("echo").put("peerId", ours.peer()).put("bytes", 3 * MEBIBYTE)));
        assertThat(echoed.path("bytes").asInt()).isEqualTo(3 * MEBIBYTE);
        ok(js.ask(JsNode.command("ping").put("peerId", ours.peer())));
        echo(connection, 3 * MEBIBYTE);
        // Last, for js-libp2p answers one at a time, and we ask by ourselves when the connection is new.
        IdentifyMessage said = ours.identify(connection);
        assertThat(said.agentVersion().orElseThrow()).startsWith("js-libp2p/");
        JsonNode identified = ok(js.ask(JsNode.command("identify").put("peerId", ours.peer())));
        assertThat(identified.path("observedAddr").asText())
                .startsWith("/ip4/127.0.0.1/udp/")
                .contains("/quic-v1");
    }

    @Test
    void jsDials_listeningNode_everythingBothWays() throws Exception {
        JsNode js = js();
        QuicTestNode ours = ours(true);
        JsonNode dialed = ok(js.ask(JsNode.command("dial").put("address", ours.address())));
        assertThat(dialed.path("peerId").asText()).isEqualTo(ours.peer());
        exchange(js, ours, ours.nextConnection());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void weDial_fromTheListeningSocketOrAnother_everythingBothWays(boolean listens) throws Exception {
        JsNode js = js();
        QuicTestNode ours = ours(listens);
        exchange(js, ours, await(ours.dial(js.address())));
    }

    @Test
    void dial_twoHundredTimes_allLive() throws Exception {
        JsNode js = js();
        List<QuicTestNode> nodes = new ArrayList<>();
        for (int i = 0; i < AT_A_TIME; i++) {
            nodes.add(ours(true));
        }
        List<Connection> open = new ArrayList<>();
        while (open.size() < CONNECTIONS) {
            List<CompletableFuture<Connection>> dials =
                    nodes.stream().map(node -> node.dial(js.address())).toList();
            for (CompletableFuture<Connection> dial : dials) {
                open.add(await(dial));
            }
        }
        assertThat(js.ask(JsNode.command("connections")).path("count").asInt()).isEqualTo(CONNECTIONS);
        for (Connection each : open) {
            echo(each, 1_000);
        }
    }

    @Test
    void streams_weDoNotRead_writerStopsAndOthersGoOn() throws Exception {
        JsNode js = js();
        QuicTestNode ours = ours(true);
        BlockingQueue<PeerStream> held = ours.take(HOLD);
        Connection connection = await(ours.dial(js.address()));
        int uploading = js.send(JsNode.command("sink")
                .put("peerId", ours.peer())
                .put("protocol", HOLD)
                .put("bytes", 20 * MEBIBYTE));
        PeerStream unread = QuicTestNode.taken(held);

        for (int i = 0; i < 5; i++) {
            assertThat(QuicTestNode.ping(connection)).isLessThan(Duration.ofSeconds(5));
            echo(connection, 100_000);
        }

        unread.reset();
        assertThat(js.answer(uploading).path("ok").asBoolean()).isFalse();
    }

    @Test
    void reset_byJs_seenHere() throws Exception {
        JsNode js = js();
        QuicTestNode ours = ours(true);
        Connection connection = await(ours.dial(js.address()));
        PeerStream stream = QuicTestNode.open(connection, RESET);
        await(stream.write(new byte[] {1}));
        assertThatThrownBy(() -> await(stream.read())).hasCauseInstanceOf(PeerUnreachableException.class);
        assertThatThrownBy(() -> QuicTestNode.open(connection, "/test/unknown/1.0.0"))
                .hasCauseInstanceOf(ProtocolRefusedException.class);
        QuicTestNode.ping(connection);
    }

    @Test
    void dial_otherPeerId_refusedByTheDialer() throws Exception {
        JsNode js = js();
        JsNode other = js();
        QuicTestNode ours = ours(true);
        String place = js.address().substring(0, js.address().indexOf("/p2p/"));
        assertThatThrownBy(() -> await(ours.dial(place + "/p2p/" + other.peer())))
                .hasCauseInstanceOf(PeerUnreachableException.class);

        String ourPlace = ours.address().substring(0, ours.address().indexOf("/p2p/"));
        JsonNode refused = js.ask(JsNode.command("dial").put("address", ourPlace + "/p2p/" + other.peer()));
        assertThat(refused.path("ok").asBoolean()).isFalse();
    }
}
