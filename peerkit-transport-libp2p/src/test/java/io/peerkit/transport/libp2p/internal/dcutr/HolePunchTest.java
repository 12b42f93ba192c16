// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.dcutr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HolePunchTest {
    private static final List<Multiaddr> OURS = List.of(Multiaddr.parse("/ip4/44.128.1.1/tcp/5001"));
    private static final List<Multiaddr> THEIRS = List.of(Multiaddr.parse("/ip4/44.128.2.1/tcp/5002"));
    private static final List<Multiaddr> PRIVATE = List.of(
            Multiaddr.parse("/ip4/10.72.0.2/tcp/5002"),
            Multiaddr.parse("/ip4/127.0.0.1/tcp/5002"),
            Multiaddr.parse("/ip4/100.64.0.1/tcp/5002"),
            Multiaddr.parse("/ip4/169.254.1.1/tcp/5002"),
            Multiaddr.parse("/ip6/fd00::1/tcp/5002"));
    private static final Duration ROUND_TRIP = Duration.ofMillis(80);

    private final HolePunch punch = new HolePunch();

    @Test
    void start_peerTellsPublicAddress_dialedPlainlyFirst() {
        assertEquals(List.of(new HolePunch.Action.DialPlainly(THEIRS)), punch.start(THEIRS, OURS));
        assertEquals(List.of(new HolePunch.Action.Exchange(Duration.ZERO)), punch.plainlyFailed(OURS));
    }

    @Test
    void start_peerTellsPrivateAddressesOnly_exchangesAtOnce() {
        assertEquals(List.of(new HolePunch.Action.Exchange(Duration.ZERO)), punch.start(PRIVATE, OURS));
        assertEquals(List.of(), punch.start(PRIVATE, OURS));
    }

    @Test
    void start_nothingKnownOfOurselves_givesUp() {
        assertInstanceOf(
                HolePunch.Action.GiveUp.class, punch.start(PRIVATE, PRIVATE).get(0));
    }

    @Test
    void answered_roundTripMeasured_halfOfItIsWaited() {
        punch.start(PRIVATE, OURS);
        assertEquals(
                List.of(new HolePunch.Action.SyncAndPunch(Duration.ofMillis(40), THEIRS)),
                punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP));
    }

    @Test
    void answered_secondAttempt_waitedForLonger() {
        punch.start(PRIVATE, OURS);
        punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP);
        punch.failed(OURS);
        assertEquals(
                List.of(new HolePunch.Action.SyncAndPunch(Duration.ofMillis(540), THEIRS)),
                punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP));
    }

    @Test
    void answered_relayTakesForEver_waitIsBounded() {
        punch.start(PRIVATE, OURS);
        assertEquals(
                List.of(new HolePunch.Action.SyncAndPunch(HolePunch.MAX_WAIT, THEIRS)),
                punch.answered(DcutrMessage.connect(THEIRS), Duration.ofMinutes(1)));
    }

    @Test
    void answered_withPrivateAddressesOrSync_givesUp() {
        punch.start(PRIVATE, OURS);
        assertInstanceOf(
                HolePunch.Action.GiveUp.class,
                punch.answered(DcutrMessage.connect(PRIVATE), ROUND_TRIP).get(0));
        HolePunch other = new HolePunch();
        other.start(PRIVATE, OURS);
        assertInstanceOf(
                HolePunch.Action.GiveUp.class,
                other.answered(DcutrMessage.SYNC, ROUND_TRIP).get(0));
    }

    @Test
    void answered_moreAddressesThanMayBeDialed_firstOnes() {
        punch.start(PRIVATE, OURS);
        List<Multiaddr> many = new ArrayList<>();
        for (int port = 1; port <= HolePunch.MAX_DIALED + 1; port++) {
            many.add(Multiaddr.parse("/ip4/44.128.2.1/tcp/" + port));
        }
        assertEquals(
                List.of(new HolePunch.Action.SyncAndPunch(
                        Duration.ofMillis(40), many.subList(0, HolePunch.MAX_DIALED))),
                punch.answered(DcutrMessage.connect(many), ROUND_TRIP));
    }

    @Test
    void failed_threeTimes_givesUp() {
        punch.start(PRIVATE, OURS);
        for (int attempt = 1; attempt < HolePunch.MAX_ATTEMPTS; attempt++) {
            punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP);
            assertEquals(List.of(new HolePunch.Action.Exchange(HolePunch.BETWEEN_ATTEMPTS)), punch.failed(OURS));
        }
        punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP);
        assertInstanceOf(HolePunch.Action.GiveUp.class, punch.failed(OURS).get(0));
        assertEquals(List.of(), punch.failed(OURS));
        assertEquals(List.of(), punch.direct());
    }

    @Test
    void direct_atAnyTime_succeedsOnce() {
        punch.start(PRIVATE, OURS);
        assertEquals(List.of(new HolePunch.Action.Succeed()), punch.direct());
        assertEquals(List.of(), punch.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP));
        assertEquals(List.of(), punch.impossible("gone"));
    }

    @Test
    void anyOrderOfEvents_endsOnceWithinThreeAttempts() {
        for (int seed = 0; seed < 10_000; seed++) {
            Random random = new Random(seed);
            HolePunch machine = new HolePunch();
            int ended = 0;
            int exchanges = 0;
            for (int step = 0; step < 30; step++) {
                List<HolePunch.Action> actions = switch (random.nextInt(7)) {
                    case 0 -> machine.start(random.nextBoolean() ? THEIRS : PRIVATE, OURS);
                    case 1 -> machine.plainlyFailed(OURS);
                    case 2, 3 -> machine.answered(DcutrMessage.connect(THEIRS), ROUND_TRIP);
                    case 4, 5 -> machine.failed(OURS);
                    default -> random.nextInt(10) == 0 ? machine.direct() : List.of();
                };
                for (HolePunch.Action action : actions) {
                    exchanges += action instanceof HolePunch.Action.Exchange ? 1 : 0;
                    boolean end =
                            action instanceof HolePunch.Action.GiveUp || action instanceof HolePunch.Action.Succeed;
                    ended += end ? 1 : 0;
                }
            }
            assertEquals(true, ended <= 1 && exchanges <= HolePunch.MAX_ATTEMPTS, "seed " + seed);
        }
    }
}
