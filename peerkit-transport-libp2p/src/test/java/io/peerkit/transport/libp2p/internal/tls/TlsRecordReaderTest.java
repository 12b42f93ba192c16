// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsRecordReaderTest {
    private static byte[] record(int type, int version, int length) {
        byte[] record = new byte[TlsRecord.HEADER_BYTES + length];
        ByteBuffer.wrap(record).put((byte) type).putShort((short) version).putShort((short) length);
        for (int i = TlsRecord.HEADER_BYTES; i < record.length; i++) {
            record[i] = (byte) i;
        }
        return record;
    }

    private static byte[] take(TlsRecordReader reader) {
        byte[] record = reader.record();
        return Arrays.copyOf(record, reader.take());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2_043, 2_044, 16_640})
    void next_byteByByte_completeAtItsEnd(int length) {
        TlsRecordReader reader = new TlsRecordReader();
        byte[] record = record(23, 0x0303, length);
        for (int i = 0; i < record.length - 1; i++) {
            assertThat(reader.next(Unpooled.wrappedBuffer(record, i, 1))).isFalse();
            reader.trim(); // keeps what is under way
        }
        assertThat(reader.next(Unpooled.wrappedBuffer(record, record.length - 1, 1)))
                .isTrue();
        assertThat(take(reader)).isEqualTo(record);
    }

    @Test
    void next_oneByteOverTheBound_refused() {
        assertThatThrownBy(() -> new TlsRecordReader().next(Unpooled.wrappedBuffer(record(23, 0x0303, 16_641))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("tls record of 16641 bytes, at most 16640");
    }

    @Test
    void next_noHeaderOfTls_refused() {
        for (byte[] other : List.of(record(19, 0x0303, 1), record(24, 0x0303, 1), record(22, 0x0203, 1))) {
            assertThatThrownBy(() -> new TlsRecordReader().next(Unpooled.wrappedBuffer(other)))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageContaining("must be 20 to 23 and 3");
        }
    }

    @Test
    void next_damagedBytesInTwoPieces_refusedOrReadAsTheyStand() {
        byte[] two = Unpooled.wrappedBuffer(record(22, 0x0301, 7), record(23, 0x0303, 40))
                .copy()
                .array();
        Fuzz.run(32, List.of(two, record(21, 0x0303, 2)), bytes -> {
            TlsRecordReader reader = new TlsRecordReader();
            int cut = bytes.length / 2;
            ByteBuf expected = Unpooled.wrappedBuffer(bytes);
            for (ByteBuf in : List.of(
                    Unpooled.wrappedBuffer(bytes, 0, cut), Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut))) {
                while (reader.next(in)) {
                    byte[] record = take(reader);
                    byte[] same = new byte[record.length];
                    expected.readBytes(same);
                    assertThat(record).isEqualTo(same);
                }
                assertThat(in.isReadable()).isFalse();
            }
        });
    }
}
