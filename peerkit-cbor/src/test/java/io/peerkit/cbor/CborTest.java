// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final CborLimits LIMITS = CborLimits.of(4 * 1024 * 1024);

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "23, 17",
        "24, 1818",
        "255, 18ff",
        "256, 190100",
        "65535, 19ffff",
        "65536, 1a00010000",
        "2147483647, 1a7fffffff",
        "2147483648, 1a80000000",
        "4294967295, 1affffffff",
        "4294967296, 1b0000000100000000",
        "4294967297, 1b0000000100000001",
        "9223372036854775807, 1b7fffffffffffffff",
        "-1, 20",
        "-24, 37",
        "-25, 3818",
        "-256, 38ff",
        "-257, 390100",
        "-65536, 39ffff",
        "-65537, 3a00010000",
        "-2147483648, 3a7fffffff",
        "-2147483649, 3a80000000",
        "-4294967296, 3affffffff",
        "-4294967297, 3b0000000100000000",
        "-9223372036854775808, 3b7fffffffffffffff"
    })
    void encode_integerAtEachWidth_shortestForm(long value, String hex) {
        assertForm(CborInteger.of(value), hex);
    }

    @Test
    void encode_unsignedFrom2To63_plainIntegers() {
        CborValue high = CborInteger.ofUnsigned(Long.MIN_VALUE);
        CborValue highest = CborInteger.ofUnsigned(-1);
        assertForm(high, "1b8000000000000000");
        assertForm(highest, "1bffffffffffffffff");
        // Between others and as map values: the generator counts the items of a container.
        assertForm(
                CborArray.of(CborInteger.of(1), highest, high, CborSimple.NULL),
                "84011bffffffffffffffff1b8000000000000000f6");
        assertForm(CborMap.builder().putUnsigned("a", -1).put("b", 2).build(), "a261611bffffffffffffffff616202");
        assertThat(high).isNotEqualTo(CborInteger.of(Long.MIN_VALUE)).hasToString("9223372036854775808");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 23, 24, 255, 256, 257, 3996, 3997, 65535, 65536, 70000, 300_000, 2_000_000})
    void encode_textAndBytesOfEachLength_definiteAndShortest(int length) {
        String head = head(length);
        String text = "x".repeat(length);
        byte[] raw = text.getBytes(StandardCharsets.US_ASCII);
        assertForm(
                new CborText(text),
                HEX.formatHex(new byte[] {(byte) (0x60 | first(head))}) + head.substring(2) + HEX.formatHex(raw));
        assertForm(
                CborBytes.wrap(raw),
                HEX.formatHex(new byte[] {(byte) (0x40 | first(head))}) + head.substring(2) + HEX.formatHex(raw));
        assertForm(
                CborMap.builder().put(text, true).build(),
                "a1" + HEX.formatHex(new byte[] {(byte) (0x60 | first(head))}) + head.substring(2) + HEX.formatHex(raw)
                        + "f5");
    }

    /** The head of an unsigned integer, whose first byte's low bits and rest serve every major type. */
    private static String head(int length) {
        return HEX.formatHex(Cbor.encode(CborInteger.of(length)));
    }

    private static int first(String head) {
        return HEX.parseHex(head, 0, 2)[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 7, 8, 11, 12, 23, 24, 63, 64, 85, 86, 127, 128, 255, 256, 21_000, 22_000})
    void encode_textOfManyBytesPerCharacter_definiteAndShortest(int count) {
        for (String unit : List.of("ü", "水", "𐅑")) {
            String text = unit.repeat(count);
            CborValue value = CborMap.builder().put(text, text).build();
            assertThat(Cbor.decode(Cbor.encode(value), LIMITS)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 23, 24, 255, 256, 20_000})
    void encode_containersOfEachSize_comeBack(int size) {
        CborMapBuilder map = CborMap.builder();
        for (int i = size; i > 0; i--) {
            map.put("k" + i, i);
        }
        CborMap built = map.build();
        CborValue value = CborArray.of(built, new CborArray(Collections.nCopies(size, CborSimple.TRUE)));
        CborValue decoded = Cbor.decode(Cbor.encode(value), LIMITS);
        assertThat(decoded).isEqualTo(value);
        for (int i = 1; i <= size; i++) {
            assertThat(built.requireLong("k" + i, 0, size)).isEqualTo(i);
        }
        assertThat(built.get("k")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', ends after 0 bytes",
        "1800, not in its shortest form",
        "1817, not in its shortest form",
        "1900ff, not in its shortest form",
        "1a0000ffff, not in its shortest form",
        "1b00000000ffffffff, not in its shortest form",
        "3817, not in its shortest form",
        "5800, not in its shortest form",
        "7801ff, not in its shortest form",
        "9800, not in its shortest form",
        "b800, not in its shortest form",
        "1c, reserved additional information 28",
        "1f, indefinite length",
        "ff, is a float or a simple value",
        "f814, is a float or a simple value",
        "3b8000000000000000, below -2^63",
        "a2616101616102, equal to or ordered before",
        "a2616201616102, equal to or ordered before",
        "a262616101616202, equal to or ordered before",
        "a1f601, is a map key that is no text",
        "a1410001, is a map key that is no text",
        "61ff, malformed UTF-8",
        "62c080, malformed UTF-8",
        "63eda080, malformed UTF-8",
        "64f4908080, malformed UTF-8",
        "61c3, malformed UTF-8",
        "a161c301, malformed UTF-8",
        "0000, 'CBOR item of 1 bytes, but 2 given'"
    })
    void decode_notDeterministic_refused(String hex, String reason) {
        assertThatThrownBy(() -> Cbor.decode(HEX.parseHex(hex), LIMITS))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5a7fffffff0000000000",
                "5affffffff0000000000",
                "5b7fffffffffffffff00",
                "5bffffffffffffffff00",
                "7a7fffffff0000000000",
                "7bffffffffffffffff00",
                "9a7fffffff0000000000",
                "9affffffff0000000000",
                "9bffffffffffffffff00",
                "ba7fffffff0000000000",
                "bbffffffffffffffff00",
                "a17a7fffffff00000000",
                "81819a7fffffff000000",
                "460000000000",
                "8600f6f6f6f6",
                "a4616101616202"
            })
    void decode_lengthBeyondTheInput_refusedBeforeAllocating(String hex) {
        byte[] input = HEX.parseHex(hex);
        // Two thousand times, since a buffer of two gigabytes even once is more than the heap of this test.
        for (int i = 0; i < 2_000; i++) {
            assertThatThrownBy(() -> Cbor.decode(input, LIMITS))
                    .isInstanceOf(InvalidBytesException.class)
                    .hasMessageContaining("claims a length of");
        }
    }

    @Test
    void decode_nesting_upToTheLimitAndNotOneMore() {
        for (int depth : new int[] {0, 1, 8, CborLimits.MAX_DEPTH}) {
            CborLimits limits = new CborLimits(1000, depth, 1000);
            for (String head : List.of("81", "a160")) {
                byte[] deepest = HEX.parseHex(head.repeat(depth) + "00");
                assertThat(Cbor.encode(Cbor.decode(deepest, limits))).isEqualTo(deepest);
                assertThatThrownBy(() -> Cbor.decode(HEX.parseHex(head.repeat(depth + 1) + "00"), limits))
                        .isInstanceOf(InvalidBytesException.class)
                        .hasMessageContaining("nests deeper than " + depth);
            }
        }
        assertThatThrownBy(() -> Cbor.decode(HEX.parseHex("81".repeat(100_000)), LIMITS))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void encode_nestingBeyondTheLimit_refused() {
        CborValue value = CborSimple.NULL;
        for (int i = 0; i < CborLimits.MAX_DEPTH; i++) {
            value = CborArray.of(value);
        }
        assertThat(Cbor.encode(value)).hasSize(CborLimits.MAX_DEPTH + 1);
        CborValue tooDeep = CborArray.of(value);
        assertThatThrownBy(() -> Cbor.encode(tooDeep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nests deeper than 64");
        assertThat(Cbor.encode(CborSimple.TRUE)).as("the next encoding").isEqualTo(new byte[] {(byte) 0xf5});
    }

    @Test
    void decode_itemsAndBytes_upToTheLimitAndNotOneMore() {
        byte[] input = HEX.parseHex("a2616101616281f4");
        assertThat(Cbor.decode(input, new CborLimits(8, 2, 6))).isInstanceOf(CborMap.class);
        assertThatThrownBy(() -> Cbor.decode(input, new CborLimits(8, 2, 5)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("CBOR of more than 5 items");
        assertThatThrownBy(() -> Cbor.decode(input, new CborLimits(7, 2, 6)))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("CBOR of 8 bytes, at most 7");
    }

    @Test
    void limits_outsideTheirBounds_refused() {
        assertThatThrownBy(() -> new CborLimits(0, 1, 1)).hasMessageContaining("maxBytes of 0");
        assertThatThrownBy(() -> new CborLimits(1, -1, 1)).hasMessageContaining("maxDepth of -1");
        assertThatThrownBy(() -> new CborLimits(1, 65, 1)).hasMessageContaining("maxDepth of 65");
        assertThatThrownBy(() -> new CborLimits(1, 1, 0)).hasMessageContaining("maxItems of 0");
    }

    @Test
    void decode_inputChangedAfterwards_valueKeepsItsBytes() {
        byte[] input = HEX.parseHex("82420102626162");
        CborValue value = Cbor.decode(input, LIMITS);
        Arrays.fill(input, (byte) 0);
        assertThat(Cbor.encode(value)).isEqualTo(HEX.parseHex("82420102626162"));
    }

    @Test
    void decodeMap_noMap_namesTheField() {
        assertThatThrownBy(() -> Cbor.decodeMap("hello", new byte[] {0}, LIMITS))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("hello is integer, must be map");
        assertThat(Cbor.decodeMap("hello", HEX.parseHex("a0"), LIMITS).size()).isZero();
    }

    @Test
    void text_halfASurrogatePair_refused() {
        for (String text : List.of("\ud800", "a\udc00", "\udc00\ud800", "\ud800x")) {
            assertThatThrownBy(() -> new CborText(text)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> CborMap.builder().put(text, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void assertForm(CborValue value, String hex) {
        byte[] encoding = Cbor.encode(value);
        assertThat(HEX.formatHex(encoding).equals(hex)).as("form of %s", value).isTrue();
        assertThat(Cbor.decode(encoding, LIMITS)).isEqualTo(value);
    }
}
