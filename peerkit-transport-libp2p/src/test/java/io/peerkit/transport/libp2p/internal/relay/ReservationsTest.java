// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.ClosedException;
import io.peerkit.transport.libp2p.RelayLimits;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Places at relays over sockets, with a clock that the test moves. */
@Timeout(60)
final class ReservationsTest {
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private static final class MovedClock extends Clock {
        private volatile Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void move(Duration by) {
            now = now.plus(by);
        }
    }

    private static TestSwarm relay() throws Exception {
        TestSwarm relay = new TestSwarm(SETTINGS);
        relay.serveRelay(RelayLimits.defaults());
        return relay;
    }

    private static List<Multiaddr> next(BlockingQueue<List<Multiaddr>> told) throws InterruptedException {
        List<Multiaddr> next = told.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static long granted(TestSwarm relay) {
        return Objects.requireNonNull(relay.swarm().metrics().snapshot().get("relay.reservations.granted"));
    }

    private static void awaitGranted(TestSwarm relay, long count) {
        while (granted(relay) < count) { // the test has a time limit
            Thread.onSpinWait();
        }
        assertThat(granted(relay)).isEqualTo(count);
    }

    @Test
    void placed_threeQuartersOfItsLifeOver_askedAgainAndNothingChanges() throws Exception {
        MovedClock clock = new MovedClock();
        try (TestSwarm relay = relay();
                TestSwarm other = relay();
                TestSwarm node = new TestSwarm(SETTINGS)) {
            BlockingQueue<List<Multiaddr>> told = node.useRelays(clock, relay.address(), other.address());
            await(node.dial(relay.address()));
            assertThat(next(told)).hasSize(1);
            awaitGranted(relay, 1);

            clock.move(Duration.ofMinutes(46));
            await(node.dial(other.address())); // which makes it look at the clock
            assertThat(next(told)).hasSize(2);
            awaitGranted(relay, 2);
            awaitGranted(other, 1);
            assertThat(told).isEmpty();
        }
    }

    @Test
    void secondConnection_firstCloses_takesThePlaceOver() throws Exception {
        try (TestSwarm relay = relay();
                TestSwarm node = new TestSwarm(SETTINGS)) {
            BlockingQueue<List<Multiaddr>> told = node.useRelays(relay.address());
            Connection first = await(node.dial(relay.address()));
            List<Multiaddr> addresses = next(told);
            await(node.dial(relay.address()));
            awaitGranted(relay, 1);

            first.execute(() -> first.close(new ClosedException("the test closes it")));

            assertThat(next(told)).isEmpty();
            assertThat(next(told)).isEqualTo(addresses).hasSize(1);
            awaitGranted(relay, 2);
        }
    }

    @Test
    void relay_speaksNoHop_noPlaceAndNoAddress() throws Exception {
        try (TestSwarm relay = new TestSwarm(SETTINGS);
                TestSwarm node = new TestSwarm(SETTINGS)) {
            BlockingQueue<List<Multiaddr>> told = node.useRelays(relay.address());
            Connection connection = await(node.dial(relay.address()));
            assertThat(TestSwarm.ping(connection)).isPositive();
            assertThat(told).isEmpty();
            assertThat(node.swarm().addresses()).noneMatch(Multiaddr::isRelayed);
        }
    }
}
