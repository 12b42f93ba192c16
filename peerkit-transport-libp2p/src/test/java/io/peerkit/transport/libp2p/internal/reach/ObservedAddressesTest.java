// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservedAddressesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Multiaddr ADDRESS = Multiaddr.parse("/ip4/44.128.1.1/tcp/5001");
    private static final Multiaddr OTHER = Multiaddr.parse("/ip4/44.128.1.2/tcp/5001");

    private final ObservedAddresses observed = new ObservedAddresses(3);

    private static PeerId peer(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return NodeKey.fromSeed(seed).peerId();
    }

    private static InetAddress from(int network, int host) throws Exception {
        return InetAddress.getByAddress(new byte[] {9, 9, (byte) network, (byte) host});
    }

    @Test
    void agreed_quorumOfNetworks_reached() throws Exception {
        observed.observed(peer(1), from(1, 1), ADDRESS, START);
        assertEquals(List.of(ADDRESS), observed.seen(START));
        observed.observed(peer(2), from(2, 1), ADDRESS, START);
        assertEquals(List.of(), observed.agreed(START));
        observed.observed(peer(3), from(3, 1), ADDRESS, START);
        assertEquals(List.of(ADDRESS), observed.agreed(START));
    }

    @Test
    void agreed_manyPeersOfOneNetwork_countOnce() throws Exception {
        for (int host = 1; host <= 10; host++) {
            observed.observed(peer(host), from(1, host), ADDRESS, START);
        }
        assertEquals(List.of(), observed.agreed(START));
    }

    @Test
    void agreed_onePeerFromManyNetworks_countsOnce() throws Exception {
        for (int network = 1; network <= 10; network++) {
            observed.observed(peer(1), from(network, 1), ADDRESS, START);
        }
        assertEquals(List.of(), observed.agreed(START));
    }

    @Test
    void observed_peerSeesThisNodeElsewhereNow_noLongerWhereItWas() throws Exception {
        observed.observed(peer(1), from(1, 1), ADDRESS, START);
        observed.observed(peer(1), from(1, 1), OTHER, START);
        assertEquals(List.of(OTHER), observed.seen(START));
    }

    @Test
    void observed_privateAddressOrName_passedOver() throws Exception {
        observed.observed(peer(1), from(1, 1), Multiaddr.parse("/ip4/10.0.0.1/tcp/1"), START);
        observed.observed(peer(1), from(1, 1), Multiaddr.parse("/dns4/example.org/tcp/1"), START);
        assertEquals(List.of(), observed.seen(START));
    }

    @Test
    void seen_observerStays_neverForgotten() throws Exception {
        observed.observed(peer(1), from(1, 1), ADDRESS, START);
        assertEquals(List.of(ADDRESS), observed.seen(START.plus(Duration.ofDays(30))));
    }

    @Test
    void seen_observerGoneForLong_forgotten() throws Exception {
        observed.observed(peer(1), from(1, 1), ADDRESS, START);
        observed.gone(peer(1), START);
        assertEquals(List.of(ADDRESS), observed.seen(START.plus(ObservedAddresses.LIFE)));
        assertEquals(List.of(), observed.seen(START.plus(ObservedAddresses.LIFE).plusMillis(1)));
    }

    @Test
    void observed_moreAddressesThanAreKept_oldestGoes() throws Exception {
        observed.observed(peer(1), from(1, 1), ADDRESS, START);
        for (int i = 0; i < ObservedAddresses.MAX_ADDRESSES; i++) {
            Multiaddr address = Multiaddr.parse("/ip4/44.128.3.1/tcp/" + (1 + i));
            observed.observed(peer(2 + i), from(1, 1), address, START.plusSeconds(1 + i));
        }
        List<Multiaddr> seen = observed.seen(START.plusSeconds(60));
        assertEquals(ObservedAddresses.MAX_ADDRESSES, seen.size());
        assertEquals(false, seen.contains(ADDRESS));
    }
}
