// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class VarintTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "127, 7f",
        "128, 8001",
        "255, ff01",
        "300, ac02",
        "16383, ff7f",
        "16384, 808001",
        "9223372036854775807, ffffffffffffffff7f"
    })
    void encode_value_shortestBytesThatReadBack(long value, String hex) {
        assertThat(Varint.encode(value)).isEqualTo(Vectors.hex(hex));
        assertThat(Varint.length(value)).isEqualTo(hex.length() / 2);
        assertThat(Varint.read(ByteBuffer.wrap(Vectors.hex(hex)))).isEqualTo(value);
    }

    @Test
    void encode_negative_refused() {
        assertThatThrownBy(() -> Varint.encode(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8000", "ff00", "80808000", "808080808080808000", "808080808080808080", "ffffffffffffffffff01"})
    void tryRead_longerThanNeededOrAllowed_refused(String hex) {
        assertThatThrownBy(() -> Varint.tryRead(ByteBuffer.wrap(Vectors.hex(hex))))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("varint of");
    }

    @Test
    void tryRead_cutOff_incompleteAndNothingConsumed() {
        ByteBuffer in = ByteBuffer.wrap(Vectors.hex("00ffffffffffffffff")).position(1);
        assertThat(Varint.tryRead(in)).isEqualTo(Varint.INCOMPLETE);
        assertThat(in.position()).isEqualTo(1);
        assertThatThrownBy(() -> Varint.read(in)).hasMessage("varint is cut off after 8 bytes");
    }

    @Test
    void read_bytesBehindTheNumber_left() {
        ByteBuffer in = ByteBuffer.wrap(Vectors.hex("ac0207"));
        assertThat(Varint.read(in)).isEqualTo(300);
        assertThat(in.remaining()).isEqualTo(1);
    }

    @Test
    void read_randomBytes_refusedOrReEncodedTheSame() {
        Fuzz.run(1, List.of(Varint.encode(5), Varint.encode(1L << 40)), bytes -> {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            long value = Varint.read(in);
            assertThat(Varint.encode(value)).isEqualTo(Arrays.copyOf(bytes, in.position()));
        });
    }
}
