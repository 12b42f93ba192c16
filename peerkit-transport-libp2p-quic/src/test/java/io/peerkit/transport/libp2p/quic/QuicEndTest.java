// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import static io.peerkit.transport.libp2p.quic.QuicTestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Each end of a direction arrives, and all that was written before it. */
final class QuicEndTest {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));
    private static final int STREAMS = 2_000;
    private static final int AT_ONCE = 32;
    private static final int MAX_BYTES = 40_000;

    @Test
    void end_atOnceBehindAWrite_seenOnAllStreams() throws Exception {
        long seed = Long.getLong("peerkit.fuzz.seed", 4_711);
        Random random = new Random(seed);
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true);
                QuicTestNode other = new QuicTestNode(SETTINGS, true)) {
            other.echo(ECHO);
            Connection connection = await(one.dial(other.address()));
            Semaphore room = new Semaphore(AT_ONCE);
            CompletableFuture<?>[] ends = new CompletableFuture<?>[STREAMS];
            for (int i = 0; i < STREAMS; i++) {
                assertThat(room.tryAcquire(30, TimeUnit.SECONDS))
                        .as("ends lost, seed %d", seed)
                        .isTrue();
                int length = random.nextInt(8) == 0 ? random.nextInt(MAX_BYTES) : random.nextInt(200);
                PeerStream stream = QuicTestNode.open(connection, ECHO);
                CompletableFuture<Void> written = stream.write(new byte[length]);
                CompletableFuture<Void> closed = stream.closeWrite();
                ends[i] = CompletableFuture.allOf(
                                written,
                                closed,
                                length(stream)
                                        .thenAccept(echoed -> assertThat(echoed)
                                                .as("seed %d", seed)
                                                .isEqualTo(length)))
                        .whenComplete((end, failure) -> room.release());
            }
            await(CompletableFuture.allOf(ends));
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void end_inATurnOfItsOwn_seenOnAllStreams() throws Exception {
        try (QuicTestNode one = new QuicTestNode(SETTINGS, true);
                QuicTestNode other = new QuicTestNode(SETTINGS, true)) {
            other.echo(ECHO);
            Connection connection = await(one.dial(other.address()));
            for (int i = 0; i < STREAMS / 4; i++) {
                PeerStream stream = QuicTestNode.open(connection, ECHO);
                await(stream.write(new byte[1 + i]));
                await(stream.closeWrite());
                assertThat(await(length(stream))).isEqualTo(1 + i);
            }
        }
    }

    /** How many bytes come before the end. */
    private static CompletableFuture<Integer> length(PeerStream stream) {
        return stream.read()
                .thenCompose((Optional<byte[]> bytes) -> bytes.isEmpty()
                        ? CompletableFuture.completedFuture(0)
                        : length(stream).thenApply(more -> more + bytes.get().length));
    }
}
