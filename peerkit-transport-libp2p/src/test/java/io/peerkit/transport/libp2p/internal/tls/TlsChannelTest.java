// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static io.peerkit.transport.libp2p.internal.tls.TestTls.LISTENER;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.open;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsChannelTest {
    private final SecureChannel[] channels = TestTls.channels();

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16_384, 16_385, 65_535, 65_536})
    void seal_anyLength_openedByThePeerWithinItsBound(int length) {
        byte[] plaintext = random(length);
        for (int from = 0; from < 2; from++) {
            ByteBuf sealed = seal(channels[from], plaintext);
            assertThat(sealed.readableBytes()).isLessThanOrEqualTo(channels[from].maxSealedBytes());
            int records = (length + TlsRecord.MAX_PLAINTEXT_BYTES - 1) / TlsRecord.MAX_PLAINTEXT_BYTES;
            assertThat(sealed.readableBytes()).isEqualTo(length + records * TlsRecord.OVERHEAD_BYTES);
            assertThat(open(channels[1 - from], sealed)).isEqualTo(plaintext);
        }
    }

    @Test
    void next_recordsInPieces_openedInOrder() {
        byte[] plaintext = random(40_000);
        ByteBuf sealed = seal(channels[0], plaintext);
        ByteBuf opened = Unpooled.buffer();
        Random random = new Random(1);
        while (sealed.isReadable()) {
            ByteBuf piece = sealed.readSlice(Math.min(sealed.readableBytes(), 1 + random.nextInt(5_000)));
            opened.writeBytes(open(channels[1], piece));
            channels[1].trim();
        }
        assertThat(opened.array()).startsWith(plaintext);
    }

    @Test
    void take_damagedRecord_refusedAndThePeerTold() {
        ByteBuf sealed = seal(channels[0], random(100));
        sealed.setByte(50, sealed.getByte(50) ^ 1);
        assertThatThrownBy(() -> open(channels[1], sealed)).isInstanceOf(InvalidBytesException.class);
        byte[] alert = channels[1].end();
        assertThat(alert).isNotEmpty();
        assertThatThrownBy(() -> open(channels[0], Unpooled.wrappedBuffer(alert)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("alert");
    }

    @Test
    void take_sameRecordTwice_refused() {
        ByteBuf sealed = seal(channels[0], random(100));
        ByteBuf again = sealed.copy();
        open(channels[1], sealed);
        assertThatThrownBy(() -> open(channels[1], again)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void take_plaintextRecord_refused() {
        byte[] record = {23, 3, 3, 0, 1, 42};
        assertThatThrownBy(() -> open(channels[1], Unpooled.wrappedBuffer(record)))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void end_ofThePeer_toldAsItsEnd() {
        byte[] last = channels[0].end();
        assertThat(last).isNotEmpty();
        assertThatThrownBy(() -> open(channels[1], Unpooled.wrappedBuffer(last)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls peer has closed the channel, no data follows");
        assertThat(channels[0].end()).isEmpty();
    }

    private static SecureChannel shakeHands(JdkPeer peer) throws Exception {
        SecureHandshake ours = LISTENER.dialer(List.of(TestTls.YAMUX), Optional.empty());
        peer.shakeHands(ours);
        return ours.channel().orElseThrow();
    }

    private static JdkPeer jdk() throws Exception {
        return JdkPeer.of(false, TlsIdentity.of(TestTls.DIALER_KEY, TestTls.RANDOM), parameters -> {});
    }

    @Test
    void take_keyUpdatesOfTheJdk_bothDirectionsGoOn() throws Exception {
        JdkPeer peer = jdk();
        SecureChannel ours = shakeHands(peer);
        for (int i = 0; i < 10; i++) {
            byte[] update = peer.updateKey();
            assertThat(update).isNotEmpty();
            assertThat(open(ours, Unpooled.wrappedBuffer(update))).isEmpty();
            byte[] plaintext = random(20_000 + i);
            assertThat(open(ours, Unpooled.wrappedBuffer(peer.seal(plaintext)))).isEqualTo(plaintext);
            ByteBuf sealed = seal(ours, random(65_536));
            assertThat(sealed.readableBytes()).isLessThanOrEqualTo(ours.maxSealedBytes());
            assertThat(peer.open(sealed)).isEqualTo(random(65_536));
        }
    }

    @Test
    void updateKey_asked_jdkAnswersAndBothGoOn() throws Exception {
        JdkPeer peer = jdk();
        TlsChannel ours = (TlsChannel) shakeHands(peer);
        ByteBuf update = Unpooled.buffer();
        ours.updateKey(update, true);
        assertThat(peer.open(update)).isEmpty();
        assertThat(open(ours, Unpooled.wrappedBuffer(peer.seal(random(100))))).isEqualTo(random(100));
        assertThat(peer.open(seal(ours, random(100)))).isEqualTo(random(100));
    }

    @Test
    void seal_keyWornOut_updatedBeforeItsLastRecord() throws Exception {
        CipherSuite suite = CipherSuite.AES_128_GCM;
        TrafficSecret one = new TrafficSecret(suite, random(32));
        TrafficSecret other = new TrafficSecret(suite, random(33));
        TlsChannel ours = new TlsChannel(TestTls.DIALER_KEY.peerId(), Optional.empty(), one, other, 10);
        TlsChannel theirs = new TlsChannel(TestTls.LISTENER_KEY.peerId(), Optional.empty(), other, one);
        int longer = 0;
        for (int i = 0; i < 50; i++) {
            ByteBuf sealed = seal(ours, random(1_000));
            longer += sealed.readableBytes() > 1_000 + TlsRecord.OVERHEAD_BYTES ? 1 : 0;
            assertThat(open(theirs, sealed)).isEqualTo(random(1_000));
        }
        assertThat(longer).isEqualTo(7);
    }

    @Test
    void take_recordsWithoutData_refusedBeyondTheirBound() {
        TlsChannel peer = (TlsChannel) channels[0];
        assertThatThrownBy(() -> {
                    for (int i = 0; i <= TlsChannel.MAX_EMPTY_RECORDS; i++) {
                        ByteBuf update = Unpooled.buffer();
                        peer.updateKey(update, true);
                        assertThat(open(channels[1], update)).isEmpty();
                        if (i == TlsChannel.MAX_EMPTY_RECORDS - 1) {
                            assertThat(open(channels[1], seal(peer, new byte[1])))
                                    .hasSize(1);
                        }
                    }
                })
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage(
                        "tls peer sent 65 records without data and 1 bytes of data, at most 64 and one more for each"
                                + " 1048576");
    }

    /** Records of any content, each with a key of its own to begin with. */
    @Test
    void take_anyContent_refusedOrReadAsItStands() {
        TrafficSecret secret = new TrafficSecret(CipherSuite.CHACHA20_POLY1305, random(32));
        byte[] ticket = {4, 0, 0, 2, 9, 9, TlsRecord.HANDSHAKE};
        byte[] update = {24, 0, 0, 1, 1, TlsRecord.HANDSHAKE};
        byte[] alert = {1, 0, TlsRecord.ALERT};
        byte[] padded = {1, 2, 3, TlsRecord.APPLICATION_DATA, 0, 0};
        Fuzz.run(34, List.of(ticket, update, padded), inner -> takeOne(secret, inner));
        assertThatThrownBy(() -> takeOne(secret, alert)).isInstanceOf(InvalidBytesException.class);
    }

    private static void takeOne(TrafficSecret secret, byte[] inner) {
        byte[] record = new byte[inner.length + TlsRecord.OVERHEAD_BYTES];
        int length = new RecordCipher(secret).seal(inner, 0, inner.length, record);
        TlsChannel channel = new TlsChannel(TestTls.DIALER_KEY.peerId(), Optional.empty(), secret, secret);
        byte[] data = open(channel, Unpooled.wrappedBuffer(record, 0, length));
        assertThat(Arrays.copyOf(inner, data.length)).isEqualTo(data);
    }

    @Test
    void take_moreThanOneRecordMayCarry_refused() {
        TrafficSecret secret = new TrafficSecret(CipherSuite.AES_128_GCM, random(32));
        byte[] most = new byte[TlsRecord.MAX_PLAINTEXT_BYTES + 1];
        most[TlsRecord.MAX_PLAINTEXT_BYTES] = TlsRecord.APPLICATION_DATA;
        takeOne(secret, most);
        byte[] more = new byte[TlsRecord.MAX_PLAINTEXT_BYTES + 2];
        more[TlsRecord.MAX_PLAINTEXT_BYTES + 1] = TlsRecord.APPLICATION_DATA;
        assertThatThrownBy(() -> takeOne(secret, more)).hasMessage("tls record carries 16385 bytes, at most 16384");
    }
}
