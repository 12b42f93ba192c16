// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarintTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7f",
        "128, 8100",
        "16383, ff7f",
        "16384, 818000",
        "9223372036854775807, ffffffffffffffff7f",
        "9223372036854775808, 81808080808080808000",
        "18446744073709551615, 81ffffffffffffffff7f",
    })
    void write_unsigned_fewestDigitsMostSignificantFirst(String value, String expected) {
        byte[] target = new byte[12];
        int end = Varint.write(Long.parseUnsignedLong(value), target, 1);
        assertThat(Entries.hex(Arrays.copyOfRange(target, 1, end))).isEqualTo(expected);
    }
}
