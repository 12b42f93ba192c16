// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares with the platform's own UTF-8 coder. */
class Utf8Test {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_102L);
    private static final int[] EDGES = {
        'a', 'b', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff
    };

    @Test
    void firstMalformed_randomBytes_agreesWithThePlatform() {
        Random random = new Random(SEED);
        int wellFormed = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = new byte[random.nextInt(6)];
            for (int j = 0; j < bytes.length; j++) {
                // Mostly lead and continuation bytes, so that many sequences are right or nearly so.
                bytes[j] = (byte) (0x80 | random.nextInt(0x80));
            }
            boolean expected = isWellFormed(bytes);
            wellFormed += expected ? 1 : 0;
            assertThat(Utf8.firstMalformed(bytes, 0, bytes.length) == bytes.length)
                    .as("seed %d: %s", SEED, Arrays.toString(bytes))
                    .isEqualTo(expected);
        }
        assertThat(wellFormed).isGreaterThan(1_000);
    }

    @Test
    void firstMalformed_everyCodePoint_wellFormedUnlessSurrogate() {
        for (int codePoint = 0; codePoint <= 0x10_ffff; codePoint++) {
            if (codePoint < 0xd800 || codePoint > 0xdfff) {
                byte[] bytes = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
                if (Utf8.firstMalformed(bytes, 0, bytes.length) != bytes.length
                        || Utf8.lengthBytes(Character.toString(codePoint)) != bytes.length) {
                    throw new AssertionError("code point " + codePoint);
                }
            }
        }
    }

    @Test
    void compareKeys_randomTexts_orderOfTheirEncodings() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            String a = text(random);
            String b = random.nextInt(10) == 0 ? a : text(random);
            int expected =
                    Integer.signum(Arrays.compareUnsigned(Cbor.encode(new CborText(a)), Cbor.encode(new CborText(b))));
            assertThat(Integer.signum(Utf8.compareKeys(a, b)))
                    .as("seed %d: %s and %s", SEED, a, b)
                    .isEqualTo(expected);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12) == 0 ? 30 : random.nextInt(4); i > 0; i--) {
            text.appendCodePoint(EDGES[random.nextInt(EDGES.length)]);
        }
        return text.toString();
    }

    private static boolean isWellFormed(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
