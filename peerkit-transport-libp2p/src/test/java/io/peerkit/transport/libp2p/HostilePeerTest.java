// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Raw sockets against a node: whatever they send, they are cut off, and others are served meanwhile. */
final class HostilePeerTest {
    private static final byte[] NOISE_AGREED =
            "\u0013/multistream/1.0.0\n\u0007/noise\n".getBytes(StandardCharsets.US_ASCII);
    private static final int SOCKET_TIMEOUT_MILLIS = 30_000;

    private static Libp2pTransport.Builder loopback() {
        return Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"));
    }

    private static Socket connect(TestNode node) throws IOException {
        String[] parts = node.address().split("/", -1);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(parts[4]));
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    /** Reads until the node closes; the count of bytes it sent before. */
    private static int readToEnd(Socket socket) {
        int count = 0;
        try {
            byte[] buffer = new byte[1_024];
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                count += n;
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("node keeps the connection open", e);
        } catch (IOException reset) {
            // closed with bytes of ours unread
        }
        return count;
    }

    private static void assertServes(TestNode node) throws Exception {
        try (TestNode friend = new TestNode()) {
            NodeId connected = friend.connect(node.address()).get(30, TimeUnit.SECONDS);
            friend.transport().send(connected, new byte[] {1}).get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void garbage_beforeMultistream_closed() throws Exception {
        try (TestNode node = new TestNode();
                Socket socket = connect(node)) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\n" + "Host: example.org\r\n".repeat(9))
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(readToEnd(socket)).isZero();
            assertServes(node);
        }
    }

    @Test
    void garbage_asNoiseHandshake_closed() throws Exception {
        try (TestNode node = new TestNode();
                Socket socket = connect(node)) {
            byte[] message = new byte[2 + 200];
            new Random(1).nextBytes(message);
            message[0] = 0;
            message[1] = (byte) 200;
            socket.getOutputStream().write(NOISE_AGREED);
            socket.getOutputStream().write(message);
            assertThat(readToEnd(socket)).isEqualTo(NOISE_AGREED.length);
            assertServes(node);
        }
    }

    @Test
    void garbage_asThirdNoiseMessage_closed() throws Exception {
        try (TestNode node = new TestNode();
                Socket socket = connect(node)) {
            byte[] first = new byte[2 + 32];
            new Random(2).nextBytes(first);
            first[0] = 0;
            first[1] = 32;
            byte[] third = new byte[2 + 180];
            new Random(3).nextBytes(third);
            third[0] = 0;
            third[1] = (byte) 180;
            socket.getOutputStream().write(NOISE_AGREED);
            socket.getOutputStream().write(first);
            socket.getOutputStream().write(third);
            assertThat(readToEnd(socket)).isGreaterThan(NOISE_AGREED.length + 96);
            assertServes(node);
        }
    }

    @Test
    void noiseMessage_overTheBound_closedBeforeItComes() throws Exception {
        try (TestNode node = new TestNode();
                Socket socket = connect(node)) {
            socket.getOutputStream().write(NOISE_AGREED);
            socket.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff});
            assertThat(readToEnd(socket)).isEqualTo(NOISE_AGREED.length);
        }
    }

    @Test
    void silence_closedAtTheHandshakeTimeout() throws Exception {
        try (TestNode node = new TestNode(loopback().handshakeTimeout(Duration.ofMillis(200)));
                Socket silent = connect(node);
                Socket halfOpen = connect(node)) {
            halfOpen.getOutputStream().write(NOISE_AGREED);
            halfOpen.shutdownOutput();
            assertThat(readToEnd(silent)).isZero();
            readToEnd(halfOpen);
        }
    }

    @Test
    void connections_moreHandshakesThanMayBePending_closedAtOnceUntilOneEnds() throws Exception {
        try (TestNode node = new TestNode(loopback().maxPendingHandshakes(2))) {
            List<Socket> pending = new ArrayList<>(List.of(connect(node), connect(node)));
            for (Socket each : pending) {
                each.getOutputStream().write(NOISE_AGREED);
                assertThat(each.getInputStream().readNBytes(NOISE_AGREED.length))
                        .isEqualTo(NOISE_AGREED);
            }
            try (Socket third = connect(node)) {
                assertThat(readToEnd(third)).isZero();
            }
            for (Socket each : pending) {
                each.close();
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            boolean served = false;
            while (!served && System.nanoTime() < deadline) {
                try (Socket next = connect(node)) {
                    next.getOutputStream().write(NOISE_AGREED);
                    served = readSome(next);
                }
            }
            assertThat(served).isTrue();
        }
    }

    private static boolean readSome(Socket socket) {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void node_thatNeverAnswers_dialGivenUpAtTheTimeout() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestNode node = new TestNode(loopback().dialTimeout(Duration.ofMillis(200)))) {
            assertThat(node.connect("/ip4/127.0.0.1/tcp/" + mute.getLocalPort()))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("did not answer within");
        }
    }
}
