// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import io.peerkit.transport.libp2p.internal.websocket.WebSocketCarrier;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers that break the rules of HTTP or WebSocket harm their own connection alone. */
final class WebSocketHostileTest {
    private static final Duration SHORT_HANDSHAKE = Duration.ofMillis(700);
    /** Longer than any test waits, so that it is never what closes a connection. */
    private static final Duration HANDSHAKE = Duration.ofMinutes(1);

    private static final int PATIENCE_MILLIS = 20_000;
    private static final String REQUEST = String.join(
            "\r\n",
            "GET /any/path HTTP/1.1",
            "Host: test",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "",
            "");
    /** The mask makes no difference when it is zero. */
    private static final String MASK = "\0\0\0\0";

    private TestSwarm swarm;
    private int port;

    WebSocketHostileTest() throws Exception {
        swarm = new TestSwarm(ConnectionSettings.of(HANDSHAKE));
    }

    private void restart(Duration handshake) throws Exception {
        swarm.close();
        swarm = new TestSwarm(ConnectionSettings.of(handshake));
        listen();
    }

    @BeforeEach
    void listen() throws Exception {
        swarm.swarm().add(host -> new WebSocketCarrier(host, Optional.empty()));
        TestSwarm.await(swarm.swarm().listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/ws"))));
        port = swarm.swarm().addresses().stream()
                .filter(WebSocketCarrier::isWebSocket)
                .findFirst()
                .orElseThrow()
                .port()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        swarm.close();
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void send(Socket socket, String latin) throws IOException {
        socket.getOutputStream().write(latin.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String readHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed behind " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void assertCloses(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset"); // bytes of ours were not read
        }
    }

    private Socket upgraded() throws IOException {
        Socket socket = connect();
        send(socket, REQUEST);
        assertThat(readHead(socket)).startsWith("HTTP/1.1 101").contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return socket;
    }

    @Test
    void listen_requestNeverEnds_closedByTheHandshakeTime() throws Exception {
        restart(SHORT_HANDSHAKE);
        try (Socket silent = connect();
                Socket slow = connect()) {
            send(slow, REQUEST.substring(0, 40));
            assertCloses(silent);
            assertCloses(slow);
        }
    }

    @Test
    void listen_upgradeAndThenNothing_closedByTheSameTime() throws Exception {
        restart(SHORT_HANDSHAKE);
        try (Socket socket = upgraded()) {
            assertCloses(socket);
        }
    }

    @Test
    void listen_noWebSocketAskedFor_closed() throws Exception {
        for (String request : List.of(
                "GET / HTTP/1.1\r\nHost: test\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n",
                "\0\0\0\0\r\n\r\n",
                REQUEST.replace("Version: 13", "Version: 99"),
                "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nA: " + "a".repeat(9_000) + "\r\n\r\n")) {
            try (Socket socket = connect()) {
                send(socket, request);
                assertCloses(socket);
            }
        }
    }

    @Test
    void listen_framesThatMayNotBe_closed() throws Exception {
        for (String frame : List.of(
                "\u0081\u0081" + MASK + "a", // text
                "\u0082\u0001a", // not masked
                "\u0082\u00ff\0\0\0\0\0\u0010\0\u0001" + MASK, // 1 MiB and one byte
                "\u0082\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff" + MASK,
                "\u00f2\u0081" + MASK + "a", // reserved bits
                "\u0080\u0081" + MASK + "a", // continues nothing
                "\u0088\u0080" + MASK)) { // close
            try (Socket socket = upgraded()) {
                send(socket, frame);
                assertCloses(socket);
            }
        }
    }

    @Test
    void listen_pingAmidTheHandshake_answered() throws Exception {
        try (Socket socket = upgraded()) {
            send(socket, "\u0089\u0083" + MASK + "abc");
            InputStream in = socket.getInputStream();
            byte[] seen = in.readNBytes(5);
            assertThat(new String(seen, StandardCharsets.ISO_8859_1)).isEqualTo("\u008a\u0003abc");
        }
    }

    @Test
    void listen_multistreamInFragmentsOfOneByte_answered() throws Exception {
        try (Socket socket = upgraded()) {
            String hello = "\u0013/multistream/1.0.0\n";
            for (int i = 0; i < hello.length(); i++) {
                boolean last = i == hello.length() - 1;
                char opcode = (char) ((last ? 0x80 : 0) | (i == 0 ? 2 : 0));
                send(socket, opcode + "\u0081" + MASK + hello.charAt(i));
            }
            byte[] seen = socket.getInputStream().readNBytes(22);
            assertThat(new String(seen, StandardCharsets.ISO_8859_1)).isEqualTo("\u0082\u0014" + hello);
        }
    }

    @Test
    void dial_serverRefusesOrTalksNonsense_unreachable() throws Exception {
        for (String answer : List.of(
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
                String.join(
                        "\r\n",
                        "HTTP/1.1 101 Switching Protocols",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Accept: wrong",
                        "",
                        ""),
                "SSH-2.0-test\r\n\r\n")) {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                var dialed = swarm.dial("/ip4/127.0.0.1/tcp/" + server.getLocalPort() + "/ws");
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(PATIENCE_MILLIS);
                    readHead(socket);
                    send(socket, answer);
                    assertThatThrownBy(() -> TestSwarm.await(dialed))
                            .hasCauseInstanceOf(PeerUnreachableException.class);
                }
            }
        }
    }

    @Test
    void dialWss_certificateForAnotherNameOrOfNobody_unreachable() throws Exception {
        SSLContext otherName = TestCertificates.forNames("dns:elsewhere.example");
        try (TestSwarm server = new TestSwarm(ConnectionSettings.of(HANDSHAKE));
                TestSwarm trusting = new TestSwarm(ConnectionSettings.of(HANDSHAKE))) {
            server.swarm().add(host -> new WebSocketCarrier(host, Optional.of(otherName)));
            TestSwarm.await(server.swarm().listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/tls/ws"))));
            trusting.swarm().add(host -> new WebSocketCarrier(host, Optional.of(otherName)));
            String address = server.swarm().addresses().stream()
                    .filter(WebSocketCarrier::isWebSocket)
                    .findFirst()
                    .orElseThrow()
                    .toString();

            for (TestSwarm dialer : List.of(trusting, swarm)) {
                assertThatThrownBy(() -> TestSwarm.await(dialer.dial(address)))
                        .hasCauseInstanceOf(PeerUnreachableException.class);
            }
            String named = address.replace("/tls/ws", "/tls/sni/elsewhere.example/ws");
            assertThat(TestSwarm.await(trusting.dial(named)).isEstablished()).isTrue();
        }
    }

    @Test
    void listen_tlsWithoutCertificate_refused() {
        assertThatThrownBy(() ->
                        TestSwarm.await(swarm.swarm().listen(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0/tls/ws")))))
                .hasCauseInstanceOf(PeerUnreachableException.class);
    }
}
