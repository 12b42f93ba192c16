// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.noise.NoiseIdentity;
import io.peerkit.transport.libp2p.internal.noise.NoiseSecurity;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.Security;
import io.peerkit.transport.libp2p.internal.tls.LibP2pTls;
import io.peerkit.transport.libp2p.internal.tls.TlsIdentity;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
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
        return Upgrade.dialer(List.of(noise(dialerKey, 3)), early, Optional.of(expected));
    }

    private Upgrade listener(boolean early) {
        return Upgrade.listener(List.of(noise(listenerKey, 5)), early);
    }

    private static Security noise(NodeKey key, int seed) {
        return new NoiseSecurity(NoiseIdentity.of(key, secret(seed)), () -> secret(seed + 1));
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
        SecureChannel ours = dialer.channel().orElseThrow();
        SecureChannel theirs = listener.channel().orElseThrow();
        assertThat(ours.remote()).isEqualTo(listenerKey.peerId());
        assertThat(theirs.remote()).isEqualTo(dialerKey.peerId());
        assertThat(ours.muxer().isPresent()).isEqualTo(dialerEarly && listenerEarly);
        ours.plaintext().writeBytes(new byte[] {1, 2, 3});
        ByteBuf record = Unpooled.buffer();
        ours.seal(record);
        assertThat(theirs.next(record)).isTrue();
        ByteBuf plaintext = theirs.take();
        assertThat(ByteBufUtil.getBytes(plaintext)).containsExactly(1, 2, 3);
        plaintext.release();
        record.release();
    }

    @Test
    void feed_otherPeerThanExpected_refusedBeforeTheDialerShowsItself() {
        Upgrade dialer = dialer(true, dialerKey.peerId());
        Upgrade listener = listener(true);
        assertThatThrownBy(() -> run(dialer, listener, 9999))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be " + dialerKey.peerId());
        assertThat(dialer.takeOutput()).isEmpty();
        assertThat(listener.channel()).isEmpty();
    }

    @Test
    void feed_listenerWithoutNoise_refused() {
        Upgrade dialer = dialer(true, listenerKey.peerId());
        byte[] answer = "\u0013/multistream/1.0.0\n\u0003na\n".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> dialer.feed(Unpooled.wrappedBuffer(answer)))
                .isInstanceOf(ProtocolRefusedException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "tls noise, noise tls, tls",
        "noise tls, tls noise, noise",
        "tls noise, noise, noise",
        "noise, tls noise, noise",
        "tls noise, tls, tls",
        "tls, noise tls, tls"
    })
    void feed_severalWays_firstOfTheDialerThatTheListenerHas(String dialers, String listeners, String agreed) {
        for (boolean early : new boolean[] {true, false}) {
            Upgrade dialer = Upgrade.dialer(ways(dialerKey, dialers), early, Optional.of(listenerKey.peerId()));
            Upgrade listener = Upgrade.listener(ways(listenerKey, listeners), early);
            run(dialer, listener, 100);
            assertThat(dialer.isDone()).isTrue();
            assertThat(listener.isDone()).isTrue();
            SecureChannel ours = dialer.channel().orElseThrow();
            assertThat(ours.getClass().getSimpleName()).isEqualToIgnoringCase(agreed + "Channel");
            assertThat(ours.getClass())
                    .isEqualTo(listener.channel().orElseThrow().getClass());
            assertThat(ours.remote()).isEqualTo(listenerKey.peerId());
            assertThat(listener.channel().orElseThrow().remote()).isEqualTo(dialerKey.peerId());
        }
    }

    @Test
    void feed_nothingInCommon_refused() {
        Upgrade dialer = Upgrade.dialer(ways(dialerKey, "tls"), true, Optional.empty());
        Upgrade listener = Upgrade.listener(ways(listenerKey, "noise"), true);
        assertThatThrownBy(() -> run(dialer, listener, 100))
                .isInstanceOf(ProtocolRefusedException.class)
                .hasMessage("peer does not speak /tls/1.0.0");
    }

    private static List<Security> ways(NodeKey key, String names) {
        SecureRandom random = new SecureRandom();
        return Stream.of(names.split(" "))
                .map(name -> name.equals("tls")
                        ? new LibP2pTls(TlsIdentity.of(key, random), random, Instant::now)
                        : noise(key, 7))
                .toList();
    }
}
