// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NoiseFrameReaderTest {
    @Test
    void next_messageOfTheBound_complete() {
        NoiseFrameReader reader = new NoiseFrameReader(100);
        ByteBuf in = Unpooled.buffer().writeShort(100).writeZero(100);
        assertThat(reader.next(in)).isTrue();
        assertThat(reader.take()).hasSize(100);
    }

    @Test
    void next_oneByteOverTheBound_refused() {
        NoiseFrameReader reader = new NoiseFrameReader(100);
        assertThatThrownBy(() -> reader.next(Unpooled.buffer().writeShort(101)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise message of 101 bytes, at most 100");
    }

    @Test
    void trim_withinAMessage_keepsIt() {
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
    void next_damagedBytesInTwoPieces_refusedOrReadAsTheyStand() {
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
