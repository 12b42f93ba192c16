// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReaderTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final int MAX_FRAME_BYTES = 2 * 1024 * 1024;
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_103L);

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "127, 7f",
        "128, 8001",
        "16383, ff7f",
        "16384, 808001",
        "2097151, ffff7f",
        "2097152, 80808001",
        "268435455, ffffff7f",
        "268435456, 8080808001",
        "2147483647, ffffffff07"
    })
    void prefix_atEachWidth_shortestVarint(int length, String hex) {
        assertThat(HEX.formatHex(Frames.prefix(length))).isEqualTo(hex);
        if (length <= MAX_FRAME_BYTES) {
            byte[] frame = Frames.write(new byte[length]);
            assertThat(frame).hasSize(Frames.prefix(length).length + length).startsWith(Frames.prefix(length));
            assertThat(new FrameReader(length).next(ByteBuffer.wrap(frame)))
                    .get()
                    .extracting(bytes -> bytes.length)
                    .isEqualTo(length);
        }
    }

    @Test
    void prefix_negativeLength_refused() {
        assertThatThrownBy(() -> Frames.prefix(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FrameReader(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void next_anyFragmentation_sameFrames() {
        for (int round = 0; round < 300; round++) {
            Random random = new Random(SEED + round);
            List<byte[]> sent = new ArrayList<>();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = random.nextInt(20); i >= 0; i--) {
                byte[] payload = new byte[random.nextInt(1 << random.nextInt(15))];
                random.nextBytes(payload);
                sent.add(payload);
                stream.writeBytes(Frames.write(payload));
            }
            int largestChunk = 1 + random.nextInt(1 << random.nextInt(14));
            assertThat(read(stream.toByteArray(), () -> 1 + random.nextInt(largestChunk)))
                    .as("seed %d", SEED + round)
                    .containsExactlyElementsOf(sent);
        }
    }

    @Test
    void next_byteByByte_sameFrames() {
        byte[] stream = HEX.parseHex("00" + "8001" + "ab".repeat(128) + "0201ff" + "00");
        assertThat(read(stream, () -> 1)).hasSize(4);
    }

    @Test
    void next_largestFrameInSmallChunks_complete() {
        byte[] payload = new byte[MAX_FRAME_BYTES];
        new Random(SEED).nextBytes(payload);
        assertThat(read(Frames.write(payload), () -> 100)).containsExactly(payload);
    }

    @Test
    void next_oneByteTooLong_refusedOnThePrefixAndEverAfter() {
        FrameReader reader = new FrameReader(1_000);
        ByteBuffer chunk = ByteBuffer.wrap(Frames.prefix(1_001));
        assertThatThrownBy(() -> reader.next(chunk))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("frame of 1001 bytes, at most 1000");
        assertThatThrownBy(() -> reader.next(ByteBuffer.wrap(new byte[] {0})))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("frame of 1001 bytes, at most 1000");
    }

    @ParameterizedTest
    @CsvSource({
        "8000, frame length of 0 in 2 bytes",
        "ff00, frame length of 127 in 2 bytes",
        "80808000, frame length of 0 in 4 bytes",
        "8080808080, frame length of more than 5 bytes",
        "ffffffffff, frame length of more than 5 bytes",
        "ffffffff7f, frame of 34359738367 bytes",
        "ffffffff08, 'frame of 2415919103 bytes, at most 2147483647'"
    })
    void next_badPrefix_refused(String hex, String message) {
        FrameReader reader = new FrameReader(Integer.MAX_VALUE);
        assertThatThrownBy(() -> reader.next(ByteBuffer.wrap(HEX.parseHex(hex))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(message);
    }

    @Test
    void next_hugeLengthClaimed_allocatesOnlyForWhatCame() {
        List<FrameReader> readers = new ArrayList<>();
        // Buffers of the claimed size would take 2 TB.
        for (int i = 0; i < 1_000; i++) {
            FrameReader reader = new FrameReader(Integer.MAX_VALUE);
            assertThat(reader.next(ByteBuffer.wrap(HEX.parseHex("ffffffff07" + "00".repeat(10)))))
                    .isEmpty();
            readers.add(reader);
        }
        assertThat(readers).allMatch(FrameReader::isMidFrame);
    }

    @Test
    void isMidFrame_cutAnywhere_trueUntilComplete() {
        byte[] frame = Frames.write(new byte[130]);
        FrameReader reader = new FrameReader(130);
        assertThat(reader.isMidFrame()).isFalse();
        for (int i = 0; i < frame.length - 1; i++) {
            assertThat(reader.next(ByteBuffer.wrap(frame, i, 1))).isEmpty();
            assertThat(reader.isMidFrame()).isTrue();
        }
        assertThat(reader.next(ByteBuffer.wrap(frame, frame.length - 1, 1))).isPresent();
        assertThat(reader.isMidFrame()).isFalse();
    }

    @Test
    void next_randomBytes_framesWithinTheLimitOrRefused() {
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] stream = new byte[1 + random.nextInt(16)];
            random.nextBytes(stream);
            FrameReader reader = new FrameReader(100);
            ByteBuffer chunk = ByteBuffer.wrap(stream);
            try {
                for (Optional<byte[]> frame = reader.next(chunk); frame.isPresent(); frame = reader.next(chunk)) {
                    assertThat(frame.get().length)
                            .as("seed %d case %d", SEED, i)
                            .isLessThanOrEqualTo(100);
                }
                assertThat(chunk.hasRemaining()).isFalse();
            } catch (InvalidBytesException e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", SEED).isBetween(10_000, 90_000);
    }

    private interface ChunkLength {
        int next();
    }

    private static List<byte[]> read(byte[] stream, ChunkLength lengths) {
        FrameReader reader = new FrameReader(MAX_FRAME_BYTES);
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < stream.length; ) {
            ByteBuffer chunk = ByteBuffer.wrap(stream, at, Math.min(lengths.next(), stream.length - at));
            at += chunk.remaining();
            for (Optional<byte[]> frame = reader.next(chunk); frame.isPresent(); frame = reader.next(chunk)) {
                frames.add(frame.get());
            }
            assertThat(chunk.hasRemaining()).isFalse();
        }
        assertThat(reader.isMidFrame()).isFalse();
        return frames;
    }
}
