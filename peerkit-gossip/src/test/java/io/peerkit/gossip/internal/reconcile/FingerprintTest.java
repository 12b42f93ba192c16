// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void fingerprint_emptySet_hashOfZeroSumAndZeroCount() {
        byte[] expected = Arrays.copyOf(Entries.sha256(new byte[33]), 16);
        assertThat(new EntrySet().fingerprint().toBytes()).isEqualTo(expected);
        assertThat(new EntrySet().fingerprint()).hasToString(Entries.hex(expected));
    }

    @Test
    void fingerprint_sumBeyond256Bits_wrapsAround() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        byte[] two = new byte[32];
        two[0] = 2;
        EntrySet set = new EntrySet();
        set.add(1, ones, 0);
        set.add(2, two, 0);
        byte[] input = new byte[33];
        input[0] = 1;
        input[32] = 2;
        assertThat(set.fingerprint().toBytes()).isEqualTo(Arrays.copyOf(Entries.sha256(input), 16));
    }

    @Test
    void sum_sameIdentifiersOneByOne_sameFingerprintAsTheSet() {
        EntrySet set = new EntrySet();
        FingerprintSum sum = new FingerprintSum();
        assertThat(sum.fingerprint()).isEqualTo(set.fingerprint());
        for (int i = 0; i < 300; i++) {
            byte[] id = Entries.sha256(new byte[] {(byte) i, (byte) (i >> 8)});
            set.add(i, id, 0);
            sum.add(id);
        }
        assertThat(sum.fingerprint()).isEqualTo(set.fingerprint());
    }

    @Test
    void of_otherThan16Bytes_refused() {
        assertThat(Fingerprint.of(new byte[16])).isEqualTo(Fingerprint.of(new byte[16]));
        assertThatThrownBy(() -> Fingerprint.of(new byte[17]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("17");
        assertThatThrownBy(() -> Fingerprint.of(new byte[15])).isInstanceOf(InvalidBytesException.class);
    }
}
