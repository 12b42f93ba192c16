// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.TestNode;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two swarms on loopback: one asks, the other dials back. */
@Timeout(60)
class AutonatTest {
    private static final Duration SOON = Duration.ofMillis(10);
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final SecureRandom random = new SecureRandom();
    private final BlockingQueue<List<Multiaddr>> confirmed = new LinkedBlockingQueue<>();
    private final BlockingQueue<Connection> back = new LinkedBlockingQueue<>();
    private TestSwarm service;
    private TestSwarm client;

    @BeforeEach
    void open() throws Exception {
        service = new TestSwarm(ConnectionSettings.of(Duration.ofSeconds(10)));
        client = new TestSwarm(ConnectionSettings.of(Duration.ofSeconds(10)));
        new AutonatServer(
                        (address, peer) -> {
                            var dial = service.swarm().probe(address, peer);
                            var unused = dial.thenAccept(back::add);
                            return dial;
                        },
                        CLOCK,
                        random,
                        service.swarm().metrics())
                .serve(service.protocols());
    }

    @AfterEach
    void close() {
        client.close();
        service.close();
    }

    private void ask(Multiaddr candidate) {
        AutonatClient asking = new AutonatClient(
                () -> List.of(candidate),
                (reached, notReached) -> confirmed.add(reached),
                CLOCK,
                random,
                client.swarm().metrics(),
                SOON);
        asking.serve(client.protocols());
        client.swarm().identify().whenKnown(asking::known);
    }

    private Multiaddr own() {
        return client.swarm().listenAddresses().get(0);
    }

    private long figure(TestSwarm swarm, String name) {
        return swarm.swarm().metrics().counter(name).sum();
    }

    private List<Multiaddr> nextTold() throws InterruptedException {
        List<Multiaddr> told = confirmed.poll(30, TimeUnit.SECONDS);
        assertNotNull(told);
        return told;
    }

    @Test
    void ask_listeningPort_confirmed() throws Exception {
        ask(own());
        Connection connection = TestSwarm.await(client.dial(service.address()));
        List<Multiaddr> told = nextTold();
        while (told.isEmpty()) {
            told = nextTold();
        }
        assertEquals(List.of(own()), told);
        assertEquals(1, figure(client, "autonat.confirmed"));
        assertEquals(1, figure(service, "autonat.served"));
        assertTrue(connection.isOpen());
        Connection dialed = back.remove();
        assertFalse(dialed.isEstablished());
        TestSwarm.await(dialed.closed());
    }

    @Test
    void probe_localPort_notThatAtWhichTheServiceListens() throws Exception {
        int listening = service.swarm().listenAddresses().get(0).port().orElseThrow();
        Multiaddr address = own();
        Connection dialed = TestSwarm.await(service.swarm()
                .probe(address, Multiaddr.parse(client.address()).peerId().orElseThrow()));
        assertTrue(dialed.localAddress() instanceof InetSocketAddress local && local.getPort() != listening);
    }

    @Test
    void ask_portAtWhichNobodyListens_failed() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        ask(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port));
        TestSwarm.await(client.dial(service.address()));
        while (figure(client, "autonat.failed") == 0) {
            assertEquals(List.of(), nextTold());
        }
        assertEquals(1, figure(service, "autonat.served"));
        assertEquals(0, figure(client, "autonat.confirmed"));
    }

    @Test
    void dialBack_wrongNonce_reset() throws Exception {
        ask(own());
        Connection connection = TestSwarm.await(service.dial(client.address()));
        PeerStream stream = TestSwarm.open(connection, AutonatServer.DIAL_BACK);
        TestSwarm.await(stream.write(FrameInput.withLength(DialBackMessage.nonce(1))));
        assertThrows(ExecutionException.class, () -> TestSwarm.await(stream.read()));
        assertEquals(0, figure(client, "autonat.confirmed"));
    }

    @Test
    void dialBack_beforeAccess_servedAndNothingElseIs() throws Exception {
        try (TestNode node = new TestNode()) {
            Multiaddr address = Multiaddr.parse(node.address());
            Connection dialed = TestSwarm.await(
                    service.swarm().probe(address, address.peerId().orElseThrow()));
            PeerStream stream = TestSwarm.open(dialed, AutonatServer.DIAL_BACK);
            TestSwarm.await(stream.write(FrameInput.withLength(DialBackMessage.nonce(1))));
            assertThrows(ExecutionException.class, () -> TestSwarm.await(stream.read()));
            assertTrue(dialed.isOpen());
            assertThrows(ExecutionException.class, () -> TestSwarm.open(dialed, AutonatServer.DIAL_REQUEST));
            assertTrue(node.transport().connectedNodes().isEmpty());
        }
    }

    @Test
    void request_peerThatTakesNoNonce_dialBackErrorAndAtLastRejected() throws Exception {
        Connection connection = TestSwarm.await(client.dial(service.address()));
        for (int i = 0; i < DialBackService.MAX_OF_PEER; i++) {
            assertEquals(
                    new AutonatMessage.DialResponse(ResponseStatus.OK, 0, DialStatus.DIAL_BACK_ERROR),
                    request(connection));
        }
        assertEquals(AutonatMessage.DialResponse.refused(ResponseStatus.REJECTED), request(connection));
        assertEquals(DialBackService.MAX_OF_PEER, figure(service, "autonat.served"));
        assertEquals(1, figure(service, "autonat.refused"));
    }

    private AutonatMessage request(Connection connection) throws Exception {
        PeerStream stream = TestSwarm.open(connection, AutonatServer.DIAL_REQUEST);
        AutonatMessage request = new AutonatMessage.DialRequest(List.of(Optional.of(own())), random.nextLong());
        TestSwarm.await(stream.write(FrameInput.withLength(request.encode())));
        byte[] answer = TestSwarm.await(stream.read()).orElseThrow();
        return AutonatMessage.decode(Arrays.copyOfRange(answer, 1, answer.length));
    }
}
