// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProtobufTest {
    private static final int MAX = 64;

    private static ProtobufReader reader(String hex) {
        return new ProtobufReader("test", Vectors.hex(hex), MAX);
    }

    @Test
    void writer_everyKind_readBack() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(1, 150);
        out.string(2, "testing");
        out.bytes(16, new byte[] {7});
        out.varint(3, -1);
        // The first two are the examples of the encoding guide.
        assertThat(out.toBytes())
                .isEqualTo(Vectors.hex("089601" + "120774657374696e67" + "82010107" + "18ffffffffffffffffff01"));

        ProtobufReader in = new ProtobufReader("test", out.toBytes(), MAX);
        assertThat(in.next()).isTrue();
        assertThat(in.field()).isEqualTo(1);
        assertThat(in.varint()).isEqualTo(150);
        assertThat(in.next()).isTrue();
        assertThat(in.field()).isEqualTo(2);
        assertThat(in.string(7)).isEqualTo("testing");
        assertThat(in.next()).isTrue();
        assertThat(in.field()).isEqualTo(16);
        assertThat(in.bytes(1)).containsExactly(7);
        assertThat(in.next()).isTrue();
        assertThat(in.varint()).isEqualTo(-1);
        assertThat(in.next()).isFalse();
    }

    @Test
    void next_valuesNotTaken_skipped() {
        ProtobufReader in = reader("0801" + "110102030405060708" + "1a026161" + "2501020304" + "3005");
        int fields = 0;
        while (in.next()) {
            fields++;
        }
        assertThat(fields).isEqualTo(5);
        assertThat(in.field()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({
        "00, field number 0",
        "8080808010, field number 536870912",
        "0b, wire type 3",
        "0c, wire type 4",
        "0e, wire type 6",
        "08, cut off",
        "0880, cut off",
        "08ffffffffffffffffffff01, more than 10 bytes",
        "0a, cut off",
        "0a0261, states 2 bytes",
        "0affffffffffffffffff01, states 18446744073709551615 bytes",
        "0901020304050607, cut off",
        "0d010203, cut off"
    })
    void next_malformed_refused(String hex, String reason) {
        ProtobufReader in = reader(hex);
        assertThatThrownBy(() -> {
                    while (in.next()) {
                        assertThat(in.field()).isPositive();
                    }
                })
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void next_largestFieldNumber_taken() {
        ProtobufReader in = reader("f8ffffff0f01");
        assertThat(in.next()).isTrue();
        assertThat(in.field()).isEqualTo(536_870_911);
        assertThat(in.varint()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"090102030405060708", "0a0161", "0d01020304"})
    void varint_otherWireType_refused(String hex) {
        ProtobufReader in = reader(hex);
        assertThat(in.next()).isTrue();
        assertThatThrownBy(in::varint).hasMessageContaining("must be 0");
    }

    @Test
    void bytes_longestAllowed_takenAndOneMoreRefused() {
        ProtobufReader in = reader("0a026161" + "0a03616161");
        assertThat(in.next()).isTrue();
        assertThat(in.bytes(2)).hasSize(2);
        assertThat(in.next()).isTrue();
        assertThatThrownBy(() -> in.bytes(2)).hasMessage("test field 1 of 3 bytes, at most 2");
    }

    @Test
    void string_noUtf8_refused() {
        ProtobufReader in = reader("0a02c328");
        assertThat(in.next()).isTrue();
        assertThatThrownBy(() -> in.string(2)).hasMessage("test field 1 is not UTF-8");
    }

    @Test
    void bytes_takenTwice_programError() {
        ProtobufReader in = reader("0a0161");
        assertThat(in.next()).isTrue();
        assertThat(in.bytes(1)).hasSize(1);
        assertThatThrownBy(() -> in.bytes(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void constructor_longestMessage_takenAndOneMoreRefused() {
        assertThat(new ProtobufReader("test", new byte[0], 0).next()).isFalse();
        assertThatThrownBy(() -> new ProtobufReader("test", new byte[MAX + 1], MAX))
                .hasMessage("test of 65 bytes, at most 64");
    }

    @Test
    void next_randomBytes_refusedOrEndsWithTheMessage() {
        ProtobufWriter sample = new ProtobufWriter();
        sample.varint(1, 1L << 50);
        sample.string(2, "testing");
        sample.bytes(3, new byte[20]);
        Fuzz.run(8, List.of(sample.toBytes(), Vectors.hex("210102030405060708" + "2d01020304")), bytes -> {
            ProtobufReader in = new ProtobufReader("test", bytes, 4 * MAX + 1_000);
            int fields = 0;
            while (in.next()) {
                fields++;
                switch (in.field()) {
                    case 1 -> in.varint();
                    case 2 -> in.string(MAX);
                    case 3 -> in.bytes(MAX);
                    default -> {}
                }
            }
            assertThat(2 * fields).isLessThanOrEqualTo(bytes.length);
        });
    }
}
