// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamuxFrameDecoderTest {
    private static final int MAX_PAYLOAD_BYTES = 256 * 1024;

    private final YamuxFrameDecoder decoder = new YamuxFrameDecoder(MAX_PAYLOAD_BYTES);

    private @Nullable YamuxFrame decode(String hex) {
        return decoder.decode(bytes(hex));
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
    }

    @Test
    void decode_data_payloadIsDue() {
        String hex = "00" // version
                + "00" // type: data
                + "0004" // flags: FIN
                + "00000003" // stream 3
                + "00000005"; // five bytes follow
        assertThat(decode(hex)).isEqualTo(new YamuxFrame.Data(Yamux.FIN, 3, 5));
        assertThat(decoder.payloadBytesDue()).isEqualTo(5);
        decoder.payloadTaken(2);
        assertThat(decoder.payloadBytesDue()).isEqualTo(3);
    }

    @Test
    void decode_windowUpdate_allFields() {
        String hex = "00" // version
                + "01" // type: window update
                + "0003" // flags: SYN and ACK
                + "ffffffff" // the largest stream id
                + "ffffffff"; // the largest delta
        assertThat(decode(hex)).isEqualTo(new YamuxFrame.WindowUpdate(Yamux.SYN | Yamux.ACK, -1, 0xFFFF_FFFFL));
        assertThat(decoder.payloadBytesDue()).isZero();
    }

    @Test
    void decode_ping_allFields() {
        String hex = "00" // version
                + "02" // type: ping
                + "0001" // flags: SYN, please answer
                + "00000000" // the session
                + "cafebabe"; // the value to be echoed
        assertThat(decode(hex)).isEqualTo(new YamuxFrame.Ping(Yamux.SYN, 0xCAFE_BABE));
    }

    @Test
    void decode_goAway_allFields() {
        String hex = "00" // version
                + "03" // type: go away
                + "0000" // no flags
                + "00000000" // the session
                + "00000002"; // internal error
        assertThat(decode(hex)).isEqualTo(new YamuxFrame.GoAway(Yamux.GO_AWAY_INTERNAL_ERROR));
    }

    @Test
    void decode_dataWithReset_lengthIsACodeAndNoPayload() {
        String hex = "00" // version
                + "00" // type: data
                + "0008" // flags: RST
                + "00000003" // stream 3
                + "ffffffff"; // an error code, whatever its size
        assertThat(decode(hex)).isEqualTo(new YamuxFrame.Data(Yamux.RST, 3, 0xFFFF_FFFFL));
        assertThat(decoder.payloadBytesDue()).isZero();
    }

    @Test
    void decode_unknownFlags_keptAndIgnored() {
        YamuxFrame frame = Objects.requireNonNull(decode("00 01 fff0 00000001 00000000"));
        assertThat(frame).isEqualTo(new YamuxFrame.WindowUpdate(0xFFF0, 1, 0));
        assertThat(frame.has(Yamux.SYN | Yamux.ACK | Yamux.FIN | Yamux.RST)).isFalse();
    }

    @Test
    void decode_payloadOfTheBound_taken() {
        assertThat(decode("00 00 0000 00000001 00040000")).isEqualTo(new YamuxFrame.Data(0, 1, MAX_PAYLOAD_BYTES));
    }

    @Test
    void decode_payloadOneAboveTheBound_refused() {
        assertThatThrownBy(() -> decode("00 00 0000 00000001 00040001"))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("yamux data frame of 262145 bytes, at most 262144");
    }

    @Test
    void decode_largestLength_refusedAndNotTakenForNegative() {
        assertThatThrownBy(() -> decode("00 00 0000 00000001 ffffffff"))
                .hasMessage("yamux data frame of 4294967295 bytes, at most 262144");
    }

    @Test
    void decode_otherVersion_refused() {
        assertThatThrownBy(() -> decode("01 00 0000 00000001 00000000")).hasMessage("yamux version 1, must be 0");
    }

    @Test
    void decode_firstUnknownType_refused() {
        assertThatThrownBy(() -> decode("00 04 0000 00000001 00000000")).hasMessage("yamux frame type 4, at most 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00 00 0000 00000000 00000000", "00 01 0001 00000000 00000000"})
    void decode_streamFrameForTheSession_refused(String hex) {
        assertThatThrownBy(() -> decode(hex))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("for stream 0, must be at least 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00 02 0001 00000001 00000000", "00 03 0000 ffffffff 00000000"})
    void decode_sessionFrameForAStream_refused(String hex) {
        assertThatThrownBy(() -> decode(hex))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("must be 0");
    }

    @Test
    void decode_headerCutAnywhere_readWhenComplete() {
        for (int cut = 0; cut <= Yamux.HEADER_BYTES; cut++) {
            ByteBuf whole = bytes("00 01 0001 00000001 00000007");
            YamuxFrame first = decoder.decode(whole.readSlice(cut));
            YamuxFrame second = cut == Yamux.HEADER_BYTES ? first : decoder.decode(whole);
            assertThat(cut < Yamux.HEADER_BYTES && first != null).isFalse();
            assertThat(second).isEqualTo(new YamuxFrame.WindowUpdate(Yamux.SYN, 1, 7));
        }
    }

    @Test
    void decode_headerBehindHeader_leavesTheRest() {
        ByteBuf two = bytes("00 02 0001 00000000 00000001" + "00 02 0002 00000000 00000002");
        assertThat(decoder.decode(two)).isEqualTo(new YamuxFrame.Ping(Yamux.SYN, 1));
        assertThat(decoder.decode(two)).isEqualTo(new YamuxFrame.Ping(Yamux.ACK, 2));
        assertThat(decoder.decode(two)).isNull();
    }

    @Test
    void encode_everyFrame_decodesToItself() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            int flags = random.nextInt(16);
            int id = random.nextInt() | 1;
            long length = random.nextInt() & 0xFFFF_FFFFL;
            YamuxFrame frame = switch (random.nextInt(4)) {
                case 0 -> new YamuxFrame.Data(flags, id, length % (MAX_PAYLOAD_BYTES + 1));
                case 1 -> new YamuxFrame.WindowUpdate(flags, id, length);
                case 2 -> new YamuxFrame.Ping(flags, (int) length);
                default -> new YamuxFrame.GoAway(length);
            };
            ByteBuf bytes = Unpooled.buffer();
            YamuxFrameEncoder.encode(frame, bytes);
            assertThat(bytes.readableBytes()).isEqualTo(Yamux.HEADER_BYTES);
            assertThat(decoder.decode(bytes)).isEqualTo(frame);
            decoder.payloadTaken(decoder.payloadBytesDue());
        }
    }

    @Test
    void decode_randomHeaders_onlyInvalidBytes() {
        long seed = 0x5EED_0001L;
        Random random = new Random(seed);
        byte[] header = new byte[Yamux.HEADER_BYTES];
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(header);
            if (random.nextInt(8) > 0) {
                header[0] = 0;
            }
            header[1] = (byte) random.nextInt(5);
            YamuxFrameDecoder fresh = new YamuxFrameDecoder(MAX_PAYLOAD_BYTES);
            try {
                YamuxFrame frame = fresh.decode(Unpooled.wrappedBuffer(header));
                assertThat(frame).as("seed %d case %d", seed, i).isNotNull();
                assertThat(fresh.payloadBytesDue()).isBetween(0, MAX_PAYLOAD_BYTES);
            } catch (InvalidBytesException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(1, 99_999);
    }
}
