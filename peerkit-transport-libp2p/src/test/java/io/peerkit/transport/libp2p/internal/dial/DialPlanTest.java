// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class DialPlanTest {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final String RELAY = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    private static List<Multiaddr> addresses(String... texts) {
        return Stream.of(texts).map(Multiaddr::parse).toList();
    }

    private static List<String> ranked(String... texts) {
        return DialRank.rank(addresses(texts)).stream()
                .map(each -> each.delay().toMillis() + " " + each.address())
                .toList();
    }

    private static PeerUnreachableException gone() {
        return new PeerUnreachableException("nobody there");
    }

    private static List<String> dialed(List<DialPlan.Action> actions) {
        return actions.stream()
                .filter(DialPlan.Dial.class::isInstance)
                .map(action -> ((DialPlan.Dial) action).address().toString())
                .toList();
    }

    private static long wake(List<DialPlan.Action> actions) {
        return actions.stream()
                .filter(DialPlan.WakeAt.class::isInstance)
                .mapToLong(action -> ((DialPlan.WakeAt) action).nanos())
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    @Test
    void rank_publicAddresses_quicThenTcpThenWebSocketFamiliesInTurn() {
        assertThat(ranked(
                        "/dns4/example.org/tcp/443/wss",
                        "/ip4/192.0.2.1/tcp/1",
                        "/ip4/192.0.2.2/tcp/1",
                        "/ip6/2001:db8::1/tcp/1",
                        "/ip4/192.0.2.1/udp/1/quic-v1",
                        "/ip6/2001:db8::1/udp/1/quic-v1"))
                .containsExactly(
                        "0 /ip4/192.0.2.1/udp/1/quic-v1",
                        "250 /ip6/2001:db8::1/udp/1/quic-v1",
                        "500 /ip4/192.0.2.1/tcp/1",
                        "750 /ip6/2001:db8::1/tcp/1",
                        "1000 /ip4/192.0.2.2/tcp/1",
                        "1250 /dns4/example.org/tcp/443/wss");
    }

    @Test
    void rank_privateAndPublic_sideBySide() {
        assertThat(ranked(
                        "/ip4/192.0.2.1/tcp/1",
                        "/ip4/10.0.0.1/tcp/1",
                        "/ip6/fd00::1/tcp/1",
                        "/ip4/127.0.0.1/udp/1/quic-v1",
                        "/ip4/192.0.2.1/udp/1/quic-v1"))
                .containsExactly(
                        "0 /ip4/127.0.0.1/udp/1/quic-v1",
                        "0 /ip4/192.0.2.1/udp/1/quic-v1",
                        "30 /ip4/10.0.0.1/tcp/1",
                        "60 /ip6/fd00::1/tcp/1",
                        "250 /ip4/192.0.2.1/tcp/1");
    }

    @Test
    void rank_relayed_halfASecondBehindDirectOnesAndAtOnceWithoutThem() {
        String relayed = "/ip4/192.0.2.9/udp/1/quic-v1/p2p/" + RELAY + "/p2p-circuit";
        assertThat(ranked(relayed, "/ip4/192.0.2.1/tcp/1")).containsExactly("0 /ip4/192.0.2.1/tcp/1", "500 " + relayed);
        assertThat(ranked(relayed)).containsExactly("0 " + relayed);
    }

    @Test
    void failed_relayedWaits_notBeforeItsTimeWhileADirectOneRuns() {
        String relayed = "/ip4/192.0.2.9/tcp/1/p2p/" + RELAY + "/p2p-circuit";
        List<Multiaddr> all = addresses(relayed, "/ip4/192.0.2.1/tcp/1", "/ip4/10.0.0.1/tcp/1");
        DialPlan plan = new DialPlan(all, LIMIT);
        assertThat(dialed(plan.start(0))).containsExactly("/ip4/10.0.0.1/tcp/1", "/ip4/192.0.2.1/tcp/1");
        assertThat(dialed(plan.failed(all.get(1), gone(), 10))).isEmpty();
        assertThat(dialed(plan.failed(all.get(2), gone(), 20))).containsExactly(relayed);
    }

    @Test
    void woken_relayedDueWhileADirectOneRuns_dialed() {
        String relayed = "/ip4/192.0.2.9/tcp/1/p2p/" + RELAY + "/p2p-circuit";
        DialPlan plan = new DialPlan(addresses(relayed, "/ip4/192.0.2.1/tcp/1"), LIMIT);
        long due = wake(plan.start(7));
        assertThat(due).isEqualTo(7 + Duration.ofMillis(500).toNanos());
        assertThat(dialed(plan.woken(due - 1))).isEmpty();
        assertThat(dialed(plan.woken(due))).containsExactly(relayed);
    }

    @Test
    void woken_totalTimeIsOver_givesUpAndCancels() {
        DialPlan plan = new DialPlan(addresses("/ip4/192.0.2.1/tcp/1"), LIMIT);
        long end = wake(plan.start(-5));
        assertThat(end).isEqualTo(-5 + LIMIT.toNanos());
        List<DialPlan.Action> actions = plan.woken(end);
        assertThat(actions).hasSize(2);
        assertThat(actions.get(0)).isInstanceOf(DialPlan.GiveUp.class);
        assertThat(actions.get(1)).isInstanceOf(DialPlan.Cancel.class);
        assertThat(plan.isOver()).isTrue();
        assertThat(plan.failed(Multiaddr.parse("/ip4/192.0.2.1/tcp/1"), gone(), end))
                .isEmpty();
    }

    @Test
    void failed_noOtherAddressCanDoBetter_ends() {
        List<Multiaddr> all = addresses("/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/2");
        DialPlan plan = new DialPlan(all, LIMIT);
        plan.start(0);
        AccessDeniedException denied = new AccessDeniedException("denied before");
        assertThat(plan.failed(all.get(0), denied, 1)).containsExactly(new DialPlan.GiveUp(denied));
    }

    @Test
    void start_moreThanMayRun_theRestAfterFailures() {
        List<Multiaddr> all = IntStream.rangeClosed(1, 16)
                .mapToObj(port -> Multiaddr.parse("/ip4/10.0.0.1/tcp/" + port))
                .toList();
        DialPlan plan = new DialPlan(all, LIMIT);
        plan.start(0);
        assertThat(dialed(plan.woken(Duration.ofSeconds(10).toNanos()))).hasSize(DialPlan.MAX_RUNNING - 1);
        assertThat(dialed(plan.failed(all.get(0), gone(), Duration.ofSeconds(10).toNanos())))
                .containsExactly("/ip4/10.0.0.1/tcp/" + (DialPlan.MAX_RUNNING + 1));
    }

    @Test
    void plan_anyOrderOfEvents_eachDialedAtMostOnceAndEndsOnce() {
        for (long seed = 0; seed < 2_000; seed++) {
            run(new Random(seed), seed);
        }
    }

    private static void run(Random random, long seed) {
        List<Multiaddr> all = new ArrayList<>();
        for (int i = 1; i <= 1 + random.nextInt(16); i++) {
            String host = random.nextBoolean() ? "/ip4/10.0.0.1" : "/ip6/2001:db8::1";
            String way = List.of("/tcp/" + i, "/udp/" + i + "/quic-v1", "/tcp/" + i + "/ws")
                    .get(random.nextInt(3));
            all.add(Multiaddr.parse(host + way + (random.nextInt(4) == 0 ? "/p2p/" + RELAY + "/p2p-circuit" : "")));
        }
        DialPlan plan = new DialPlan(all, LIMIT);
        long now = random.nextLong();
        Set<Multiaddr> dialed = new HashSet<>();
        List<Multiaddr> running = new ArrayList<>();
        int ends = 0;
        List<DialPlan.Action> actions = plan.start(now);
        long wakeAt = now;
        for (int step = 0; ; step++) {
            assertThat(step).as("seed %d", seed).isLessThan(200);
            for (DialPlan.Action action : actions) {
                if (action instanceof DialPlan.Dial dial) {
                    assertThat(dialed.add(dial.address())).as("seed %d", seed).isTrue();
                    running.add(dial.address());
                } else if (action instanceof DialPlan.Cancel cancel) {
                    assertThat(running.remove(cancel.address()))
                            .as("seed %d", seed)
                            .isTrue();
                } else if (action instanceof DialPlan.WakeAt wake) {
                    wakeAt = wake.nanos();
                } else {
                    ends++;
                }
            }
            assertThat(running.size()).as("seed %d", seed).isLessThanOrEqualTo(DialPlan.MAX_RUNNING);
            if (plan.isOver()) {
                break;
            }
            boolean tell = !running.isEmpty() && random.nextInt(3) > 0;
            if (tell) {
                Multiaddr one = running.remove(random.nextInt(running.size()));
                if (random.nextInt(20) == 0) {
                    actions = plan.succeeded(one);
                    ends++;
                } else {
                    now += Duration.ofMillis(random.nextInt(100)).toNanos();
                    actions = plan.failed(one, gone(), now);
                }
            } else {
                now = Math.max(now - wakeAt, 0) + wakeAt;
                actions = plan.woken(now);
            }
        }
        assertThat(ends).as("seed %d", seed).isEqualTo(1);
        assertThat(running).as("seed %d", seed).isEmpty();
    }
}
