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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(sizes[1]).isCloseTo(sizes[0], org.assertj.core.api.Assertions.within(20));
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

    @Test
    void feed_dialerShowsNoCertificate_refused() throws Exception {
        assertRefused(raw(new KeyManager[0], parameters -> {}));
    }

    @Test
    void feed_dialerShowsAnExpiredCertificate_refusedAndDialerToldBehindItsEnd() throws Exception {
        TestCertificate made =
                new TestCertificate().bound(false).valid(TestTls.NOW.minusSeconds(9), TestTls.NOW.minusSeconds(1));
        OwnCertificate shown = new OwnCertificate(new TlsIdentity(made.make(), made.privateKey()));
        SecureHandshake dialer = raw(new KeyManager[] {shown}, parameters -> {});
        SecureHandshake listener = LISTENER.listener(muxers(true));
        assertThatThrownBy(() -> run(dialer, listener, WHOLE))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("is not valid");
        assertThat(listener.channel()).isEmpty();
        SecureChannel early = dialer.channel().orElseThrow();
        ByteBuf alert = Unpooled.wrappedBuffer(listener.takeOutput());
        assertThatThrownBy(() -> TestTls.open(early, alert))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("alert");
    }

    @Test
    void feed_olderVersionOnly_refused() throws Exception {
        OwnCertificate shown = new OwnCertificate(TlsIdentity.of(DIALER_KEY, TestTls.RANDOM));
        assertRefused(raw(new KeyManager[] {shown}, parameters -> {
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"});
        }));
    }

    @Test
    void feed_noProtocolInCommon_refused() throws Exception {
        OwnCertificate shown = new OwnCertificate(TlsIdentity.of(DIALER_KEY, TestTls.RANDOM));
        assertRefused(
                raw(new KeyManager[] {shown}, parameters -> parameters.setApplicationProtocols(new String[] {"h2"})));
    }

    /** Nobody sends less than the protocol's name, but the muxer can be agreed on all the same. */
    @Test
    void feed_dialerOffersNoProtocol_muxerIsLeftOpen() throws Exception {
        OwnCertificate shown = new OwnCertificate(TlsIdentity.of(DIALER_KEY, TestTls.RANDOM));
        SecureHandshake dialer =
                raw(new KeyManager[] {shown}, parameters -> parameters.setApplicationProtocols(new String[0]));
        SecureHandshake listener = LISTENER.listener(muxers(true));
        run(dialer, listener, WHOLE);
        assertThat(listener.channel().orElseThrow().muxer()).isEmpty();
    }

    private static void assertRefused(SecureHandshake dialer) {
        SecureHandshake listener = LISTENER.listener(muxers(true));
        assertThatThrownBy(() -> run(dialer, listener, WHOLE)).isInstanceOf(InvalidBytesException.class);
        assertThat(listener.channel()).isEmpty();
        assertThat(listener.takeOutput()).as("an alert").isNotEmpty();
    }

    /** A client that does as it is told. */
    private static SecureHandshake raw(KeyManager[] shown, Consumer<SSLParameters> changes) throws Exception {
        PeerTrust trust = new PeerTrust(Optional.empty(), () -> TestTls.NOW);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown, new TrustManager[] {trust}, TestTls.RANDOM);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {YAMUX, "libp2p"});
        changes.accept(parameters);
        engine.setSSLParameters(parameters);
        return new TlsHandshake(engine, trust);
    }

    /** The engine reads empty records for ever, we do not. */
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
