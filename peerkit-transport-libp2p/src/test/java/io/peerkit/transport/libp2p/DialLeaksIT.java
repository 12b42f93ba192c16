// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many dials of which half come to nothing leave files, threads, heap and direct memory where they were. A quarter of the dials is
 * refused by a closed port, an eighth closed by the other side without a word, an eighth ended by the dialer in the middle; the rest
 * connects and is disconnected. {@code -Dpeerkit.leak.dials=5000} for the full count.
 */
@Timeout(900)
class DialLeaksIT {
    private static final int DIALS = Integer.getInteger("peerkit.leak.dials", 500);

    /** Dials before the first look, so that caches, pools and compiled code are there. */
    private static final int WARM_UP = 200;

    private static final int MAX_MORE_FILES = 8;
    private static final int MAX_MORE_THREADS = 4;
    private static final long MAX_MORE_HEAP = 8L << 20;
    private static final long MAX_MORE_DIRECT = 4L << 20;

    /** How long what is closing may take. */
    private static final int SETTLE_SECONDS = 60;

    private static long openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private static long threads() {
        return Thread.getAllStackTraces().size();
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long direct() {
        return Math.max(0, PlatformDependent.usedDirectMemory());
    }

    private record Figures(long files, long threads, long heap, long direct) {
        static Figures now() {
            return new Figures(openFiles(), DialLeaksIT.threads(), DialLeaksIT.heap(), DialLeaksIT.direct());
        }
    }

    private static void settles(String name, long before, long more, LongSupplier figure) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        long now = figure.getAsLong();
        while (now > before + more && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            now = figure.getAsLong();
        }
        assertThat(now).as("%s, before %d", name, before).isLessThanOrEqualTo(before + more);
    }

    /** A port at which nobody listens, as likely as that can be had. */
    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static CompletableFuture<NodeId> dial(TestNode node, int port, String peer) {
        return node.connect("/ip4/127.0.0.1/tcp/" + port + "/p2p/" + peer);
    }

    @Test
    void dials_halfOfThemInVain_leaveNothingBehind() throws Exception {
        Libp2pTransport.Builder settings = Libp2pTransport.builder()
                .listen(new NodeAddress("/ip4/127.0.0.1/tcp/0"))
                .maxPendingHandshakes(1_024);
        try (TestNode target = new TestNode(settings);
                ServerSocket silent = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress())) {
            run(WARM_UP, target, silent);
            Figures before = Figures.now();
            run(DIALS, target, silent);
            settles("files", before.files(), MAX_MORE_FILES, DialLeaksIT::openFiles);
            settles("threads", before.threads(), MAX_MORE_THREADS, DialLeaksIT::threads);
            settles("direct memory", before.direct(), MAX_MORE_DIRECT, DialLeaksIT::direct);
            settles("heap", before.heap(), MAX_MORE_HEAP, DialLeaksIT::heap);
        }
        assertThat(LeakRecorder.leaks()).isEmpty();
    }

    /** A dialer of its own for every 50 dials, since a node that is connected is not dialed again. */
    private static void run(int dials, TestNode target, ServerSocket silent) throws Exception {
        int done = 0;
        while (done < dials) {
            try (TestNode dialer = new TestNode(Libp2pTransport.builder().noListen())) {
                for (int i = 0; i < 50 && done < dials; i++) {
                    one(done++, dialer, target, silent);
                }
            }
        }
    }

    private static void one(int number, TestNode dialer, TestNode target, ServerSocket silent) throws Exception {
        String peer = target.peer();
        switch (number % 8) {
            case 0, 2 -> fails(dial(dialer, closedPort(), peer));
            case 4 -> {
                CompletableFuture<NodeId> hanging = dial(dialer, silent.getLocalPort(), peer);
                silent.accept().close();
                fails(hanging);
            }
            case 6 -> {
                // The transport ends in the middle of the handshake.
                try (TestNode impatient = new TestNode(Libp2pTransport.builder().noListen())) {
                    var unused = impatient.connect(target.address()).cancel(true);
                }
            }
            default -> {
                dialer.connect(target.address()).get(30, TimeUnit.SECONDS);
                dialer.transport().disconnect(target.transport().nodeId());
                dialer.awaitHeard("gone");
            }
        }
    }

    private static void fails(CompletableFuture<NodeId> dial) throws Exception {
        Deque<Throwable> failures = new ArrayDeque<>();
        try {
            dial.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            failures.add(e);
        }
        assertThat(failures).hasSize(1);
    }
}
