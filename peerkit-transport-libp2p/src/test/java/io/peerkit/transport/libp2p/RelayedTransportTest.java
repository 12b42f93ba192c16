// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.Path;
import io.peerkit.api.transport.PeerStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes that do not listen and a relay between them, with the access gate, over sockets. */
final class RelayedTransportTest {
    private static final ProtocolId ECHO = new ProtocolId("/test/echo/1.0.0");
    private static final byte[] OTHER_KEY = "a key that nobody shares".getBytes(StandardCharsets.US_ASCII);
    private static final int MEBIBYTE = 1_048_576;

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static Libp2pTransport.Builder listening() {
        return Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"));
    }

    private static Libp2pTransport.Builder hidden(String relay) {
        return Libp2pTransport.builder().noListen().relay(new RelayAddress(relay));
    }

    private static TestNode relay() throws Exception {
        return TestNode.relay(listening(), TestNode.newSeed());
    }

    /** A node with a place at the relay. */
    private static TestNode placed(String relay) throws Exception {
        TestNode node = new TestNode(hidden(relay));
        await(node.connect(relay));
        node.awaitHeard("addresses 1");
        return node;
    }

    private static void echo(PeerStream stream) {
        var unused = stream.read().thenAccept(bytes -> {
            if (bytes.isPresent()) {
                var unusedToo = stream.write(bytes.get()).thenRun(() -> echo(stream));
            } else {
                var unusedToo = stream.closeWrite();
            }
        });
    }

    private static long figure(TestNode node, String name) {
        return node.transport().metrics().getOrDefault(name, -1L);
    }

    private static void awaitFigure(TestNode node, String name, long value) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (figure(node, name) != value) {
            assertThat(System.nanoTime())
                    .as("%s is %d, not %d", name, figure(node, name), value)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void connect_twoNodesThatDoNotListen_streamsThroughTheRelay() throws Exception {
        try (TestNode relay = relay();
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            assertThat(other.address()).isEqualTo(relay.address() + "/p2p-circuit/p2p/" + other.peer());
            other.transport().handleStreams(ECHO, RelayedTransportTest::echo);
            await(one.connect(other.address()));
            assertThat(one.transport().isDirect(other.transport().nodeId())).isFalse();
            assertThat(other.transport().path(one.transport().nodeId())).isEqualTo(Optional.of(Path.RELAYED));
            assertThat(one.transport().isDirect(relay.transport().nodeId())).isTrue();

            PeerStream stream =
                    await(one.transport().openStream(other.transport().nodeId(), ECHO));
            CompletableFuture<Long> received = readToEnd(stream, 0);
            for (int i = 0; i < 16; i++) {
                await(stream.write(new byte[MEBIBYTE / 2]));
            }
            await(stream.closeWrite());
            assertThat(await(received)).isEqualTo(8 * MEBIBYTE);
            await(one.transport().send(other.transport().nodeId(), new byte[100_000]));
            other.awaitHeard("message 100000");

            assertThat(figure(relay, "relay.reservations.open")).isEqualTo(2);
            assertThat(figure(relay, "relay.circuits.open")).isEqualTo(1);
            assertThat(figure(relay, "relay.circuits.bytes")).isGreaterThan(16 * MEBIBYTE);
            one.transport().disconnect(other.transport().nodeId());
            other.awaitHeard("gone " + one.peer());
            awaitFigure(relay, "relay.circuits.open", 0);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    private static CompletableFuture<Long> readToEnd(PeerStream stream, long before) {
        return stream.read()
                .thenCompose(bytes -> bytes.isPresent()
                        ? readToEnd(stream, before + bytes.get().length)
                        : CompletableFuture.completedFuture(before));
    }

    @Test
    void connectAndDisconnect_moreOftenThanAConnectionHasStreams_nothingIsLeftOfCircuits() throws Exception {
        try (TestNode relay = relay();
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            for (int i = 0; i < 300; i++) {
                TestNode closing = i % 2 == 0 ? one : other;
                await(one.connect(other.address()));
                other.awaitHeard("granted " + one.peer());
                closing.transport()
                        .disconnect(
                                closing == one
                                        ? other.transport().nodeId()
                                        : one.transport().nodeId());
                one.awaitHeard("gone " + other.peer());
                other.awaitHeard("gone " + one.peer());
            }
            awaitFigure(relay, "relay.circuits.open", 0);
            assertThat(figure(relay, "relay.circuits.opened")).isEqualTo(300);
            assertThat(figure(relay, "relay.reservations.open")).isEqualTo(2);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    @Test
    void connect_relayNotConnected_dialedFirst() throws Exception {
        try (TestNode relay = relay();
                TestNode target = placed(relay.address());
                TestNode dialer = new TestNode(Libp2pTransport.builder().noListen())) {
            await(dialer.connect(target.address()));
            assertThat(dialer.transport().connectedNodes())
                    .containsExactlyInAnyOrder(
                            relay.transport().nodeId(), target.transport().nodeId());
        }
    }

    @Test
    void connect_targetWithoutPlace_unreachableAndSaysWhy() throws Exception {
        try (TestNode relay = relay();
                TestNode one = placed(relay.address());
                TestNode other = new TestNode()) {
            await(other.connect(relay.address()));
            String route = relay.address() + "/p2p-circuit/p2p/" + other.peer();
            assertThatThrownBy(() -> await(one.connect(route)))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("no reservation");
        }
    }

    @Test
    void connect_wrongKey_noPlaceAndNoCircuit() throws Exception {
        try (TestNode relay = relay();
                TestNode target = placed(relay.address());
                TestNode stranger = new TestNode(hidden(relay.address()), OTHER_KEY)) {
            assertThatThrownBy(() -> await(stranger.connect(relay.address())))
                    .hasCauseInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> await(stranger.connect(target.address()))).isInstanceOf(ExecutionException.class);
            assertThat(stranger.transport().listenAddresses()).isEmpty();
            assertThat(figure(relay, "relay.reservations.granted")).isEqualTo(1);
            assertThat(figure(relay, "relay.circuits.opened")).isZero();
        }
    }

    @Test
    void relay_restartsWithItsSeed_placeComesBackUnderTheSameAddress() throws Exception {
        byte[] seed = TestNode.newSeed();
        TestNode relay = TestNode.relay(listening(), seed);
        String address = relay.address();
        try (TestNode node = placed(address)) {
            String before = node.address();
            relay.close();
            node.awaitHeard("addresses 0");
            String port = address.split("/", -1)[4];
            try (TestNode again =
                    TestNode.relay(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/" + port), seed)) {
                await(node.connect(address));
                node.awaitHeard("addresses 1");
                assertThat(node.address()).isEqualTo(before);
                assertThat(figure(again, "relay.reservations.open")).isEqualTo(1);
            }
        }
    }

    @Test
    void connect_directAddressToo_directIsPreferredAndTold() throws Exception {
        try (TestNode relay = relay();
                TestNode one = placed(relay.address());
                TestNode other = new TestNode(listening().relay(new RelayAddress(relay.address())))) {
            await(other.connect(relay.address()));
            other.awaitHeard("addresses 2");
            String direct = other.transport().listenAddresses().get(0).value();
            String relayed = other.transport().listenAddresses().get(1).value();
            await(one.transport().connect(List.of(new NodeAddress(relayed), new NodeAddress(direct))));
            assertThat(one.transport().isDirect(other.transport().nodeId())).isTrue();

            one.transport().disconnect(other.transport().nodeId());
            other.awaitHeard("gone " + one.peer());
            one.awaitHeard("gone " + other.peer());
            await(one.connect(relayed));
            assertThat(one.transport().isDirect(other.transport().nodeId())).isFalse();
        }
    }

    @Test
    void limits_circuitsOfAPeer_theNextIsRefused() throws Exception {
        RelayLimits limits =
                RelayLimits.defaults().toBuilder().maxCircuitsPerPeer(1).build();
        try (TestNode relay = TestNode.relay(listening().relayLimits(limits), TestNode.newSeed());
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address());
                TestNode third = placed(relay.address())) {
            await(one.connect(other.address()));
            assertThatThrownBy(() -> await(third.connect(other.address())))
                    .cause()
                    .hasMessageContaining("resource limit exceeded");
            one.transport().disconnect(other.transport().nodeId());
            awaitFigure(relay, "relay.circuits.open", 0);
            await(third.connect(other.address()));
        }
    }

    @Test
    void limits_bytesOfACircuit_resetWhenReached() throws Exception {
        RelayLimits limits =
                RelayLimits.defaults().toBuilder().circuitBytes(MEBIBYTE).build();
        try (TestNode relay = TestNode.relay(listening().relayLimits(limits), TestNode.newSeed());
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            other.transport().handleStreams(ECHO, RelayedTransportTest::echo);
            await(one.connect(other.address()));
            PeerStream stream =
                    await(one.transport().openStream(other.transport().nodeId(), ECHO));
            CompletableFuture<Long> received = readToEnd(stream, 0);
            for (int i = 0; i < 2; i++) {
                var unused = stream.write(new byte[MEBIBYTE / 2]);
            }
            assertThatThrownBy(() -> await(received)).cause().isInstanceOf(PeerUnreachableException.class);
            one.awaitHeard("gone " + other.peer());
            other.awaitHeard("gone " + one.peer());
            awaitFigure(relay, "relay.circuits.open", 0);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    @Test
    void limits_secondsOfACircuit_resetWhenOver() throws Exception {
        RelayLimits limits = RelayLimits.defaults().toBuilder()
                .circuitLife(Duration.ofSeconds(1))
                .build();
        try (TestNode relay = TestNode.relay(listening().relayLimits(limits), TestNode.newSeed());
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            await(one.connect(other.address()));
            one.awaitHeard("gone " + other.peer());
            awaitFigure(relay, "relay.circuits.open", 0);
        }
    }

    @Test
    void limits_bytesASecond_circuitsAreNoFaster() throws Exception {
        RelayLimits limits =
                RelayLimits.defaults().toBuilder().bytesPerSecond(2 * MEBIBYTE).build();
        try (TestNode relay = TestNode.relay(listening().relayLimits(limits), TestNode.newSeed());
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            other.transport().handleStreams(ECHO, RelayedTransportTest::echo);
            await(one.connect(other.address()));
            PeerStream stream =
                    await(one.transport().openStream(other.transport().nodeId(), ECHO));
            long start = System.nanoTime();
            CompletableFuture<Long> received = readToEnd(stream, 0);
            await(stream.write(new byte[MEBIBYTE]));
            await(stream.closeWrite());
            assertThat(await(received)).isEqualTo(MEBIBYTE);
            // It passes the relay twice, but for the last pieces and what was not used before.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(700));
        }
    }

    @Test
    void limits_placesOfAnAddress_theNextHasNone() throws Exception {
        RelayLimits limits =
                RelayLimits.defaults().toBuilder().maxReservationsPerAddress(1).build();
        try (TestNode relay = TestNode.relay(listening().relayLimits(limits), TestNode.newSeed());
                TestNode one = placed(relay.address());
                TestNode other = new TestNode(hidden(relay.address()))) {
            await(other.connect(relay.address()));
            awaitFigure(relay, "relay.reservations.refused", 1);
            assertThat(other.transport().listenAddresses()).isEmpty();
            assertThat(one.transport().listenAddresses()).hasSize(1);
        }
    }

    @Test
    void circuit_readerStalls_writerWaitsAndNothingPilesUpAtTheRelay() throws Exception {
        try (TestNode relay = relay();
                TestNode one = placed(relay.address());
                TestNode other = placed(relay.address())) {
            CompletableFuture<PeerStream> taken = new CompletableFuture<>();
            other.transport().handleStreams(ECHO, taken::complete);
            await(one.connect(other.address()));
            PeerStream stream =
                    await(one.transport().openStream(other.transport().nodeId(), ECHO));
            int sent = 0;
            CompletableFuture<Void> write = stream.write(new byte[MEBIBYTE / 2]);
            while (completesSoon(write)) {
                sent++;
                write = stream.write(new byte[MEBIBYTE / 2]);
            }
            // The window of the stream, what the circuit and the relay hold, and what this side may have unsent.
            assertThat(sent).isLessThan(64);
            CompletableFuture<Long> received = readToEnd(await(taken), 0);
            await(write);
            await(stream.closeWrite());
            assertThat(await(received)).isEqualTo((sent + 1L) * MEBIBYTE / 2);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    private static boolean completesSoon(CompletableFuture<Void> write) throws Exception {
        try {
            write.get(2, TimeUnit.SECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException e) {
            return false;
        }
    }
}
