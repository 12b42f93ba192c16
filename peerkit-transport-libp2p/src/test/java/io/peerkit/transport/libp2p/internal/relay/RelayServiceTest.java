// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RelayServiceTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final RemoteHost HOST = host("192.0.2.1");
    private static final RemoteHost OTHER_HOST = host("192.0.2.2");
    private static final PeerId ONE = peer(1);
    private static final PeerId TWO = peer(2);
    private static final PeerId THREE = peer(3);

    private static PeerId peer(int number) {
        byte[] seed = ByteBuffer.allocate(32).putInt(number).array();
        return NodeKey.fromSeed(seed).peerId();
    }

    private static RemoteHost host(String address) {
        return RemoteHost.of(new InetSocketAddress(address, 4001)); // an IP address, so nothing is looked up
    }

    private static RelayLimits.Builder limits() {
        return RelayLimits.defaults().toBuilder();
    }

    private static RelayService<String> service(RelayLimits.Builder limits) {
        return new RelayService<>(limits.build());
    }

    private static boolean isPlaced(RelayService.Placing placing) {
        return placing instanceof RelayService.Placed;
    }

    private static RelayStatus status(Object answer) {
        return answer instanceof RelayService.Refused<?> refused ? refused.status() : RelayStatus.OK;
    }

    private static RelayService.Circuit<String> circuit(RelayService.Joining<String> joining) {
        assertThat(joining).isInstanceOf(RelayService.Circuit.class);
        return (RelayService.Circuit<String>) joining;
    }

    @Test
    void reserve_firstTime_lastsAsLongAsReservationsDo() {
        RelayService<String> service = service(limits());
        assertThat(service.reserve(ONE, HOST, "a", NOW))
                .isEqualTo(new RelayService.Placed(NOW.plus(Duration.ofHours(1))));
        assertThat(service.reservations()).isEqualTo(1);
    }

    @Test
    void reserve_again_renewsAndMovesToTheNewConnection() {
        RelayService<String> service = service(limits());
        service.reserve(ONE, HOST, "a", NOW);
        Instant later = NOW.plusSeconds(1_800);
        assertThat(service.reserve(ONE, HOST, "b", later))
                .isEqualTo(new RelayService.Placed(later.plus(Duration.ofHours(1))));
        service.gone(ONE, "a");
        assertThat(circuit(service.connect(TWO, HOST, ONE, later)).at()).isEqualTo("b");
        service.gone(ONE, "b");
        assertThat(status(service.connect(TWO, HOST, ONE, later))).isEqualTo(RelayStatus.NO_RESERVATION);
    }

    @Test
    void reserve_mostPlacesAndOneMore_refusedUntilOneIsFree() {
        RelayService<String> service = service(limits().maxReservations(2));
        assertThat(isPlaced(service.reserve(ONE, HOST, "a", NOW))).isTrue();
        assertThat(isPlaced(service.reserve(TWO, HOST, "b", NOW))).isTrue();
        assertThat(status(service.reserve(THREE, HOST, "c", NOW))).isEqualTo(RelayStatus.RESERVATION_REFUSED);
        assertThat(isPlaced(service.reserve(TWO, HOST, "b", NOW))).isTrue();
        service.gone(ONE, "a");
        assertThat(isPlaced(service.reserve(THREE, HOST, "c", NOW))).isTrue();
    }

    @Test
    void reserve_mostPlacesOfAnAddressAndOneMore_refusedThereOnly() {
        RelayService<String> service = service(limits().maxReservationsPerAddress(1));
        assertThat(isPlaced(service.reserve(ONE, HOST, "a", NOW))).isTrue();
        assertThat(status(service.reserve(TWO, HOST, "b", NOW))).isEqualTo(RelayStatus.RESERVATION_REFUSED);
        assertThat(isPlaced(service.reserve(TWO, OTHER_HOST, "b", NOW))).isTrue();
        assertThat(status(service.reserve(TWO, HOST, "b", NOW))).isEqualTo(RelayStatus.RESERVATION_REFUSED);
        service.gone(ONE, "a");
        assertThat(isPlaced(service.reserve(TWO, HOST, "b", NOW))).isTrue();
    }

    @Test
    void reserve_mostAsksOfAMinuteAndOneMore_refusedAndThePlaceKept() {
        RelayService<String> service = service(limits().maxAsksPerMinute(2));
        assertThat(isPlaced(service.reserve(ONE, HOST, "a", NOW))).isTrue();
        assertThat(isPlaced(service.reserve(ONE, HOST, "a", NOW.plusSeconds(30))))
                .isTrue();
        assertThat(status(service.reserve(ONE, HOST, "a", NOW.plusSeconds(59))))
                .isEqualTo(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        assertThat(service.reservations()).isEqualTo(1);
        assertThat(isPlaced(service.reserve(ONE, HOST, "a", NOW.plusSeconds(60))))
                .isTrue();
    }

    @Test
    void connect_placeIsOver_noReservation() {
        RelayService<String> service = service(limits());
        service.reserve(ONE, HOST, "a", NOW);
        Instant end = NOW.plus(Duration.ofHours(1));
        assertThat(status(service.connect(TWO, HOST, ONE, end.minusSeconds(1)))).isEqualTo(RelayStatus.OK);
        assertThat(status(service.connect(TWO, HOST, ONE, end))).isEqualTo(RelayStatus.NO_RESERVATION);
        assertThat(service.reservations()).isZero();
    }

    @Test
    void expire_clockSetBack_placesThatWouldLastTooLongAreDropped() {
        RelayService<String> service = service(limits());
        service.reserve(ONE, HOST, "a", NOW);
        service.expire(NOW.minus(Duration.ofDays(1)));
        assertThat(service.reservations()).isZero();
    }

    @Test
    void connect_toItself_denied() {
        RelayService<String> service = service(limits());
        service.reserve(ONE, HOST, "a", NOW);
        assertThat(status(service.connect(ONE, HOST, ONE, NOW))).isEqualTo(RelayStatus.PERMISSION_DENIED);
    }

    @Test
    void connect_mostCircuitsInAllAndOneMore_refusedUntilOneEnds() {
        RelayService<String> service = service(limits().maxCircuits(1));
        service.reserve(ONE, HOST, "a", NOW);
        RelayService.Circuit<String> circuit = circuit(service.connect(TWO, HOST, ONE, NOW));
        assertThat(status(service.connect(THREE, HOST, ONE, NOW))).isEqualTo(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        service.ended(circuit);
        assertThat(service.circuits()).isZero();
        assertThat(status(service.connect(THREE, HOST, ONE, NOW))).isEqualTo(RelayStatus.OK);
    }

    @Test
    void connect_mostCircuitsOfAPeerAndOneMore_countsBothEnds() {
        RelayService<String> service = service(limits().maxCircuitsPerPeer(1));
        service.reserve(ONE, HOST, "a", NOW);
        service.reserve(TWO, HOST, "b", NOW);
        circuit(service.connect(TWO, HOST, ONE, NOW));
        assertThat(status(service.connect(THREE, HOST, ONE, NOW))).isEqualTo(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        assertThat(status(service.connect(THREE, HOST, TWO, NOW))).isEqualTo(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void connect_mostCircuitsOfAnAddressAndOneMore_refusedThereOnly() {
        RelayService<String> service = service(limits().maxCircuitsPerAddress(1));
        service.reserve(ONE, HOST, "a", NOW);
        circuit(service.connect(TWO, HOST, ONE, NOW));
        assertThat(status(service.connect(THREE, HOST, ONE, NOW))).isEqualTo(RelayStatus.RESOURCE_LIMIT_EXCEEDED);
        assertThat(status(service.connect(THREE, OTHER_HOST, ONE, NOW))).isEqualTo(RelayStatus.OK);
    }

    @Test
    void everything_atRandom_countsReturnToZero() {
        Random random = new Random(504);
        List<PeerId> peers =
                IntStream.range(0, 8).mapToObj(RelayServiceTest::peer).toList();
        RelayService<String> service = service(limits().maxReservations(5)
                .maxReservationsPerAddress(3)
                .maxCircuits(6)
                .maxCircuitsPerPeer(3)
                .maxCircuitsPerAddress(4));
        List<RelayService.Circuit<String>> open = new ArrayList<>();
        Instant now = NOW;
        for (int i = 0; i < 20_000; i++) {
            now = now.plusSeconds(random.nextInt(300));
            PeerId peer = peers.get(random.nextInt(peers.size()));
            RemoteHost host = random.nextBoolean() ? HOST : OTHER_HOST;
            switch (random.nextInt(4)) {
                case 0 -> service.reserve(peer, host, "at", now);
                case 1 -> service.gone(peer, "at");
                case 2 -> {
                    PeerId target = peers.get(random.nextInt(peers.size()));
                    if (service.connect(peer, host, target, now) instanceof RelayService.Circuit<String> circuit) {
                        open.add(circuit);
                    }
                }
                default -> {
                    if (!open.isEmpty()) {
                        service.ended(open.remove(random.nextInt(open.size())));
                    }
                }
            }
            assertThat(service.reservations()).isLessThanOrEqualTo(5);
            assertThat(service.circuits()).isEqualTo(open.size()).isLessThanOrEqualTo(6);
        }
        open.forEach(service::ended);
        service.expire(now.plus(Duration.ofHours(2)));
        assertThat(service.circuits()).isZero();
        assertThat(service.reservations()).isZero();
    }

    @Test
    void remoteHost_addresses_ip4WholeAndIp6ByNetwork() {
        assertThat(host("192.0.2.1")).isEqualTo(HOST);
        assertThat(host("2001:db8::1")).isEqualTo(host("2001:db8::ffff:2")).isNotEqualTo(host("2001:db8:0:1::1"));
    }
}
