// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair.End;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.WriteResult;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that sends a byte now and then keeps a connection for no longer than one that sends nothing, at whatever stage it dawdles. */
class SlowPeerTest {
    private static final Duration DRIP = Duration.ofMillis(500);

    private final End dialer = new End();
    private final End listener = new End();

    private static void advance(EmbeddedChannel channel, Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private static byte[] taken(EmbeddedChannel from) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuf bytes;
        while ((bytes = from.readOutbound()) != null) {
            byte[] piece = new byte[bytes.readableBytes()];
            bytes.readBytes(piece);
            bytes.release();
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    /** Gives bytes one at a time and tells how long the victim stayed open; the last byte is never sent. */
    private static Duration patience(EmbeddedChannel victim, byte[] bytes) {
        Duration time = Duration.ZERO;
        int next = 0;
        while (victim.isOpen() && time.compareTo(EmbeddedPair.HANDSHAKE_TIMEOUT.multipliedBy(3)) < 0) {
            if (next < bytes.length - 1) {
                victim.writeInbound(Unpooled.wrappedBuffer(new byte[] {bytes[next++]}));
            }
            advance(victim, DRIP);
            time = time.plus(DRIP);
        }
        victim.releaseOutbound();
        return time;
    }

    private static EmbeddedChannel[] pair(End dialer, End listener) {
        EmbeddedChannel accepted = EmbeddedPair.open(UpgradeHandler.listener(listener.context(), listener.upgraded));
        EmbeddedChannel dialed = EmbeddedPair.open(
                UpgradeHandler.dialer(dialer.context(), Optional.of(listener.key.peerId()), dialer.upgraded));
        return new EmbeddedChannel[] {dialed, accepted};
    }

    /** Round trips of the handshake that went well before the peer becomes slow: the header and proposal, then two of Noise. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void listener_dialerDawdles_closedAtTheDeadline(int goodRounds) {
        EmbeddedChannel[] both = pair(dialer, listener);
        byte[] next = taken(both[0]);
        Duration before = Duration.ZERO;
        for (int i = 0; i < goodRounds; i++) {
            both[1].writeInbound(Unpooled.wrappedBuffer(next));
            both[0].writeInbound(Unpooled.wrappedBuffer(taken(both[1])));
            next = taken(both[0]);
            advance(both[1], Duration.ofSeconds(1));
            before = before.plusSeconds(1);
        }
        byte[] slow = next.length > 0 ? next : new byte[64];
        assertThat(patience(both[1], slow).plus(before)).isEqualTo(EmbeddedPair.HANDSHAKE_TIMEOUT);
        assertThat(listener.upgraded.isCompletedExceptionally()).isTrue();
        var unused = both[0].close();
        both[0].releaseOutbound();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void dialer_listenerDawdles_closedAtTheDeadline(int goodRounds) {
        EmbeddedChannel[] both = pair(dialer, listener);
        for (int i = 0; i < goodRounds; i++) {
            both[1].writeInbound(Unpooled.wrappedBuffer(taken(both[0])));
            both[0].writeInbound(Unpooled.wrappedBuffer(taken(both[1])));
        }
        both[1].writeInbound(Unpooled.wrappedBuffer(taken(both[0])));
        assertThat(patience(both[0], taken(both[1]))).isEqualTo(EmbeddedPair.HANDSHAKE_TIMEOUT);
        assertThat(dialer.upgraded.isCompletedExceptionally()).isTrue();
        var unused = both[1].close();
        both[1].releaseOutbound();
    }

    @Test
    void access_neverDecided_closedAtTheDeadlineOfTheWholeHandshake() {
        EmbeddedPair pair = new EmbeddedPair(dialer, listener.policy(new Undecided()));
        pair.settle();
        pair.advance(EmbeddedPair.HANDSHAKE_TIMEOUT.minusMillis(1)).settle();
        assertThat(listener.connection().isOpen()).isTrue();
        pair.advance(Duration.ofMillis(1)).settle();
        assertThat(listener.connection().isOpen()).isFalse();
    }

    /** Lets nobody in and turns nobody away. */
    private static final class Undecided implements ConnectionPolicy {
        @Override
        public boolean admits(PeerId peer) {
            return true;
        }

        @Override
        public void secured(Connection connection) {}

        @Override
        public boolean serves(Connection connection, String protocol) {
            return true;
        }

        @Override
        public void closed(Connection connection) {}
    }

    @Test
    void listener_dialerDawdlesAtTheMuxer_closedAtTheDeadline() {
        dialer.earlyMuxer = false;
        EmbeddedChannel[] both = pair(dialer, listener);
        for (int i = 0; i < 2; i++) {
            both[1].writeInbound(Unpooled.wrappedBuffer(taken(both[0])));
            both[0].writeInbound(Unpooled.wrappedBuffer(taken(both[1])));
        }
        byte[] proposal = taken(both[0]); // behind the last message of Noise
        both[1].writeInbound(Unpooled.wrappedBuffer(Arrays.copyOf(proposal, proposal.length - 1)));
        assertThat(patience(both[1], new byte[0])).isEqualTo(EmbeddedPair.HANDSHAKE_TIMEOUT);
        var unused = both[0].close();
    }

    @Test
    void stream_proposalInDrops_resetAtItsDeadline() {
        EmbeddedPair pair = new EmbeddedPair(dialer, listener).settle();
        DrippingStream stream = new DrippingStream();
        listener.connection().opened(stream);
        pair.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(stream.resets).isZero();
        pair.advance(Duration.ofNanos(1));
        assertThat(stream.resets).isOne();
        assertThat(listener.connection().isOpen()).isTrue();
    }

    /** A stream on which the peer says nothing to the end. */
    private static final class DrippingStream implements MuxedStream {
        private int resets;

        @Override
        public void attach(Object driverState) {}

        @Override
        public WriteResult write(ByteBuf data, Object token) {
            data.release();
            return WriteResult.ACCEPTED;
        }

        @Override
        public void closeWrite() {}

        @Override
        public @Nullable ByteBuf read(int maxBytes, long nowNanos) {
            return null;
        }

        @Override
        public int readableBytes() {
            return 0;
        }

        @Override
        public boolean isInputEnded() {
            return false;
        }

        @Override
        public void reset(long code) {
            resets++;
        }
    }
}
