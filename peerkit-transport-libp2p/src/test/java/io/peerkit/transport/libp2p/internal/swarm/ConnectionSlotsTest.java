// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.limits.RateLimits;
import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ConnectionSlotsTest {
    private final AtomicLong now = new AtomicLong();
    private final AtomicBoolean memoryIsShort = new AtomicBoolean();
    private final Metrics metrics = new Metrics();
    private static final Multiaddr ELSEWHERE = Multiaddr.parse("/ip4/192.0.2.99/tcp/1");

    private long metric(String name) {
        return metrics.snapshot().getOrDefault(name, 0L);
    }

    private static Optional<InetAddress> address(int last) throws UnknownHostException {
        return Optional.of(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last}));
    }

    private ConnectionSlots slots(int max, int perAddress, int pending) {
        return slots(max, perAddress, pending, RateLimits.defaults());
    }

    private ConnectionSlots slots(int max, int perAddress, int pending, RateLimits rates) {
        return new ConnectionSlots(
                new SwarmSettings(
                        ConnectionSettings.of(Duration.ofSeconds(1)),
                        Duration.ofSeconds(1),
                        max,
                        perAddress,
                        pending,
                        1,
                        rates,
                        1),
                metrics,
                now::get,
                memoryIsShort::get);
    }

    @Test
    void accepted_moreThanMayBeOpen_refusedUntilOneCloses() throws Exception {
        ConnectionSlots slots = slots(2, 9, 9);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.dialed(ELSEWHERE)).isPresent();
        assertThat(slots.accepted(address(2))).isEmpty();
        assertThat(slots.dialed(ELSEWHERE)).isEmpty();
        first.release();
        first.release();
        assertThat(slots.accepted(address(2))).isPresent();
        assertThat(slots.dialed(ELSEWHERE)).isEmpty();
    }

    @Test
    void accepted_moreFromOneAddress_refusedWhileOthersMay() throws Exception {
        ConnectionSlots slots = slots(9, 2, 9);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.accepted(address(1))).isPresent();
        assertThat(slots.accepted(address(1))).isEmpty();
        assertThat(slots.accepted(address(2))).isPresent();
        first.release();
        assertThat(slots.accepted(address(1))).isPresent();
    }

    @Test
    void accepted_moreHandshakesThanMayBePending_refusedUntilOneSettles() throws Exception {
        ConnectionSlots slots = slots(9, 9, 2);
        ConnectionSlots.Slot first = slots.accepted(address(1)).orElseThrow();
        assertThat(slots.accepted(address(2))).isPresent();
        assertThat(slots.accepted(address(3))).isEmpty();
        assertThat(slots.dialed(ELSEWHERE)).isPresent();
        first.settle();
        first.release();
        assertThat(slots.accepted(address(3))).isPresent();
        assertThat(slots.accepted(address(4))).isEmpty();
    }

    @Test
    void accepted_oneIp6Network_countsAsOneAddress() throws Exception {
        ConnectionSlots slots = slots(9, 1, 9);
        assertThat(slots.accepted(Optional.of(InetAddress.getByName("2001:db8::1"))))
                .isPresent();
        assertThat(slots.accepted(Optional.of(InetAddress.getByName("2001:db8::ffff:2"))))
                .isEmpty();
        assertThat(slots.accepted(Optional.of(InetAddress.getByName("2001:db8:0:1::1"))))
                .isPresent();
        assertThat(metric("connections.refused.address")).isOne();
    }

    @Test
    void accepted_fasterThanTheRate_refusedUntilTimePasses() throws Exception {
        ConnectionSlots slots = slots(99, 99, 99, RateLimits.defaults().withAccepts(2, 1));
        for (int i = 0; i < 2; i++) {
            slots.accepted(address(1)).orElseThrow().release();
        }
        assertThat(slots.accepted(address(1))).isEmpty();
        assertThat(slots.accepted(address(2))).isPresent();
        now.addAndGet(1_000_000_000);
        assertThat(slots.accepted(address(1))).isPresent();
        assertThat(slots.accepted(address(1))).isEmpty();
        assertThat(metric("connections.refused.rate")).isEqualTo(2);
    }

    @Test
    void accepted_loopback_hasNoRate() {
        ConnectionSlots slots = slots(99, 99, 99, RateLimits.defaults().withAccepts(1, 1));
        assertThat(slots.accepted(Optional.of(InetAddress.getLoopbackAddress())))
                .isPresent();
        assertThat(slots.accepted(Optional.of(InetAddress.getLoopbackAddress())))
                .isPresent();
    }

    @Test
    void accepted_memoryShort_refused() throws Exception {
        ConnectionSlots slots = slots(9, 9, 9);
        memoryIsShort.set(true);
        assertThat(slots.accepted(address(1))).isEmpty();
        assertThat(slots.dialed(ELSEWHERE)).isPresent();
        assertThat(metric("connections.refused.memory")).isOne();
    }

    @Test
    void dialed_fasterThanTheRate_refusedUntilTimePasses() {
        ConnectionSlots slots = slots(99, 99, 99, RateLimits.defaults().withDials(2, 1));
        assertThat(slots.dialed(ELSEWHERE)).isPresent();
        assertThat(slots.dialed(Multiaddr.parse("/ip4/192.0.2.98/tcp/1"))).isPresent();
        assertThat(slots.dialed(Multiaddr.parse("/ip4/192.0.2.97/tcp/1"))).isEmpty();
        assertThat(slots.dialed(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"))).isPresent();
        now.addAndGet(1_000_000_000);
        assertThat(slots.dialed(ELSEWHERE)).isPresent();
        assertThat(metric("dials.refused.rate")).isOne();
    }

    @Test
    void dialed_oneHostAtManyPorts_bounded() {
        ConnectionSlots slots = slots(999, 999, 999);
        int dialed = 0;
        for (int port = 1; port <= 200; port++) {
            dialed += slots.dialed(Multiaddr.parse("/ip6/2001:db8::" + port + "/tcp/" + port))
                            .isPresent()
                    ? 1
                    : 0;
        }
        assertThat(dialed).isEqualTo(RateLimits.defaults().hostDialBurst());
        assertThat(slots.dialed(Multiaddr.parse("/dns4/example.org/tcp/1"))).isPresent();
    }

    @Test
    void metrics_openAndPending_counted() throws Exception {
        ConnectionSlots slots = slots(9, 9, 9);
        ConnectionSlots.Slot one = slots.accepted(address(1)).orElseThrow();
        slots.accepted(address(2));
        one.settle();
        assertThat(metric("connections.open")).isEqualTo(2);
        assertThat(metric("connections.pending")).isOne();
        one.release();
        assertThat(metric("connections.open")).isOne();
        assertThat(metric("connections.accepted")).isEqualTo(2);
    }
}
