// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.noise.NoiseFrame;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.noise.NoiseSession;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpgradeTest {
    private final NodeKey dialerKey = NodeKey.fromSeed(secret(1));
    private final NodeKey listenerKey = NodeKey.fromSeed(secret(2));

    private static byte[] secret(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private Upgrade dialer(boolean early, PeerId expected) {
        return Upgrade.dialer(NoiseIdentity.of(dialerKey, secret(3)), secret(4), early, Optional.of(expected));
    }

    private Upgrade listener(boolean early) {
        return Upgrade.listener(NoiseIdentity.of(listenerKey, secret(5)), secret(6), early);
    }

    /** Carries bytes in pieces of at most a length until nothing moves. */
    private static void run(Upgrade one, Upgrade other, int pieceBytes) {
        boolean moved = true;
        while (moved) {
            moved = carry(one.takeOutput(), other, pieceBytes);
            moved |= carry(other.takeOutput(), one, pieceBytes);
        }
    }

    private static boolean carry(byte[] bytes, Upgrade to, int pieceBytes) {
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            ByteBuf piece = Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at));
            assertThat(to.feed(piece)).isEmpty();
            assertThat(piece.isReadable()).isFalse();
        }
        return bytes.length > 0;
    }

    @ParameterizedTest
    @CsvSource({"true,true,1", "true,false,1", "false,true,1", "false,false,1", "true,true,9999", "false,false,9999"})
    void feed_eachWayToTheMuxer_bothDoneAndEncrypting(boolean dialerEarly, boolean listenerEarly, int pieceBytes) {
        Upgrade dialer = dialer(dialerEarly, listenerKey.peerId());
        Upgrade listener = listener(listenerEarly);

        run(dialer, listener, pieceBytes);

        assertThat(dialer.isDone()).isTrue();
        assertThat(listener.isDone()).isTrue();
        NoiseSession ours = dialer.session().orElseThrow();
        NoiseSession theirs = listener.session().orElseThrow();
        assertThat(ours.remote()).isEqualTo(listenerKey.peerId());
        assertThat(theirs.remote()).isEqualTo(dialerKey.peerId());
        assertThat(ours.muxer().isPresent()).isEqualTo(dialerEarly && listenerEarly);
        byte[] message = new byte[3 + NoiseFrame.TAG_BYTES];
        ours.sender().encrypt(new byte[] {1, 2, 3}, 0, 3, message, 0);
        byte[] plaintext = new byte[3];
        assertThat(theirs.receiver().decrypt(message, 0, message.length, plaintext, 0))
                .isEqualTo(3);
        assertThat(plaintext).containsExactly(1, 2, 3);
    }

    @Test
    void feed_otherPeerThanExpected_refusedBeforeTheDialerShowsItself() {
        Upgrade dialer = dialer(true, dialerKey.peerId());
        Upgrade listener = listener(true);
        assertThatThrownBy(() -> run(dialer, listener, 9999))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be " + dialerKey.peerId());
        assertThat(dialer.takeOutput()).isEmpty();
        assertThat(listener.session()).isEmpty();
    }

    @Test
    void feed_listenerWithoutNoise_refused() {
        Upgrade dialer = dialer(true, listenerKey.peerId());
        byte[] answer = "\u0013/multistream/1.0.0\n\u0003na\n".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> dialer.feed(Unpooled.wrappedBuffer(answer)))
                .isInstanceOf(ProtocolRefusedException.class);
    }

    @Test
    void reader_messageOfTheBound_complete() {
        NoiseFrameReader reader = new NoiseFrameReader(100);
        ByteBuf in = Unpooled.buffer().writeShort(100).writeZero(100);
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.take()).hasSize(100);
    }

    @Test
    void reader_oneByteOverTheBound_refused() {
        NoiseFrameReader reader = new NoiseFrameReader(100);
        assertThatThrownBy(() -> reader.next(Unpooled.buffer().writeShort(101)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise message of 101 bytes, at most 100");
    }

    @Test
    void reader_trimWithinAMessage_keepsIt() {
        NoiseFrameReader reader = new NoiseFrameReader(100);
        assertThat(reader.next(Unpooled.buffer().writeShort(2).writeByte(5))).isFalse();
        reader.trim();
        assertThat(reader.next(Unpooled.buffer().writeByte(6))).isTrue();
        assertThat(reader.take()).containsExactly(5, 6);
        reader.trim();
        assertThat(reader.next(Unpooled.buffer().writeShort(1).writeByte(7))).isTrue();
        assertThat(reader.take()).containsExactly(7);
    }

    @Test
    void reader_damagedBytesInTwoPieces_refusedOrReadAsTheyStand() {
        byte[] twoMessages = new byte[] {0, 3, 1, 2, 3, 0, 0, 0, 1, 9};
        byte[] long100 = Unpooled.buffer().writeShort(100).writeZero(100).array();
        Fuzz.run(new Random().nextLong(), List.of(twoMessages, long100), bytes -> {
            NoiseFrameReader reader = new NoiseFrameReader(100);
            int cut = bytes.length / 2;
            ByteBuf expected = Unpooled.wrappedBuffer(bytes);
            for (ByteBuf in : List.of(
                    Unpooled.wrappedBuffer(bytes, 0, cut), Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut))) {
                while (reader.next(in)) {
                    byte[] message = reader.take();
                    assertThat(expected.readUnsignedShort()).isEqualTo(message.length);
                    byte[] same = new byte[message.length];
                    expected.readBytes(same);
                    assertThat(message).isEqualTo(same);
                }
                assertThat(in.isReadable()).isFalse();
            }
        });
    }
}
