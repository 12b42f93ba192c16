// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.LeakRecorder;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.multiformats.Varint;
import io.peerkit.transport.libp2p.internal.stream.FrameInput;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hop and stop over sockets, with peers that keep to the protocol and others that do not. */
@Timeout(60)
final class RelayStreamsTest {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    @AfterEach
    void nothingLeaked() {
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    private static TestSwarm swarm() throws Exception {
        return new TestSwarm(SETTINGS);
    }

    private static TestSwarm relay() throws Exception {
        TestSwarm relay = swarm();
        relay.serveRelay(RelayLimits.defaults());
        return relay;
    }

    private static String placed(TestSwarm swarm, String relay) throws Exception {
        BlockingQueue<List<Multiaddr>> told = swarm.useRelays(relay);
        await(swarm.dial(relay));
        assertThat(told.poll(30, TimeUnit.SECONDS)).isNotEmpty();
        return relay + "/p2p-circuit/p2p/" + swarm.peer();
    }

    private static byte[] readToEnd(PeerStream stream) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Optional<byte[]> piece = await(stream.read());
        while (piece.isPresent()) {
            all.writeBytes(piece.get());
            piece = await(stream.read());
        }
        return all.toByteArray();
    }

    private static byte[] ask(Connection connection, String protocol, byte[] message) throws Exception {
        PeerStream stream = TestSwarm.open(connection, protocol);
        await(stream.write(FrameInput.withLength(message)));
        ByteBuffer answer = ByteBuffer.wrap(readToEnd(stream));
        await(stream.closeWrite());
        byte[] frame = new byte[(int) Varint.read(answer)];
        assertThat(answer.remaining()).isEqualTo(frame.length);
        answer.get(frame);
        return frame;
    }

    private static RelayStatus hop(Connection connection, byte[] message) throws Exception {
        return ((HopMessage.Status) HopMessage.decode(ask(connection, RelayProtocol.HOP, message))).status();
    }

    private static RelayStatus stop(Connection connection, byte[] message) throws Exception {
        return ((StopMessage.Status) StopMessage.decode(ask(connection, RelayProtocol.STOP, message))).status();
    }

    @Test
    void hop_malformedUnexpectedAndToNobody_statusOfEach() throws Exception {
        try (TestSwarm relay = relay();
                TestSwarm peer = swarm()) {
            Connection connection = await(peer.dial(relay.address()));
            assertThat(hop(connection, new byte[] {1, 2, 3})).isEqualTo(RelayStatus.MALFORMED_MESSAGE);
            assertThat(hop(connection, HopMessage.answer(RelayStatus.OK).encode()))
                    .isEqualTo(RelayStatus.UNEXPECTED_MESSAGE);
            HopMessage toNobody = new HopMessage.Connect(PeerId.parse(relay.peer()));
            assertThat(hop(connection, toNobody.encode())).isEqualTo(RelayStatus.NO_RESERVATION);
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void hop_messageLongerThanAllowed_streamResetAndConnectionKept() throws Exception {
        try (TestSwarm relay = relay();
                TestSwarm peer = swarm()) {
            Connection connection = await(peer.dial(relay.address()));
            PeerStream stream = TestSwarm.open(connection, RelayProtocol.HOP);
            await(stream.write(new byte[] {(byte) 0x81, 0x20})); // 4,097
            assertThatThrownBy(() -> await(stream.read())).hasCauseInstanceOf(PeerUnreachableException.class);
            assertThat(TestSwarm.ping(connection)).isPositive();
        }
    }

    @Test
    void hop_reservation_voucherAndAddressesOfTheRelay() throws Exception {
        try (TestSwarm relay = relay();
                TestSwarm peer = swarm()) {
            Connection connection = await(peer.dial(relay.address()));
            byte[] answer = ask(connection, RelayProtocol.HOP, new HopMessage.Reserve().encode());
            HopMessage.Status status = (HopMessage.Status) HopMessage.decode(answer);
            Reservation place = status.reservation().orElseThrow();
            assertThat(status.limit().isNone()).isTrue();
            assertThat(place.addresses()).containsExactly(Multiaddr.parse(relay.address()));
            ReservationVoucher voucher = ReservationVoucher.open(place.voucher().orElseThrow());
            assertThat(voucher.peer()).hasToString(peer.peer());
            assertThat(voucher.relay()).hasToString(relay.peer());
            assertThat(voucher.expiresAt()).isEqualTo(place.expiresAt());
        }
    }

    @Test
    void hop_overARelayedConnection_denied() throws Exception {
        try (TestSwarm relay = relay();
                TestSwarm second = relay();
                TestSwarm peer = swarm()) {
            String circuit = placed(second, relay.address());
            peer.useRelays();
            Connection relayed = await(peer.dial(circuit));
            assertThat(relayed.isRelayed()).isTrue();
            assertThat(hop(relayed, new HopMessage.Reserve().encode())).isEqualTo(RelayStatus.PERMISSION_DENIED);
            HopMessage connect = new HopMessage.Connect(PeerId.parse(relay.peer()));
            assertThat(hop(relayed, connect.encode())).isEqualTo(RelayStatus.PERMISSION_DENIED);
        }
    }

    @Test
    void stop_fromANodeThatIsNoRelayOfOurs_denied() throws Exception {
        try (TestSwarm node = swarm();
                TestSwarm stranger = swarm()) {
            node.useRelays();
            Connection connection = await(stranger.dial(node.address()));
            StopMessage connect = new StopMessage.Connect(PeerId.parse(stranger.peer()), CircuitLimit.NONE);
            assertThat(stop(connection, connect.encode())).isEqualTo(RelayStatus.PERMISSION_DENIED);
            assertThat(stop(connection, new byte[] {8, 9})).isEqualTo(RelayStatus.MALFORMED_MESSAGE);
            assertThat(stop(connection, new StopMessage.Status(RelayStatus.OK).encode()))
                    .isEqualTo(RelayStatus.UNEXPECTED_MESSAGE);
        }
    }

    @Test
    void circuit_anotherNodeBehindIt_refusedByTheHandshake() throws Exception {
        try (TestSwarm spy = swarm();
                TestSwarm target = swarm();
                TestSwarm dialer = swarm()) {
            spyOn(spy, target);
            dialer.useRelays();
            await(dialer.dial(spy.address()));
            String other = spy.address() + "/p2p-circuit/p2p/" + dialerOfAnotherName();
            assertThatThrownBy(() -> await(dialer.dial(other))).hasCauseInstanceOf(PeerUnreachableException.class);
        }
    }

    private static String dialerOfAnotherName() throws Exception {
        try (TestSwarm other = swarm()) {
            return other.peer();
        }
    }

    @Test
    void circuit_relayThatReadsAlong_seesNothingOfWhatIsSent() throws Exception {
        byte[] marker = "a marker that must not be seen".repeat(100).getBytes(StandardCharsets.US_ASCII);
        try (TestSwarm spy = swarm();
                TestSwarm target = swarm();
                TestSwarm dialer = swarm()) {
            ByteArrayOutputStream seen = spyOn(spy, target);
            target.echo(ECHO);
            dialer.useRelays();
            Connection connection = await(dialer.dial(spy.address() + "/p2p-circuit/p2p/" + target.peer()));
            assertThat(connection.isRelayed()).isTrue();
            PeerStream stream = TestSwarm.open(connection, ECHO);
            await(stream.write(marker));
            await(stream.closeWrite());
            assertThat(readToEnd(stream)).isEqualTo(marker);
            synchronized (seen) {
                assertThat(seen.size()).isGreaterThan(2 * marker.length);
                assertThat(seen.toString(StandardCharsets.ISO_8859_1))
                        .contains("/multistream/1.0.0")
                        .doesNotContain("a marker");
            }
        }
    }

    /** Makes a relay that keeps all bytes of its circuits, each of which leads to the one target, whoever is asked for. */
    private static ByteArrayOutputStream spyOn(TestSwarm spy, TestSwarm target) throws Exception {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        target.useRelays(spy.address());
        BlockingQueue<PeerStream> hops = spy.take(RelayProtocol.HOP);
        await(target.dial(spy.address()));
        Connection toTarget = spy.nextConnection();
        Thread relaying = new Thread(() -> {
            try {
                while (true) {
                    serve(hops.take(), toTarget, seen);
                }
            } catch (Exception e) {
                // The swarm is closed.
            }
        });
        relaying.setDaemon(true);
        relaying.start();
        return seen;
    }

    private static void serve(PeerStream hop, Connection toTarget, ByteArrayOutputStream seen) throws Exception {
        byte[] question = await(hop.read()).orElseThrow();
        HopMessage message = HopMessage.decode(Arrays.copyOfRange(question, 1, question.length));
        if (!(message instanceof HopMessage.Connect)) {
            Reservation place = new Reservation(Instant.now().plusSeconds(600), List.of(), Optional.empty());
            HopMessage placed = new HopMessage.Status(RelayStatus.OK, Optional.of(place), CircuitLimit.NONE);
            await(hop.write(FrameInput.withLength(placed.encode())));
            await(hop.closeWrite());
            return;
        }
        PeerStream stop = TestSwarm.open(toTarget, RelayProtocol.STOP);
        StopMessage connect = new StopMessage.Connect(PeerId.parse(hop.node().value()), CircuitLimit.NONE);
        await(stop.write(FrameInput.withLength(connect.encode())));
        byte[] taken = await(stop.read()).orElseThrow();
        assertThat(taken[1]).isEqualTo((byte) 8);
        await(hop.write(FrameInput.withLength(HopMessage.answer(RelayStatus.OK).encode())));
        forward(hop, stop, seen);
        forward(stop, hop, seen);
    }

    private static void forward(PeerStream from, PeerStream to, ByteArrayOutputStream seen) {
        CompletableFuture<?> unused = from.read().thenCompose(bytes -> {
            if (bytes.isEmpty()) {
                return to.closeWrite();
            }
            synchronized (seen) {
                seen.writeBytes(bytes.get());
            }
            return to.write(bytes.get()).thenRun(() -> forward(from, to, seen));
        });
    }
}
