// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReservationKeeperTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration LIFE = Duration.ofHours(1);
    private static final PeerId RELAY = peer(1);
    private static final PeerId OTHER = peer(2);
    private static final Multiaddr ADDRESS = Multiaddr.parse("/dns4/relay.example/tcp/4001/p2p/" + RELAY);
    private static final Multiaddr CIRCUIT = Multiaddr.parse(ADDRESS + "/p2p-circuit");

    private final ReservationKeeper keeper = new ReservationKeeper(new Random(505));

    private static PeerId peer(int number) {
        return NodeKey.fromSeed(ByteBuffer.allocate(32).putInt(number).array()).peerId();
    }

    private static Reservation until(Instant end, String... addresses) {
        List<Multiaddr> told = List.of(addresses).stream().map(Multiaddr::parse).toList();
        return new Reservation(end, told, Optional.empty());
    }

    private void place() {
        keeper.connected(RELAY, ADDRESS, NOW);
        assertThat(keeper.plan(NOW).asks()).containsExactly(RELAY);
        keeper.placed(RELAY, until(NOW.plus(LIFE)), NOW);
    }

    @Test
    void plan_relayConnected_askedOnceUntilItAnswers() {
        keeper.connected(RELAY, ADDRESS, NOW);
        keeper.connected(OTHER, Multiaddr.parse("/ip4/192.0.2.2/tcp/1/p2p/" + OTHER), NOW);
        assertThat(keeper.plan(NOW).asks()).containsExactly(RELAY, OTHER);
        assertThat(keeper.plan(NOW.plusSeconds(3_600)).asks()).isEmpty();
        assertThat(keeper.addresses()).isEmpty();
    }

    @Test
    void placed_addresses_knownOneFirstEachWithTheRelaysNameOnceAndNoneOfTheRelaysOwnMachine() {
        keeper.connected(RELAY, ADDRESS, NOW);
        keeper.plan(NOW);
        keeper.placed(
                RELAY,
                until(
                        NOW.plus(LIFE),
                        "/ip4/127.0.0.1/tcp/4001",
                        "/ip4/192.0.2.1/tcp/4001",
                        "/ip4/192.0.2.1/tcp/4001/p2p/" + RELAY,
                        "/ip4/192.0.2.9/tcp/4001/p2p/" + OTHER),
                NOW);
        assertThat(keeper.addresses())
                .containsExactly(CIRCUIT, Multiaddr.parse("/ip4/192.0.2.1/tcp/4001/p2p/" + RELAY + "/p2p-circuit"));
    }

    @Test
    void placed_moreAddressesThanAreTold_bounded() {
        keeper.connected(RELAY, ADDRESS, NOW);
        keeper.plan(NOW);
        String[] many = IntStream.range(1, 10)
                .mapToObj(i -> "/ip4/192.0.2." + i + "/tcp/4001")
                .toArray(String[]::new);
        keeper.placed(RELAY, until(NOW.plus(LIFE), many), NOW);
        assertThat(keeper.addresses()).hasSize(ReservationKeeper.MAX_ADDRESSES).startsWith(CIRCUIT);
    }

    @Test
    void plan_placed_renewedBetweenHalfAndThreeQuartersOfItsLife() {
        place();
        Instant wakeAt = keeper.plan(NOW).wakeAt().orElseThrow();
        assertThat(wakeAt).isBetween(NOW.plus(Duration.ofMinutes(30)), NOW.plus(Duration.ofMinutes(45)));
        assertThat(keeper.plan(wakeAt.minusMillis(1)).asks()).isEmpty();
        assertThat(keeper.plan(wakeAt).asks()).containsExactly(RELAY);
        assertThat(keeper.addresses()).containsExactly(CIRCUIT);
    }

    @Test
    void plan_neverRenewed_addressGoesWhenThePlaceEnds() {
        place();
        keeper.plan(NOW.plus(LIFE).minusMillis(1));
        assertThat(keeper.addresses()).containsExactly(CIRCUIT);
        keeper.plan(NOW.plus(LIFE));
        assertThat(keeper.addresses()).isEmpty();
    }

    @Test
    void gone_placed_addressGoesAtOnceAndTheAnswerOfTheLostAskIsDropped() {
        place();
        keeper.gone(RELAY);
        assertThat(keeper.addresses()).isEmpty();
        keeper.placed(RELAY, until(NOW.plus(LIFE)), NOW);
        assertThat(keeper.addresses()).isEmpty();
        assertThat(keeper.plan(NOW.plus(LIFE)).asks()).isEmpty();
    }

    @Test
    void refused_againAndAgain_waitsDoubleUpToTheLongest() {
        keeper.connected(RELAY, ADDRESS, NOW);
        Instant now = NOW;
        Duration last = Duration.ZERO;
        for (int i = 0; i < 12; i++) {
            assertThat(keeper.plan(now).asks()).containsExactly(RELAY);
            keeper.refused(RELAY, true, now);
            Instant wakeAt = keeper.plan(now).wakeAt().orElseThrow();
            last = Duration.between(now, wakeAt);
            long full = Math.min(ReservationKeeper.FIRST_WAIT.toMillis() << Math.min(i, 8), 600_000);
            assertThat(last.toMillis()).isBetween(full / 2, full);
            now = wakeAt;
        }
        assertThat(last).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void refused_forGood_longestWaitAtOnce() {
        keeper.connected(RELAY, ADDRESS, NOW);
        keeper.plan(NOW);
        keeper.refused(RELAY, false, NOW);
        assertThat(keeper.plan(NOW).wakeAt().orElseThrow()).isAfterOrEqualTo(NOW.plus(Duration.ofMinutes(5)));
    }

    @Test
    void refused_renewal_placeLastsToItsEnd() {
        place();
        Instant renewal = NOW.plus(Duration.ofMinutes(45));
        assertThat(keeper.plan(renewal).asks()).containsExactly(RELAY);
        keeper.refused(RELAY, true, renewal);
        assertThat(keeper.addresses()).containsExactly(CIRCUIT);
    }

    @Test
    void placed_relayWhoseClockIsWrong_lifeIsBounded() {
        keeper.connected(RELAY, ADDRESS, NOW);
        keeper.plan(NOW);
        keeper.placed(RELAY, until(NOW.minus(Duration.ofDays(1))), NOW);
        assertThat(keeper.plan(NOW).wakeAt().orElseThrow()).isBetween(NOW.plusSeconds(30), NOW.plusSeconds(45));
        keeper.placed(RELAY, until(NOW.plus(Duration.ofDays(10_000))), NOW);
        assertThat(keeper.plan(NOW).wakeAt().orElseThrow()).isBefore(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void plan_machineSleptPastTheRenewal_askedWhenItWakes() {
        place();
        assertThat(keeper.plan(NOW.plus(Duration.ofDays(3))).asks()).containsExactly(RELAY);
        assertThat(keeper.addresses()).isEmpty();
    }

    @Test
    void plan_clockSetBack_askedAgain() {
        place();
        assertThat(keeper.plan(NOW.minusSeconds(30)).asks()).isEmpty();
        assertThat(keeper.plan(NOW.minus(Duration.ofDays(1))).asks()).containsExactly(RELAY);
    }

    @Test
    void relayRestarts_aThousandClientsConnectInOneSecond_renewalsSpread() {
        Random random = new Random(506);
        TreeMap<Long, Integer> perSecond = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            ReservationKeeper client = new ReservationKeeper(random);
            Instant at = NOW.plusMillis(random.nextInt(1_000));
            client.connected(RELAY, ADDRESS, at);
            client.plan(at);
            client.placed(RELAY, until(at.plus(LIFE)), at);
            perSecond.merge(client.plan(at).wakeAt().orElseThrow().getEpochSecond(), 1, Integer::sum);
        }
        assertThat(perSecond.values()).allMatch(asks -> asks <= 10);
        assertThat(perSecond.lastKey() - perSecond.firstKey()).isGreaterThan(14 * 60);
    }

    @Test
    void relayIsFull_aThousandClientsAreRefusedAtOnce_asksSpreadMoreAndMore() {
        Random random = new Random(507);
        List<ReservationKeeper> clients = Stream.generate(() -> new ReservationKeeper(random))
                .limit(1_000)
                .toList();
        clients.forEach(client -> client.connected(RELAY, ADDRESS, NOW));
        TreeMap<Long, Integer> perSecond = new TreeMap<>();
        for (ReservationKeeper client : clients) {
            Instant now = NOW;
            for (int round = 0; round < 8; round++) {
                client.plan(now);
                client.refused(RELAY, true, now);
                now = client.plan(now).wakeAt().orElseThrow();
            }
            perSecond.merge(now.getEpochSecond(), 1, Integer::sum);
        }
        assertThat(perSecond.values()).allMatch(asks -> asks <= 20);
    }
}
