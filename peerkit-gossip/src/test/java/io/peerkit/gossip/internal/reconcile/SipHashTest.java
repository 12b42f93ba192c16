// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SipHashTest {
    private static final Pattern CASE = Pattern.compile(
            "\"key\":\"([0-9a-f]*)\",\"msg\":\"([0-9a-f]*)\",\"tag\":\"([0-9a-f]*)\",\"result\":\"(valid|invalid)\"");

    /** The paper's example: key 00 .. 0f, message 00 .. 0e. */
    @Test
    void hash_exampleOfThePaper_asPrinted() {
        SipHash hash = SipHash.keyed(counting(16), 0);

        assertThat(hash.hash(counting(15), 0, 15)).isEqualTo(0xa129ca6149be45e5L);
    }

    /** The first entries of the reference implementation's table for 128 bits. */
    @Test
    void hash128_referenceTable_same() {
        SipHash hash = SipHash.keyed(counting(16), 0);

        assertThat(wide(hash, counting(0))).isEqualTo("a3817f04ba25a8e66df67214c7550293");
        assertThat(wide(hash, counting(1))).isEqualTo("da87c1d86b99af44347659119b22fc45");
    }

    @Test
    void hash_wycheproof64_asEachVectorSays() throws IOException {
        int cases = 0;
        for (List<String> vector : vectors("siphash_2_4_test.json")) {
            byte[] message = Entries.hex(vector.get(1));
            long tag = SipHash.keyed(Entries.hex(vector.get(0)), 0).hash(message, 0, message.length);
            assertThat(hex(tag).equals(vector.get(2))).isEqualTo(vector.get(3).equals("valid"));
            cases++;
        }
        assertThat(cases).isPositive();
    }

    @Test
    void hash128_wycheproof128_asEachVectorSays() throws IOException {
        int cases = 0;
        for (List<String> vector : vectors("siphashx_2_4_test.json")) {
            SipHash hash = SipHash.keyed(Entries.hex(vector.get(0)), 0);
            assertThat(wide(hash, Entries.hex(vector.get(1))).equals(vector.get(2)))
                    .isEqualTo(vector.get(3).equals("valid"));
            cases++;
        }
        assertThat(cases).isPositive();
    }

    @Test
    void hash_oneWord_asItsEightBytes() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 1_000; i++) {
            SipHash hash = new SipHash(random.nextLong(), random.nextLong());
            long word = random.nextLong();
            byte[] bytes = Entries.hex(hex(word));
            assertThat(hash.hash(word)).isEqualTo(hash.hash(bytes, 0, bytes.length));
        }
    }

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static String wide(SipHash hash, byte[] message) {
        long[] words = new long[2];
        hash.hash128(message, 0, message.length, words);
        return hex(words[0]) + hex(words[1]);
    }

    private static String hex(long word) {
        return Entries.hex(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(word)
                .array());
    }

    private static List<List<String>> vectors(String name) throws IOException {
        Path file = Path.of(System.getProperty("peerkit.vectors", "vectors"), "wycheproof", name);
        if (!Files.exists(file)) {
            if ("true".equals(System.getenv("CI"))) {
                fail("vectors %s are absent", name);
            }
            abort("skipped: vectors " + name + " are absent");
        }
        return CASE.matcher(Files.readString(file))
                .results()
                .map(m -> List.of(m.group(1), m.group(2), m.group(3), m.group(4)))
                .toList();
    }
}
