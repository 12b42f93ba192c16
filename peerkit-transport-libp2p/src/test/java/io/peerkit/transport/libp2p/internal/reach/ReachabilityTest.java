// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.portmap.LocalPort;
import io.peerkit.transport.libp2p.internal.portmap.PortKind;
import io.peerkit.transport.libp2p.internal.portmap.PortMapping;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
    private static final Multiaddr INSIDE = Multiaddr.parse("/ip4/10.71.0.2/tcp/5001");
    private static final Multiaddr LOOPBACK = Multiaddr.parse("/ip4/127.0.0.1/tcp/5001");
    private static final Multiaddr OUTSIDE = Multiaddr.parse("/ip4/44.128.1.1/tcp/8080");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final AtomicInteger changes = new AtomicInteger();
    private final Reachability reachability =
            new Reachability(() -> List.of(INSIDE, LOOPBACK), CLOCK, changes::incrementAndGet);

    @Test
    void mapped_publicAddress_sureAndTold() {
        reachability.mapped(List.of(OUTSIDE));
        assertEquals(List.of(OUTSIDE), reachability.sure());
        assertEquals(List.of(OUTSIDE), reachability.candidates());
        reachability.mapped(List.of(OUTSIDE));
        assertEquals(1, changes.get());
        reachability.mapped(List.of());
        assertEquals(List.of(), reachability.sure());
        assertEquals(2, changes.get());
    }

    @Test
    void mapped_routerBehindAnother_notTold() {
        reachability.mapped(List.of(Multiaddr.parse("/ip4/192.168.1.7/tcp/8080")));
        assertEquals(List.of(), reachability.sure());
        assertEquals(0, changes.get());
    }

    @Test
    void tried_reached_sureUntilNotReached() {
        reachability.tried(List.of(OUTSIDE, INSIDE), List.of());
        assertEquals(List.of(OUTSIDE), reachability.sure());
        assertEquals(1, changes.get());
        reachability.tried(List.of(OUTSIDE), List.of());
        assertEquals(1, changes.get());
        reachability.tried(List.of(), List.of(OUTSIDE));
        assertEquals(List.of(), reachability.sure());
        assertEquals(2, changes.get());
    }

    @Test
    void tried_openPortNotReached_notSureYetStillTried() {
        reachability.mapped(List.of(OUTSIDE));
        reachability.tried(List.of(), List.of(OUTSIDE));
        assertEquals(List.of(), reachability.sure());
        assertEquals(List.of(OUTSIDE), reachability.candidates());
    }

    @Test
    void wanted_portsOfPrivateNetworksOnly() {
        Multiaddr quic = Multiaddr.parse("/ip4/10.71.0.2/udp/5002/quic-v1");
        Multiaddr pub = Multiaddr.parse("/ip4/44.128.0.1/tcp/1");
        assertEquals(
                List.of(new LocalPort(PortKind.TCP, 5001), new LocalPort(PortKind.UDP, 5002)),
                MappedAddresses.wanted(List.of(INSIDE, LOOPBACK, quic, pub)));
    }

    @Test
    void of_mapping_keepsWhatIsSpokenThere() throws Exception {
        Multiaddr quic = Multiaddr.parse("/ip4/10.71.0.2/udp/5002/quic-v1");
        PortMapping mapping = new PortMapping(
                new LocalPort(PortKind.UDP, 5002), InetAddress.getByName("44.128.1.1"), 9000, Duration.ofMinutes(1));
        assertEquals(
                List.of(Multiaddr.parse("/ip4/44.128.1.1/udp/9000/quic-v1")),
                MappedAddresses.of(List.of(INSIDE, quic), List.of(mapping)));
    }
}
