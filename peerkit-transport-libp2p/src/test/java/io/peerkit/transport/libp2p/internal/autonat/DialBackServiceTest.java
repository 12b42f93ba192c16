// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.autonat.DialBackService.Action;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DialBackServiceTest {
    private static final PeerId PEER = TestPeers.peer(1);
    private static final InetAddress HERE = TestPeers.ip("44.128.1.1");
    private static final String AT_HERE = "/ip4/44.128.1.1/tcp/5001";
    private static final String ELSEWHERE = "/ip4/44.128.2.2/tcp/5001";
    private static final long NONCE = 77;
    private static final double LEAST = 0;
    private static final double MOST = 0.999_999_9;

    private final DialBackService service = new DialBackService(Multiaddr::isTcp);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private static AutonatMessage request(String... addresses) {
        return new AutonatMessage.DialRequest(
                Stream.of(addresses)
                        .map(text -> text.isEmpty() ? Optional.<Multiaddr>empty() : Optional.of(Multiaddr.parse(text)))
                        .toList(),
                NONCE);
    }

    private List<Action> ask(PeerId peer, InetAddress from, String... addresses) {
        return service.begin(peer, from).received(request(addresses), LEAST, now);
    }

    private static List<Action> dial(String address) {
        return List.of(new Action.DialBack(Multiaddr.parse(address), NONCE));
    }

    private static List<Action> refused(ResponseStatus why) {
        return List.of(new Action.Send(AutonatMessage.DialResponse.refused(why)), new Action.End(true));
    }

    @Test
    void received_observedAddress_dialedAtOnceAndAnswered() {
        DialBackService.Turn turn = service.begin(PEER, HERE);
        assertEquals(dial(AT_HERE), turn.received(request("", "/dns4/example.org/tcp/1", AT_HERE), LEAST, now));
        assertEquals(
                List.of(
                        new Action.Send(new AutonatMessage.DialResponse(ResponseStatus.OK, 2, DialStatus.OK)),
                        new Action.End(false)),
                turn.dialed(DialStatus.OK));
    }

    @Test
    void received_addressOfAnotherHost_dataFirst() {
        DialBackService.Turn turn = service.begin(PEER, HERE);
        assertEquals(
                List.of(new Action.Send(new AutonatMessage.DialDataRequest(0, AutonatMessage.MIN_DATA_BYTES))),
                turn.received(request(ELSEWHERE), LEAST, now));
        int left = AutonatMessage.MIN_DATA_BYTES - 1;
        while (left > 0) {
            int part = Math.min(left, AutonatMessage.MAX_CHUNK_BYTES);
            assertEquals(List.of(), turn.received(new AutonatMessage.DialDataResponse(part), LEAST, now));
            left -= part;
        }
        assertEquals(dial(ELSEWHERE), turn.received(new AutonatMessage.DialDataResponse(1), LEAST, now));
    }

    @Test
    void received_mostRandom_mostData() {
        assertEquals(
                List.of(new Action.Send(new AutonatMessage.DialDataRequest(0, AutonatMessage.MAX_DATA_BYTES))),
                service.begin(PEER, HERE).received(request(ELSEWHERE), MOST, now));
    }

    @Test
    void received_outOfOrder_refused() {
        DialBackService.Turn turn = service.begin(PEER, HERE);
        AutonatMessage data = new AutonatMessage.DialDataResponse(1);
        assertThrows(InvalidBytesException.class, () -> turn.received(data, LEAST, now));
        turn.received(request(ELSEWHERE), LEAST, now);
        assertThrows(InvalidBytesException.class, () -> turn.received(request(ELSEWHERE), LEAST, now));
        AutonatMessage nothing = new AutonatMessage.DialDataResponse(0);
        assertThrows(InvalidBytesException.class, () -> turn.received(nothing, LEAST, now));
    }

    @Test
    void received_addressesThatAreNotDialed_refused() {
        assertEquals(
                refused(ResponseStatus.DIAL_REFUSED),
                ask(
                        PEER,
                        HERE,
                        "/ip4/192.168.1.1/tcp/80",
                        "/ip4/127.0.0.1/tcp/80",
                        "/ip4/44.128.1.1/tcp/0",
                        "/ip4/44.128.1.1/udp/1/quic-v1",
                        "/ip4/44.128.1.1/tcp/1/p2p/" + TestPeers.peer(2),
                        "/ip4/44.128.1.1/tcp/1/p2p/" + TestPeers.peer(2) + "/p2p-circuit"));
        assertEquals(refused(ResponseStatus.DIAL_REFUSED), ask(PEER, HERE));
    }

    @Test
    void received_privateAddress_onlyThatOfThePeerItself() {
        InetAddress inside = TestPeers.ip("192.168.1.7");
        assertEquals(
                dial("/ip4/192.168.1.7/tcp/80"),
                ask(PEER, inside, "/ip4/192.168.1.8/tcp/80", "/ip4/192.168.1.7/tcp/80"));
    }

    @Test
    void received_oneUnderWay_rejected() {
        DialBackService.Turn first = service.begin(PEER, HERE);
        first.received(request(AT_HERE), LEAST, now);
        assertEquals(refused(ResponseStatus.REJECTED), ask(PEER, HERE, AT_HERE));
        first.over();
        assertEquals(List.of(), first.dialed(DialStatus.OK));
        assertEquals(dial(AT_HERE), ask(PEER, HERE, AT_HERE));
    }

    @Test
    void received_fourthOfPeerInAMinute_rejected() {
        for (int i = 0; i < DialBackService.MAX_OF_PEER; i++) {
            DialBackService.Turn turn = service.begin(PEER, HERE);
            assertEquals(dial(AT_HERE), turn.received(request(AT_HERE), LEAST, now));
            turn.dialed(DialStatus.DIAL_ERROR);
        }
        now = now.plus(DialBackService.WINDOW).minusMillis(1);
        assertEquals(refused(ResponseStatus.REJECTED), ask(PEER, HERE, AT_HERE));
        now = now.plusMillis(1);
        assertEquals(dial(AT_HERE), ask(PEER, HERE, AT_HERE));
    }

    @Test
    void received_moreThanAllMayInAMinute_rejected() {
        for (int i = 0; i < DialBackService.MAX_OF_ALL; i++) {
            assertEquals(dial(AT_HERE), ask(TestPeers.peer(100 + i), HERE, AT_HERE));
        }
        assertEquals(refused(ResponseStatus.REJECTED), ask(PEER, HERE, AT_HERE));
        now = now.plus(DialBackService.WINDOW);
        assertEquals(dial(AT_HERE), ask(PEER, HERE, AT_HERE));
    }
}
