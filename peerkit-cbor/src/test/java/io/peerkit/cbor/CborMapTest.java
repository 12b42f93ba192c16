// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cbor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CborMapTest {
    private static final CborMap MAP = CborMap.builder()
            .put("text", "abc")
            .put("bytes", new byte[] {1, 2, 3})
            .put("int", -5)
            .putUnsigned("big", -1)
            .put("yes", true)
            .put("null", CborSimple.NULL)
            .put("list", CborArray.of(CborInteger.of(1), CborInteger.of(2)))
            .put("map", CborMap.builder().put("a", 1).build())
            .build();

    @Test
    void require_withinBounds_given() {
        assertThat(MAP.requireText("text", 3)).isEqualTo("abc");
        assertThat(MAP.requireBytes("bytes", 3)).containsExactly(1, 2, 3);
        assertThat(MAP.requireBytesExact("bytes", 3)).containsExactly(1, 2, 3);
        assertThat(MAP.requireLong("int", -5, -5)).isEqualTo(-5);
        assertThat(MAP.requireInt("int", -5, 0)).isEqualTo(-5);
        assertThat(MAP.requireUnsigned("big")).isEqualTo(-1);
        assertThat(MAP.requireBoolean("yes")).isTrue();
        assertThat(MAP.requireList("list", 2)).containsExactly(CborInteger.of(1), CborInteger.of(2));
        assertThat(MAP.requireMap("map").keys()).containsExactly("a");
    }

    @Test
    void require_outsideBounds_namesKeyValueAndBound() {
        assertInvalid(() -> MAP.requireText("text", 2), "text of 3 characters, at most 2");
        assertInvalid(() -> MAP.requireBytes("bytes", 2), "bytes of 3 bytes, at most 2");
        assertInvalid(() -> MAP.requireBytesExact("bytes", 2), "bytes of 3 bytes, must be 2");
        assertInvalid(() -> MAP.requireBytesExact("bytes", 4), "bytes of 3 bytes, must be 4");
        assertInvalid(() -> MAP.requireLong("int", -4, 9), "int of -5, must be -4 to 9");
        assertInvalid(() -> MAP.requireLong("int", -9, -6), "int of -5, must be -9 to -6");
        assertInvalid(
                () -> MAP.requireLong("big", Long.MIN_VALUE, Long.MAX_VALUE),
                "big of 18446744073709551615, must be -9223372036854775808 to 9223372036854775807");
        assertInvalid(() -> MAP.requireUnsigned("int"), "int of -5, must be 0 to 2^64-1");
        assertInvalid(() -> MAP.requireList("list", 1), "list of 2 items, at most 1");
    }

    @Test
    void require_anotherKindOrAbsent_namesTheKey() {
        assertInvalid(() -> MAP.requireText("bytes", 9), "bytes is bytes, must be text");
        assertInvalid(() -> MAP.requireBytes("text", 9), "text is text, must be bytes");
        assertInvalid(() -> MAP.requireLong("yes", 0, 1), "yes is true, must be integer");
        assertInvalid(() -> MAP.requireBoolean("null"), "null is null, must be boolean");
        assertInvalid(() -> MAP.requireList("map", 1), "map is map, must be array");
        assertInvalid(() -> MAP.requireMap("list"), "list is array, must be map");
        assertInvalid(() -> MAP.require("absent"), "absent is missing");
        assertInvalid(() -> MAP.requireUnsigned("absent"), "absent is missing");
    }

    @Test
    void optional_absent_empty() {
        assertThat(MAP.optionalBytes("absent", 1)).isEmpty();
        assertThat(MAP.optionalBytesExact("absent", 1)).isEmpty();
        assertThat(MAP.optionalText("absent", 1)).isEmpty();
        assertThat(MAP.optionalLong("absent", 0, 1)).isEmpty();
        assertThat(MAP.optionalUnsigned("absent")).isEmpty();
        assertThat(MAP.optionalBoolean("absent")).isEmpty();
        assertThat(MAP.optionalList("absent", 1)).isEmpty();
        assertThat(MAP.optionalMap("absent")).isEmpty();
    }

    @Test
    void optional_present_givenOrRefused() {
        assertThat(MAP.optionalBytes("bytes", 3)).hasValue(new byte[] {1, 2, 3});
        assertThat(MAP.optionalBytesExact("bytes", 3)).isPresent();
        assertThat(MAP.optionalText("text", 3)).hasValue("abc");
        assertThat(MAP.optionalLong("int", -5, 0)).hasValue(-5);
        assertThat(MAP.optionalUnsigned("big")).hasValue(-1);
        assertThat(MAP.optionalBoolean("yes")).hasValue(true);
        assertThat(MAP.optionalList("list", 2)).isPresent();
        assertThat(MAP.optionalMap("map")).isPresent();
        assertInvalid(() -> MAP.optionalText("null", 1), "null is null, must be text");
        assertInvalid(() -> MAP.optionalLong("int", 0, 1), "int of -5, must be 0 to 1");
    }

    @Test
    void build_anyOrder_sortedByEncoding() {
        CborMap map = CborMap.builder()
                .put("aa", 1)
                .put("b", 2)
                .putOptional("absent", Optional.empty())
                .putOptional("", Optional.of(CborSimple.TRUE))
                .put("ü", 3)
                .put("a", 4)
                .put("𐅑", 5)
                .put("\uffee" + "x", 6)
                .build();
        assertThat(map.keys()).containsExactly("", "a", "b", "aa", "ü", "\uffee" + "x", "𐅑");
        assertThat(map).isEqualTo(Cbor.decode(Cbor.encode(map), CborLimits.of(100)));
    }

    @Test
    void put_keyTwice_refused() {
        CborMapBuilder builder = CborMap.builder().put("a", 1);
        assertThatThrownBy(() -> builder.put("a", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("map key a put twice");
        CborMap first = builder.build();
        assertThat(builder.put("b", 2).build().size()).isEqualTo(2);
        assertThat(first.keys()).isEqualTo(List.of("a"));
    }

    @Test
    void toString_anyKind_boundedAndTelling() {
        assertThat(MAP).hasToString("map of 8 keys");
        assertThat(CborArray.ofBytes(List.of(new byte[2]))).hasToString("array of 1 items");
        assertThat(CborBytes.wrap(new byte[32])).hasToString("h'" + "00".repeat(32) + "'");
        assertThat(CborBytes.wrap(new byte[33])).hasToString("h'" + "00".repeat(32) + "…' of 33 bytes");
    }

    private static void assertInvalid(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InvalidBytesException.class).hasMessage(message);
    }
}
