// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.transport.PeerStream;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** What a transport takes over its life, and what it leaves behind. */
final class TransportLifeTest {
    private static final ProtocolId HELD = new ProtocolId("/test/held/1.0.0");
    private static final int MEBIBYTE = 1_048_576;

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private static List<String> transportThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("peerkit-transport"))
                .toList();
    }

    private static void awaitAtMost(int bound, IntSupplier figure, String name) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (figure.getAsInt() > bound) {
            assertThat(System.nanoTime())
                    .as("%s still %d, at most %d", name, figure.getAsInt(), bound)
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void connectAndDisconnect_oneThousandTimes_nothingLeaks() throws Exception {
        assertThat(LeakRecorder.isInUse()).isTrue();
        try (TestNode one = new TestNode();
                TestNode other = new TestNode()) {
            NodeId node = other.transport().nodeId();
            int files = 0;
            for (int i = 0; i < 1_000; i++) {
                await(one.connect(other.address()));
                assertThat(one.next()).startsWith("granted");
                assertThat(other.next()).startsWith("granted");
                one.transport().disconnect(node);
                assertThat(one.next()).startsWith("gone");
                assertThat(other.next()).startsWith("gone");
                if (i == 20) {
                    files = openFiles();
                }
            }
            awaitAtMost(files + 10, TransportLifeTest::openFiles, "open files");
            assertThat(transportThreads()).hasSizeLessThanOrEqualTo(2 * 4);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    @Test
    void close_withConnectionsAndStreams_threadsAndPortsAndFilesAreGone() throws Exception {
        int files = openFiles();
        int threads = transportThreads().size();
        TestNode one = new TestNode();
        TestNode other = new TestNode();
        int port = Integer.parseInt(other.address().split("/", -1)[4]);
        other.transport().handleStreams(HELD, stream -> {});
        await(one.connect(other.address()));
        PeerStream stream = await(one.transport().openStream(other.transport().nodeId(), HELD));
        CompletableFuture<Void> stalled = stream.write(new byte[2 * MEBIBYTE]);

        one.close();
        one.close();
        other.close();

        assertThat(stalled).isCompletedExceptionally();
        assertThat(transportThreads()).hasSize(threads);
        try (ServerSocket again = new ServerSocket()) {
            again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
        awaitAtMost(files + 5, TransportLifeTest::openFiles, "open files");
    }

    @Test
    void close_onAThreadOfTheTransport_returnsAndEndsTheThreads() throws Exception {
        int threads = transportThreads().size();
        TestNode one = new TestNode();
        try (TestNode other = new TestNode()) {
            await(one.connect(other.address())
                    .thenCompose(node -> one.transport().send(node, new byte[1]))
                    .thenRun(one::close));
        }
        awaitAtMost(threads, () -> transportThreads().size(), "threads");
    }

    @Test
    void connect_manyCallsAtOnce_oneConnection() throws Exception {
        try (TestNode one = new TestNode();
                TestNode other = new TestNode()) {
            List<CompletableFuture<NodeId>> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(one.connect(other.address()));
            }
            for (CompletableFuture<NodeId> each : calls) {
                assertThat(await(each)).isEqualTo(other.transport().nodeId());
            }
            long bytes = one.transport().traffic().bytesOut();
            assertThat(bytes).isBetween(500L, 10_000L);
            assertThat(one.next()).startsWith("granted");
            await(one.transport().send(other.transport().nodeId(), new byte[1]));
            assertThat(other.next()).startsWith("granted");
            assertThat(other.next()).isEqualTo("message 1");
        }
    }

    @Test
    void connect_toItself_refused() throws Exception {
        try (TestNode one = new TestNode()) {
            assertThatThrownBy(() -> await(one.connect(one.address()))).hasCauseInstanceOf(InvalidBytesException.class);
            String unnamed = one.address().substring(0, one.address().indexOf("/p2p/"));
            assertThatThrownBy(() -> await(one.connect(unnamed))).hasCauseInstanceOf(PeerUnreachableException.class);
            assertThat(one.transport().connectedNodes()).isEmpty();
        }
    }

    @Test
    void connect_byName_connected() throws Exception {
        try (TestNode one = new TestNode();
                TestNode other = new TestNode()) {
            String named = other.address().replace("/ip4/127.0.0.1/", "/dns4/localhost/");
            assertThat(await(one.connect(named))).isEqualTo(other.transport().nodeId());
        }
    }

    @Test
    void connect_deniedNode_heardOnBothSidesAndNotDialedAgain() throws Exception {
        Libp2pTransport.Builder loopback = Libp2pTransport.builder().listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"));
        try (TestNode one = new TestNode();
                TestNode stranger = new TestNode(loopback, "quite another key".getBytes(StandardCharsets.US_ASCII))) {
            assertThatThrownBy(() -> await(stranger.connect(one.address())))
                    .hasCauseInstanceOf(AccessDeniedException.class);
            assertThat(one.next()).startsWith("denied " + stranger.peer());
            assertThat(stranger.next()).startsWith("denied " + one.peer());
            long bytes = stranger.transport().traffic().bytesOut();
            assertThatThrownBy(() -> await(stranger.connect(one.address())))
                    .hasCauseInstanceOf(AccessDeniedException.class);
            // The first connection's last words may still have been leaving; another handshake is over 200 bytes.
            assertThat(stranger.transport().traffic().bytesOut()).isLessThan(bytes + 100);
        }
    }

    @Test
    void send_fromManyThreadsThatWait_allDelivered() throws Exception {
        try (TestNode one = new TestNode();
                TestNode other = new TestNode()) {
            NodeId node = await(one.connect(other.address()));
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                senders.add(done);
                new Thread(() -> {
                            try {
                                sendAndWait(one, node);
                                done.complete(null);
                            } catch (Exception e) {
                                done.completeExceptionally(e);
                            }
                        })
                        .start();
            }
            for (CompletableFuture<Void> each : senders) {
                await(each);
            }
            assertThat(other.next()).startsWith("granted");
            for (int i = 0; i < 4 * 1_000; i++) {
                assertThat(other.next()).isEqualTo("message 100");
            }
        }
    }

    private static void sendAndWait(TestNode from, NodeId node) throws Exception {
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            sent.add(from.transport().send(node, new byte[100]));
            if (sent.size() == 100) {
                for (CompletableFuture<Void> each : sent) {
                    await(each);
                }
                sent.clear();
            }
        }
    }

    @Test
    void streams_thatNobodyReads_memoryBoundedAndOthersServed() throws Exception {
        try (TestNode one = new TestNode();
                TestNode other = new TestNode()) {
            NodeId node = await(one.connect(other.address()));
            List<PeerStream> held = new ArrayList<>();
            other.transport().handleStreams(HELD, held::add);
            List<CompletableFuture<Void>> writes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                PeerStream stream = await(one.transport().openStream(node, HELD));
                for (int slice = 0; slice < 16; slice++) {
                    writes.add(stream.write(new byte[MEBIBYTE / 16]));
                }
            }
            // Whatever else waits, messages pass.
            for (int i = 0; i < 20; i++) {
                await(one.transport().send(node, new byte[1_000]));
            }
            long left = writes.stream()
                    .filter(write -> write.isDone() && !write.isCompletedExceptionally())
                    .count();
            // 256 KiB on each stream at most, and at least on the first.
            assertThat(left).isBetween(4L, 40L * 4);
        }
    }
}
