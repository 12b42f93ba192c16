// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import static io.peerkit.transport.libp2p.quic.QuicTestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Beginning and end of QUIC connections, and what strangers send to the socket. */
final class QuicLifeTest {
    private static final String HOLD = "/test/hold/1.0.";
    private static final int PROTOCOLS = 4;
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));
    private static final int MAX_DATAGRAM = 1_400;

    @Test
    void dial_bothAtOnceFromTheirListeningSockets_bothConnectionsLive() throws Exception {
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true);
                QuicTestNode other = new QuicTestNode(SETTINGS, true)) {
            CompletableFuture<Connection> there = one.dial(other.address());
            CompletableFuture<Connection> back = other.dial(one.address());
            QuicTestNode.ping(await(there));
            QuicTestNode.ping(await(back));
            assertThat(await(there).remoteAddress()).hasToString("/127.0.0.1:" + port(other));
            assertThat(await(back).remoteAddress()).hasToString("/127.0.0.1:" + port(one));
        }
    }

    private static int port(QuicTestNode node) {
        return Multiaddr.parse(node.address()).port().orElseThrow();
    }

    @Test
    void dial_itself_refused() throws Exception {
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true)) {
            String place = one.address().substring(0, one.address().indexOf("/p2p/"));
            assertThatThrownBy(() -> await(one.dial(place)))
                    .hasCauseInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("itself");
        }
    }

    @Test
    void streams_moreThanMayBeOpen_failsAndOthersGoOn() throws Exception {
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true);
                QuicTestNode other = new QuicTestNode(SETTINGS, true)) {
            // Each protocol has a limit of its own, which is not what is tried here.
            List<BlockingQueue<PeerStream>> held = IntStream.range(0, PROTOCOLS)
                    .mapToObj(i -> other.take(HOLD + i))
                    .toList();
            Connection connection = await(one.dial(other.address()));
            List<PeerStream> open = new ArrayList<>();
            while (open.size() <= 2 * QuicLimits.MAX_STREAMS) {
                try {
                    open.add(QuicTestNode.open(connection, HOLD + open.size() % PROTOCOLS));
                } catch (java.util.concurrent.ExecutionException full) {
                    break;
                }
            }
            assertThat(open.size()).isBetween(QuicLimits.MAX_STREAMS - 8, QuicLimits.MAX_STREAMS);
            for (int i = 0; i < open.size(); i++) {
                QuicTestNode.taken(held.get(i % PROTOCOLS));
                open.get(i).reset();
            }
            assertThat(connection.isOpen()).isTrue();
            Duration pinged = null;
            for (int i = 0; pinged == null; i++) {
                try {
                    pinged = QuicTestNode.ping(connection);
                } catch (java.util.concurrent.ExecutionException stillFull) {
                    assertThat(i).isLessThan(10_000);
                }
            }
        }
    }

    @Test
    void receive_datagramsOfNonsense_connectionsGoOn() throws Exception {
        long cases = Long.getLong("peerkit.fuzz.cases", 50_000);
        long seed = Long.getLong("peerkit.fuzz.seed", 4_711);
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true);
                QuicTestNode other = new QuicTestNode(SETTINGS, true);
                DatagramSocket stranger = new DatagramSocket()) {
            Connection connection = await(one.dial(other.address()));
            Random random = new Random(seed);
            int target = port(other);
            for (long i = 0; i < cases; i++) {
                byte[] datagram = nonsense(random);
                stranger.send(new DatagramPacket(datagram, datagram.length, InetAddress.getLoopbackAddress(), target));
                if (i % 5_000 == 0) {
                    assertThat(QuicTestNode.ping(connection))
                            .as("seed %d", seed)
                            .isPositive();
                }
            }
            assertThat(QuicTestNode.ping(await(one.dial(other.address())))).isPositive();
        }
    }

    /** Half of it looks like the beginning of a packet. */
    private static byte[] nonsense(Random random) {
        byte[] datagram = new byte[random.nextInt(MAX_DATAGRAM)];
        random.nextBytes(datagram);
        if (datagram.length > 40 && random.nextBoolean()) {
            boolean isLong = random.nextBoolean();
            datagram[0] = (byte) (isLong ? 0xc0 | random.nextInt(64) : 0x40 | random.nextInt(64));
            if (isLong) {
                datagram[1] = 0;
                datagram[2] = 0;
                datagram[3] = 0;
                datagram[4] = (byte) random.nextInt(2);
                datagram[5] = (byte) (random.nextBoolean() ? 20 : random.nextInt(256));
                datagram[26] = (byte) random.nextInt(21);
            }
        }
        return datagram;
    }

    @Test
    void dial_manyTimesAndMostInVain_leavesNothing() throws Exception {
        Path descriptors = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.isDirectory(descriptors), "file descriptors are counted on Linux only");
        try (QuicTestNode one = new QuicTestNode(SETTINGS, false);
                QuicTestNode other = new QuicTestNode(SETTINGS, true);
                DatagramSocket deaf = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            await(one.dial(other.address()));
            long before = count(descriptors);
            String nobody = "/ip4/127.0.0.1/udp/" + deaf.getLocalPort() + "/quic-v1";
            for (int i = 0; i < 200; i++) {
                CompletableFuture<Connection> inVain = one.dial(nobody);
                inVain.cancel(false);
                Connection connection = await(one.dial(other.address()));
                connection.execute(() -> connection.close(new PeerUnreachableException("the test is done with it")));
                await(connection.closed());
            }
            assertThat(count(descriptors)).as("one socket for all dials").isLessThanOrEqualTo(before + 2);
        }
    }

    private static long count(Path folder) throws Exception {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }
}
