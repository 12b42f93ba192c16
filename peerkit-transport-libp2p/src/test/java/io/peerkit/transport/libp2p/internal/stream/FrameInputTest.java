// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameInputTest {
    private static final int MAX = 300;

    /** Bytes of which a part has arrived. */
    private static final class Arrived implements ByteSource {
        private final byte[] bytes;
        private int at;
        private int arrived;
        private boolean ended;

        Arrived(byte[] bytes) {
            this.bytes = bytes;
            arrived = bytes.length;
        }

        @Override
        public int readableBytes() {
            return arrived - at;
        }

        @Override
        public boolean isInputEnded() {
            return ended && at == arrived;
        }

        @Override
        public int read(byte[] into, int offset, int maxBytes) {
            int part = Math.min(maxBytes, readableBytes());
            System.arraycopy(bytes, at, into, offset, part);
            at += part;
            return part;
        }
    }

    private final FrameInput input = new FrameInput("frame", MAX);

    private static byte[] frame(int length) {
        byte[] body = new byte[length];
        Arrays.fill(body, (byte) 7);
        return FrameInput.withLength(body);
    }

    @Test
    void next_frameOfTheBound_taken() {
        assertThat(input.next(new Arrived(frame(MAX))).orElseThrow()).hasSize(MAX);
    }

    @Test
    void next_oneByteOverTheBound_refusedBeforeItsBody() {
        byte[] onlyLength = Arrays.copyOf(frame(MAX + 1), 2);
        assertThatThrownBy(() -> input.next(new Arrived(onlyLength)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("frame of 301 bytes, at most 300");
    }

    @Test
    void next_lengthThatNeverEnds_refused() {
        byte[] length = new byte[10];
        Arrays.fill(length, (byte) 0x80);
        assertThatThrownBy(() -> input.next(new Arrived(length))).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void next_empty_taken() {
        assertThat(input.next(new Arrived(new byte[] {0})).orElseThrow()).isEmpty();
    }

    @Test
    void next_byteByByte_whole() {
        Arrived source = new Arrived(frame(200));
        for (source.arrived = 0; source.arrived < source.bytes.length; source.arrived++) {
            assertThat(input.next(source)).isEmpty();
        }
        assertThat(input.next(source).orElseThrow()).hasSize(200);
    }

    @Test
    void next_twoFramesAtOnce_oneAfterTheOther() {
        Arrived source = new Arrived(new byte[] {1, 5, 2, 6, 7});
        assertThat(input.next(source).orElseThrow()).containsExactly(5);
        assertThat(source.readableBytes()).isEqualTo(3);
        assertThat(input.next(source).orElseThrow()).containsExactly(6, 7);
        assertThat(input.next(source)).isEmpty();
    }

    @Test
    void next_endWithinAFrame_refused() {
        Arrived source = new Arrived(new byte[] {2, 1});
        source.ended = true;
        assertThatThrownBy(() -> input.next(source)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void next_endWithinTheLength_refused() {
        Arrived source = new Arrived(new byte[] {(byte) 0x80});
        source.ended = true;
        assertThatThrownBy(() -> input.next(source)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void next_endBetweenFrames_nothing() {
        Arrived source = new Arrived(new byte[0]);
        source.ended = true;
        assertThat(input.next(source)).isEmpty();
    }

    @Test
    void next_damagedBytes_refusedOrTheSameBytesAgain() {
        Fuzz.run(new Random().nextLong(), List.of(frame(3), frame(200), frame(MAX)), bytes -> {
            Arrived source = new Arrived(bytes);
            source.ended = true;
            FrameInput fresh = new FrameInput("frame", MAX);
            List<Byte> again = new ArrayList<>();
            for (Optional<byte[]> next = fresh.next(source); next.isPresent(); next = fresh.next(source)) {
                for (byte each : FrameInput.withLength(next.get())) {
                    again.add(each);
                }
            }
            assertThat(again).hasSize(bytes.length);
        });
    }
}
