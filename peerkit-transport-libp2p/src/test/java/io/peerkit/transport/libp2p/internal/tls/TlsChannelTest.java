// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static io.peerkit.transport.libp2p.internal.tls.TestTls.open;
import static io.peerkit.transport.libp2p.internal.tls.TestTls.seal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
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
    @ValueSource(ints = {1, 16_367, 16_368, 65_467, 65_468})
    void seal_anyLength_openedByThePeerWithinItsBound(int length) {
        byte[] plaintext = random(length);
        for (int from = 0; from < 2; from++) {
            ByteBuf sealed = seal(channels[from], plaintext);
            assertThat(sealed.readableBytes()).isLessThanOrEqualTo(channels[from].maxSealedBytes());
            int records = (length + TlsRecord.SENT_PLAINTEXT_BYTES - 1) / TlsRecord.SENT_PLAINTEXT_BYTES;
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

    /** A peer of which the test has the engine in its hand. */
    private static final class Peer {
        final SSLEngine engine;
        final SecureChannel channel;

        Peer(SSLEngine engine, PeerId remote) {
            this.engine = engine;
            this.channel = new TlsChannel(engine, remote, Optional.empty());
        }

        byte[] updateKey() throws Exception {
            engine.beginHandshake();
            ByteBuffer out = ByteBuffer.allocate(32_768);
            engine.wrap(ByteBuffer.allocate(0), out);
            byte[] record = new byte[out.flip().remaining()];
            out.get(record);
            return record;
        }
    }

    private Peer peer() throws Exception {
        var field = TlsChannel.class.getDeclaredField("engine");
        field.setAccessible(true);
        return new Peer((SSLEngine) field.get(channels[1]), channels[1].remote());
    }

    @Test
    void take_keyUpdates_bothDirectionsGoOn() throws Exception {
        Peer peer = peer();
        SecureChannel ours = channels[0];
        for (int i = 0; i < 10; i++) {
            byte[] update = peer.updateKey();
            assertThat(update).isNotEmpty();
            assertThat(open(ours, Unpooled.wrappedBuffer(update))).isEmpty();
            byte[] plaintext = random(20_000 + i);
            assertThat(open(ours, seal(peer.channel, plaintext))).isEqualTo(plaintext);
            ByteBuf sealed = seal(ours, random(65_468));
            assertThat(sealed.readableBytes()).isLessThanOrEqualTo(ours.maxSealedBytes());
            assertThat(open(peer.channel, sealed)).isEqualTo(random(65_468));
        }
    }

    @Test
    void take_recordsWithoutData_refusedBeyondTheirBound() throws Exception {
        Peer peer = peer();
        SecureChannel ours = channels[0];
        assertThatThrownBy(() -> {
                    for (int i = 0; i <= TlsChannel.MAX_EMPTY_RECORDS; i++) {
                        open(ours, Unpooled.wrappedBuffer(peer.updateKey()));
                        open(peer.channel, seal(ours, new byte[1]));
                        if (i == TlsChannel.MAX_EMPTY_RECORDS - 1) {
                            assertThat(open(ours, seal(peer.channel, new byte[1])))
                                    .hasSize(1);
                        }
                    }
                })
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage(
                        "tls peer sent 65 records without data and 1 bytes of data, at most 64 and one more for each"
                                + " 1048576");
    }
}
