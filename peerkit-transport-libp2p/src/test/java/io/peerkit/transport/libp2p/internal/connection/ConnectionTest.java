// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.peerkit.api.ClosedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair.End;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import io.peerkit.transport.libp2p.internal.stream.Libp2pStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ConnectionTest {
    private static final String HELD = "/test/held/1.0.0";

    private final End dialer = new End();
    private final End listener = new End();
    private final List<PeerStream> held = new ArrayList<>();

    private EmbeddedPair connect() {
        listener.protocols.add(HELD, connection -> stream -> held.add(new Libp2pStream(stream, new ProtocolId(HELD))));
        return new EmbeddedPair(dialer, listener).settle();
    }

    private PeerStream open(EmbeddedPair pair) {
        CompletableFuture<Substream> opened = dialer.connection().open(HELD);
        pair.settle();
        return new Libp2pStream(opened.join(), new ProtocolId(HELD));
    }

    @Test
    void upgrade_bothEnds_knowEachOther() {
        connect();

        assertThat(dialer.connection().peer()).isEqualTo(listener.key.peerId());
        assertThat(listener.connection().peer()).isEqualTo(dialer.key.peerId());
        assertThat(dialer.connection().isEstablished()).isTrue();
        assertThat(dialer.connection().isDialer()).isTrue();
        assertThat(listener.connection().isDialer()).isFalse();
    }

    @Test
    void handshake_silentPeer_closedAtTheTimeoutAndNotBefore() {
        EmbeddedChannel silent = EmbeddedPair.open(UpgradeHandler.listener(listener.context(), listener.upgraded));

        advance(silent, EmbeddedPair.HANDSHAKE_TIMEOUT.minusNanos(1));
        assertThat(silent.isOpen()).isTrue();
        advance(silent, Duration.ofNanos(1));

        assertThat(silent.isOpen()).isFalse();
        assertThat(listener.upgraded).isCompletedExceptionally();
    }

    @Test
    void handshake_byteNowAndThen_closedAtTheTimeoutNevertheless() {
        EmbeddedChannel slow = EmbeddedPair.open(UpgradeHandler.listener(listener.context(), listener.upgraded));
        byte[] header = "\u0013/multistream/1.0.0\n".getBytes(StandardCharsets.US_ASCII);

        for (int second = 0; second < 10; second++) {
            assertThat(slow.isOpen()).isTrue();
            slow.writeInbound(Unpooled.wrappedBuffer(new byte[] {header[second]}));
            advance(slow, Duration.ofSeconds(1));
        }

        assertThat(slow.isOpen()).isFalse();
    }

    private static void advance(EmbeddedChannel channel, Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void handshake_randomBytes_closedWithoutMoreThanAnAnswer() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            EmbeddedChannel channel =
                    EmbeddedPair.open(UpgradeHandler.listener(listener.context(), new CompletableFuture<>()));
            byte[] bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);
            bytes[0] = (byte) (20 + random.nextInt(200)); // not the length of a header
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
            advance(channel, EmbeddedPair.HANDSHAKE_TIMEOUT);
            assertThat(channel.isOpen()).as("seed %d case %d", seed, i).isFalse();
            channel.releaseOutbound();
        }
    }

    @Test
    void handshake_noiseMessageOverTheBound_closedAtItsLength() {
        EmbeddedChannel channel = EmbeddedPair.open(UpgradeHandler.listener(listener.context(), listener.upgraded));
        channel.writeInbound(
                Unpooled.copiedBuffer("\u0013/multistream/1.0.0\n\u0007/noise\n", StandardCharsets.US_ASCII));
        assertThat(channel.isOpen()).isTrue();

        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x40, 0x01})); // 16,385

        assertThat(channel.isOpen()).isFalse();
        channel.releaseOutbound();
    }

    @Test
    void handshake_noiseMessageOfTheBound_waitedFor() {
        EmbeddedChannel channel = EmbeddedPair.open(UpgradeHandler.listener(listener.context(), listener.upgraded));
        channel.writeInbound(
                Unpooled.copiedBuffer("\u0013/multistream/1.0.0\n\u0007/noise\n", StandardCharsets.US_ASCII));

        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x40, 0x00})); // 16,384

        assertThat(channel.isOpen()).isTrue();
        channel.releaseOutbound();
    }

    @Test
    void handshake_peerClosesHalfway_failsAndNothingStays() {
        EmbeddedChannel channel = EmbeddedPair.open(
                UpgradeHandler.dialer(dialer.context(), Optional.of(listener.key.peerId()), dialer.upgraded));
        assertThat(channel.close().isSuccess()).isTrue();

        assertThatThrownBy(dialer.upgraded::join).hasCauseInstanceOf(PeerUnreachableException.class);
        channel.releaseOutbound();
    }

    @Test
    void admits_no_closedRightAfterNoise() {
        listener.policy(new OpenPolicy() {
            @Override
            public boolean admits(PeerId peer) {
                return false;
            }
        });
        EmbeddedPair unused = new EmbeddedPair(dialer, listener).settle();

        assertThat(listener.upgraded).isCompletedExceptionally();
        assertThat(dialer.channel().isOpen()).isFalse();
    }

    @Test
    void frame_damaged_connectionClosed() {
        EmbeddedPair pair = connect();
        PeerStream stream = open(pair);
        CompletableFuture<?> reading = held.get(0).read();

        // 16 bytes of zeros: as short as a message can be, and not authentic.
        byte[] damaged = new byte[18];
        damaged[1] = 16;
        listener.channel().writeInbound(Unpooled.wrappedBuffer(damaged));
        pair.settle();

        assertThat(listener.channel().isOpen()).isFalse();
        assertThatThrownBy(reading::join).hasCauseInstanceOf(PeerUnreachableException.class);
        assertThatThrownBy(() -> stream.read().join()).hasCauseInstanceOf(PeerUnreachableException.class);
    }

    @Test
    void open_unknownProtocol_refusedAndConnectionStays() {
        EmbeddedPair pair = connect();
        CompletableFuture<Substream> opened = dialer.connection().open("/test/unknown/1.0.0");
        pair.settle();

        assertThatThrownBy(opened::join).hasCauseInstanceOf(ProtocolRefusedException.class);
        assertThat(dialer.connection().isEstablished()).isTrue();
    }

    @Test
    void open_peerDoesNotAnswer_unreachableAtTheTimeout() {
        EmbeddedPair pair = connect();
        pair.connected = false;
        CompletableFuture<Substream> opened = dialer.connection().open(HELD);

        pair.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(opened).isNotDone();
        pair.advance(Duration.ofNanos(1));

        assertThatThrownBy(opened::join).hasCauseInstanceOf(PeerUnreachableException.class);
    }

    @Test
    void liveness_peerAnswers_staysForAnHour() {
        EmbeddedPair pair = connect();
        for (int i = 0; i < 240; i++) {
            pair.advance(Duration.ofSeconds(15));
        }
        assertThat(dialer.connection().isEstablished()).isTrue();
        assertThat(listener.connection().isEstablished()).isTrue();
    }

    @Test
    void liveness_cableOut_noticedOnBothSides() {
        EmbeddedPair pair = connect();
        pair.advance(Duration.ofSeconds(15));
        pair.connected = false;

        pair.advance(Duration.ofSeconds(15));
        pair.advance(Duration.ofSeconds(15));
        assertThat(dialer.connection().isOpen()).isTrue();
        pair.advance(Duration.ofSeconds(15));

        assertThat(dialer.connection().isOpen()).isFalse();
        assertThat(listener.connection().isOpen()).isFalse();
        assertThat(dialer.connection().closed()).isCompleted();
    }

    @Test
    void ping_payload_echoedAndThirdStreamRefused() {
        EmbeddedPair pair = connect();
        CompletableFuture<Duration> pinged = PingProtocol.ping(dialer.connection(), new byte[32]);
        pair.settle();
        assertThat(pinged).isCompleted();

        List<CompletableFuture<Substream>> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            streams.add(dialer.connection().open(PingProtocol.ID));
            pair.settle();
        }

        assertThat(streams)
                .extracting(CompletableFuture::isCompletedExceptionally)
                .containsExactly(false, false, true);
        streams.get(0).join().reset();
        pair.settle();
        CompletableFuture<Substream> afterOneEnded = dialer.connection().open(PingProtocol.ID);
        pair.settle();
        assertThat(afterOneEnded).isCompleted();
    }

    @Test
    void write_empty_completesThoughNothingIsSent() {
        EmbeddedPair pair = connect();
        PeerStream stream = open(pair);
        CompletableFuture<Void> written = stream.write(new byte[0]);
        pair.settle();
        assertThat(written).isCompleted();
    }

    @Test
    void close_here_streamsFailOnBothSides() {
        EmbeddedPair pair = connect();
        PeerStream stream = open(pair);
        dialer.connection().close(new ClosedException("transport is closed"));
        pair.settle();

        assertThatThrownBy(() -> stream.read().join()).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> held.get(0).read().join()).hasCauseInstanceOf(PeerUnreachableException.class);
        pair.advance(Connection.CLOSING_TIME);
        assertThat(dialer.channel().isOpen()).isFalse();
    }
}
