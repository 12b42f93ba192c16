// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReachabilityProbeTest {
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/44.128.1.1/tcp/5001");
    private static final Multiaddr OTHER = Multiaddr.parse("/ip4/44.128.1.1/tcp/5002");
    private static final InetAddress THERE = TestPeers.ip("44.128.3.3");
    private static final InetAddress INSIDE = TestPeers.ip("192.168.1.1");
    private static final PeerId PEER = TestPeers.peer(1);

    private final ReachabilityProbe probe = new ReachabilityProbe();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void oneAddress() {
        probe.candidates(List.of(ADDRESS));
    }

    private Optional<Boolean> answer(long nonce, DialStatus status) {
        return probe.answered(
                nonce, Optional.of(new AutonatMessage.DialResponse(ResponseStatus.OK, 0, status)), 0, now);
    }

    private void fail(int peer) {
        assertEquals(Optional.of(ADDRESS), probe.next(TestPeers.peer(peer), THERE, peer, now));
        assertEquals(Optional.of(false), answer(peer, DialStatus.DIAL_ERROR));
    }

    private void confirm(long nonce) {
        assertEquals(Optional.of(ADDRESS), probe.next(PEER, THERE, nonce, now));
        assertTrue(probe.arrived(nonce, PEER, THERE, now));
        assertEquals(Optional.of(true), answer(nonce, DialStatus.OK));
    }

    @Test
    void answered_nonceArrived_confirmed() {
        confirm(1);
        assertEquals(List.of(ADDRESS), probe.confirmed());
    }

    @Test
    void answered_nonceDidNotArrive_nothing() {
        probe.next(PEER, THERE, 1, now);
        assertEquals(Optional.empty(), answer(1, DialStatus.OK));
        assertEquals(List.of(), probe.confirmed());
    }

    @Test
    void arrived_wrongNonceOrPeerOrFromInside_notTaken() {
        probe.next(PEER, THERE, 1, now);
        assertFalse(probe.arrived(2, PEER, THERE, now));
        assertFalse(probe.arrived(1, TestPeers.peer(2), THERE, now));
        assertFalse(probe.arrived(1, PEER, INSIDE, now));
        assertEquals(Optional.empty(), answer(1, DialStatus.OK));
    }

    @Test
    void answered_anotherAddressOrRefused_nothing() {
        probe.next(PEER, THERE, 1, now);
        assertTrue(probe.arrived(1, PEER, THERE, now));
        Optional<AutonatMessage.DialResponse> other =
                Optional.of(new AutonatMessage.DialResponse(ResponseStatus.OK, 1, DialStatus.OK));
        assertEquals(Optional.empty(), probe.answered(1, other, 0, now));
        PeerId second = TestPeers.peer(2);
        assertEquals(Optional.of(ADDRESS), probe.next(second, THERE, 2, now));
        Optional<AutonatMessage.DialResponse> refused =
                Optional.of(AutonatMessage.DialResponse.refused(ResponseStatus.DIAL_REFUSED));
        assertEquals(Optional.empty(), probe.answered(2, refused, 0, now));
        assertEquals(Optional.empty(), probe.answered(2, refused, 0, now));
        assertEquals(List.of(), probe.unreachable());
    }

    @Test
    void answered_threePeersFail_unreachable() {
        fail(1);
        fail(2);
        assertEquals(List.of(), probe.unreachable());
        fail(3);
        assertEquals(List.of(ADDRESS), probe.unreachable());
    }

    @Test
    void answered_samePeerFailsAgain_countsOnce() {
        for (int i = 0; i < ReachabilityProbe.FAILURES; i++) {
            fail(1);
            now = now.plus(ReachabilityProbe.MIN_REPEAT);
        }
        assertEquals(List.of(), probe.unreachable());
    }

    @Test
    void answered_confirmedFailsThreeTimes_notConfirmedUntilReachedAgain() {
        confirm(9);
        now = now.plus(ReachabilityProbe.MIN_REPEAT);
        fail(1);
        fail(2);
        assertEquals(List.of(ADDRESS), probe.confirmed());
        fail(3);
        assertEquals(List.of(), probe.confirmed());
        now = now.plus(ReachabilityProbe.MIN_REPEAT);
        confirm(10);
        assertEquals(List.of(), probe.unreachable());
        assertEquals(List.of(ADDRESS), probe.confirmed());
    }

    @Test
    void next_confirmed_repeatedBetweenTheBounds() {
        confirm(1);
        now = now.plus(ReachabilityProbe.MIN_REPEAT).minusMillis(1);
        assertEquals(Optional.empty(), probe.next(PEER, THERE, 2, now));
        now = now.plusMillis(1);
        assertEquals(Optional.of(ADDRESS), probe.next(PEER, THERE, 2, now));
        assertTrue(probe.arrived(2, PEER, THERE, now));
        probe.answered(
                2,
                Optional.of(new AutonatMessage.DialResponse(ResponseStatus.OK, 0, DialStatus.OK)),
                0.999_999_999,
                now);
        now = now.plus(ReachabilityProbe.MAX_REPEAT).minusMillis(2);
        assertEquals(Optional.empty(), probe.next(PEER, THERE, 3, now));
        now = now.plusMillis(2);
        assertEquals(Optional.of(ADDRESS), probe.next(PEER, THERE, 3, now));
    }

    @Test
    void next_samePeer_pausesBetweenQuestions() {
        probe.candidates(List.of(ADDRESS, OTHER));
        confirm(1);
        assertEquals(Optional.empty(), probe.next(PEER, THERE, 2, now));
        now = now.plus(ReachabilityProbe.PAUSE);
        assertEquals(Optional.of(OTHER), probe.next(PEER, THERE, 2, now));
    }

    @Test
    void next_underWay_notAskedTwiceUntilItTakesTooLong() {
        probe.next(PEER, THERE, 1, now);
        assertEquals(Optional.empty(), probe.next(TestPeers.peer(2), THERE, 2, now));
        now = now.plus(ReachabilityProbe.TIMEOUT);
        assertFalse(probe.arrived(1, PEER, THERE, now));
        assertEquals(Optional.of(ADDRESS), probe.next(TestPeers.peer(2), THERE, 2, now));
    }

    @Test
    void next_peerInTheSameNetwork_notAskedAboutTheInternet() {
        assertEquals(Optional.empty(), probe.next(PEER, INSIDE, 1, now));
    }

    @Test
    void networkChanged_askedAnew() {
        confirm(1);
        probe.networkChanged();
        assertEquals(List.of(), probe.confirmed());
        probe.candidates(List.of(ADDRESS));
        assertEquals(Optional.of(ADDRESS), probe.next(TestPeers.peer(2), THERE, 2, now));
    }

    @Test
    void candidates_beyondTheBound_notAskedAbout() {
        probe.candidates(IntStream.rangeClosed(1, ReachabilityProbe.MAX_ADDRESSES + 1)
                .mapToObj(port -> Multiaddr.parse("/ip4/44.128.1.1/tcp/" + port))
                .toList());
        for (int i = 1; i <= ReachabilityProbe.MAX_ADDRESSES; i++) {
            assertTrue(probe.next(TestPeers.peer(i), THERE, i, now).isPresent());
        }
        assertEquals(Optional.empty(), probe.next(TestPeers.peer(99), THERE, 99, now));
    }
}
