// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static io.peerkit.transport.libp2p.internal.tls.TestTls.DIALER;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.DIALER_KEY;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.LISTENER;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.LISTENER_KEY;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.YAMUX;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.carry;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.dialer;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsHandshakeTest {
    private static final int WHOLE = Integer.MAX_VALUE;

    private static List<String> muxers(boolean early) {
        return early ? List.of(YAMUX) : List.of();
    }

    @ParameterizedTest
    @CsvSource({"true,true,1", "true,false,7", "false,true,9999", "false,false,9999"})
    void feed_anyPiecesAndOffers_bothKnowEachOtherAndTheMuxer(boolean dialerEarly, boolean listenerEarly, int piece) {
        SecureHandshake dialer = dialer(muxers(dialerEarly));
        SecureHandshake listener = LISTENER.listener(muxers(listenerEarly));
        run(dialer, listener, piece);
        SecureChannel ours = dialer.channel().orElseThrow();
        SecureChannel theirs = listener.channel().orElseThrow();
        assertThat(ours.remote()).isEqualTo(LISTENER_KEY.peerId());
        assertThat(theirs.remote()).isEqualTo(DIALER_KEY.peerId());
        Optional<String> agreed = dialerEarly && listenerEarly ? Optional.of(YAMUX) : Optional.empty();
        assertThat(ours.muxer()).isEqualTo(agreed);
        assertThat(theirs.muxer()).isEqualTo(agreed);
    }

    /** Nor does a second connection know anything of the first. */
    @Test
    void feed_done_listenerSendsNoTicketAndHandshakesAreWholeEachTime() {
        int[] sizes = new int[2];
        for (int i = 0; i < sizes.length; i++) {
            SecureHandshake dialer = dialer(muxers(true));
            SecureHandshake listener = LISTENER.listener(muxers(true));
            dialer.start();
            listener.start();
            carry(dialer.takeOutput(), listener, WHOLE);
            byte[] certified = listener.takeOutput();
            carry(certified, dialer, WHOLE);
            carry(dialer.takeOutput(), listener, WHOLE);
            assertThat(listener.channel()).isPresent();
            assertThat(listener.takeOutput()).isEmpty();
            sizes[i] = certified.length;
        }
        assertThat(sizes[1]).isCloseTo(sizes[0], within(20));
    }

    /** What follows the last message of the handshake in the same packet is the channel's. */
    @Test
    void feed_dataBehindTheEnd_leftForTheChannel() {
        SecureHandshake dialer = dialer(muxers(true));
        SecureHandshake listener = LISTENER.listener(muxers(true));
        dialer.start();
        listener.start();
        carry(dialer.takeOutput(), listener, WHOLE);
        carry(listener.takeOutput(), dialer, WHOLE);
        byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
        ByteBuf in = Unpooled.wrappedBuffer(
                Unpooled.wrappedBuffer(dialer.takeOutput()),
                TestTls.seal(dialer.channel().orElseThrow(), hello));
        listener.feed(in);
        assertThat(TestTls.open(listener.channel().orElseThrow(), in)).isEqualTo(hello);
    }

    @Test
    void feed_otherPeerThanExpected_refusedBeforeTheDialerShowsItself() {
        SecureHandshake dialer = DIALER.dialer(muxers(true), Optional.of(DIALER_KEY.peerId()));
        SecureHandshake listener = LISTENER.listener(muxers(true));
        dialer.start();
        listener.start();
        carry(dialer.takeOutput(), listener, WHOLE);
        byte[] answer = listener.takeOutput();
        assertThatThrownBy(() -> carry(answer, dialer, WHOLE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls peer is " + LISTENER_KEY.peerId() + ", must be " + DIALER_KEY.peerId());
        byte[] alert = dialer.takeOutput();
        assertThat(alert).isNotEmpty().hasSizeLessThan(100);
        assertThatThrownBy(() -> carry(alert, listener, WHOLE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("alert");
        assertThat(listener.channel()).isEmpty();
    }

    private static TlsIdentity shown() {
        return TlsIdentity.of(DIALER_KEY, TestTls.RANDOM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
    void feed_jdkAtTheOtherEnd_dataPassesBothWaysWithEachSuite(String suite) throws Exception {
        for (boolean client : new boolean[] {true, false}) {
            JdkPeer peer = JdkPeer.of(client, shown(), parameters -> parameters.setCipherSuites(new String[] {suite}));
            SecureHandshake ours = client
                    ? LISTENER.listener(muxers(true))
                    : LISTENER.dialer(muxers(true), Optional.of(DIALER_KEY.peerId()));
            peer.shakeHands(ours);
            assertThat(peer.engine().getSession().getCipherSuite()).isEqualTo(suite);
            assertThat(peer.engine().getApplicationProtocol()).isEqualTo(YAMUX);
            SecureChannel channel = ours.channel().orElseThrow();
            assertThat(channel.remote()).isEqualTo(DIALER_KEY.peerId());
            assertThat(channel.muxer()).contains(YAMUX);
            byte[] data = new byte[40_000];
            new Random(3).nextBytes(data);
            assertThat(TestTls.open(channel, Unpooled.wrappedBuffer(peer.seal(data))))
                    .isEqualTo(data);
            assertThat(peer.open(TestTls.seal(channel, data))).isEqualTo(data);
        }
    }

    @Test
    void feed_dialerOffersAllSuites_aes128IsTaken() throws Exception {
        JdkPeer peer = JdkPeer.of(
                true,
                shown(),
                parameters -> parameters.setCipherSuites(
                        new String[] {"TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"
                        }));
        peer.shakeHands(LISTENER.listener(muxers(true)));
        assertThat(peer.engine().getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
    }

    @Test
    void feed_dialerShowsNoCertificate_refused() throws Exception {
        assertRefused(JdkPeer.of(true, null, parameters -> {}));
    }

    @Test
    void feed_dialerShowsAnExpiredCertificate_refusedAndDialerToldBehindItsEnd() throws Exception {
        TestCertificate made =
                new TestCertificate().bound(false).valid(TestTls.NOW.minusSeconds(9), TestTls.NOW.minusSeconds(1));
        LibP2pTls expired =
                new LibP2pTls(new TlsIdentity(made.make(), made.privateKey()), TestTls.RANDOM, () -> TestTls.NOW);
        SecureHandshake dialer = expired.dialer(muxers(true), Optional.empty());
        SecureHandshake listener = LISTENER.listener(muxers(true));
        assertThatThrownBy(() -> run(dialer, listener, WHOLE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("certificate is valid from");
        assertThat(listener.channel()).isEmpty();
        SecureChannel early = dialer.channel().orElseThrow();
        ByteBuf alert = Unpooled.wrappedBuffer(listener.takeOutput());
        assertThatThrownBy(() -> TestTls.open(early, alert))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls peer refuses with alert 42");
    }

    @Test
    void feed_olderVersionOnly_refused() throws Exception {
        assertRefused(JdkPeer.of(true, shown(), parameters -> {
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"});
        }));
    }

    @Test
    void feed_noProtocolInCommon_refused() throws Exception {
        assertRefused(JdkPeer.of(true, shown(), parameters -> parameters.setApplicationProtocols(new String[] {"h2"})));
    }

    /** Nobody sends less than the protocol's name, but the muxer can be agreed on all the same. */
    @Test
    void feed_dialerOffersNoProtocol_muxerIsLeftOpen() throws Exception {
        JdkPeer peer = JdkPeer.of(true, shown(), parameters -> parameters.setApplicationProtocols(new String[0]));
        SecureHandshake listener = LISTENER.listener(muxers(true));
        peer.shakeHands(listener);
        assertThat(listener.channel().orElseThrow().muxer()).isEmpty();
    }

    @Test
    void start_dialer_namesNoServer() {
        SecureHandshake dialer = dialer(muxers(true));
        dialer.start();
        List<Integer> extensions = extensions(dialer.takeOutput());
        assertThat(extensions)
                .as("no server name, no ticket")
                .doesNotContain(0, 35, 41, 42)
                .contains(16, 43);
    }

    /** The numbers of the extensions of a ClientHello in one record. */
    private static List<Integer> extensions(byte[] record) {
        ByteBuf in = Unpooled.wrappedBuffer(record);
        in.skipBytes(TlsRecord.HEADER_BYTES + 4 + 2 + 32);
        in.skipBytes(in.readUnsignedByte());
        in.skipBytes(in.readUnsignedShort());
        in.skipBytes(in.readUnsignedByte());
        in = in.readSlice(in.readUnsignedShort());
        List<Integer> numbers = new ArrayList<>();
        while (in.isReadable()) {
            numbers.add(in.readUnsignedShort());
            in.skipBytes(in.readUnsignedShort());
        }
        return numbers;
    }

    private static void assertRefused(JdkPeer dialer) {
        SecureHandshake listener = LISTENER.listener(muxers(true));
        assertThatThrownBy(() -> dialer.shakeHands(listener)).isInstanceOf(InvalidBytesException.class);
        assertThat(listener.channel()).isEmpty();
        assertThat(listener.takeOutput()).as("an alert").isNotEmpty();
    }

    @Test
    void feed_moreThanTheBound_refused() {
        SecureHandshake listener = LISTENER.listener(muxers(true));
        listener.start();
        // The first bytes of a ClientHello that states 16 MiB, then more of it.
        byte[] record = new byte[TlsRecord.HEADER_BYTES + 1];
        byte[] header = {22, 3, 1, 0, 1, 1};
        System.arraycopy(header, 0, record, 0, header.length);
        assertThatThrownBy(() -> {
                    for (int i = 0; i <= TlsHandshake.MAX_BYTES / record.length; i++) {
                        listener.feed(Unpooled.wrappedBuffer(record));
                    }
                })
                .isInstanceOf(InvalidBytesException.class);
    }

    /** Fewer cases than for the decoders of ours: each costs an agreement on a key. */
    @Test
    void feed_changedBytes_refusedOrWithoutEffect() {
        Random random = new Random(33);
        for (int i = 0; i < 300; i++) {
            SecureHandshake dialer = dialer(muxers(true));
            SecureHandshake listener = LISTENER.listener(muxers(true));
            dialer.start();
            listener.start();
            try {
                carry(damaged(dialer.takeOutput(), random), listener, WHOLE);
                carry(damaged(listener.takeOutput(), random), dialer, WHOLE);
                carry(damaged(dialer.takeOutput(), random), listener, WHOLE);
            } catch (InvalidBytesException expected) {
                continue;
            }
            listener.channel().ifPresent(channel -> assertThat(channel.remote()).isEqualTo(DIALER_KEY.peerId()));
            dialer.channel().ifPresent(channel -> assertThat(channel.remote()).isEqualTo(LISTENER_KEY.peerId()));
        }
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        if (bytes.length > 0 && random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }
}
