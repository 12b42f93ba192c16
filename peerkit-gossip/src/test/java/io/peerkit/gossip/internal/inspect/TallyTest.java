// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.gossip.StoredContents.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void top_moreKeysThanListed_mostBytesFirstAndTheRestSummed() {
        Tally<String> tally = new Tally<>();
        tally.add("a", 1);
        tally.add("b", 10);
        tally.add("c", 5);
        tally.add("a", 2);
        tally.add("d", 3);

        assertThat(tally.top(2))
                .containsExactly(new Share("b", 1, 10), new Share("c", 1, 5), new Share("others", 3, 6));
        assertThat(tally.top(4))
                .containsExactly(
                        new Share("b", 1, 10), new Share("c", 1, 5), new Share("a", 2, 3), new Share("d", 1, 3));
        assertThat(tally.top(0)).containsExactly(new Share("others", 5, 21));
        assertThat(new Tally<String>().top(3)).isEmpty();
    }

    @Test
    void add_mostKeysAndOneMore_exactThenTheSmallAreAmongTheOthers() {
        Tally<Integer> tally = new Tally<>();
        for (int key = 0; key < Tally.MAX_KEYS; key++) {
            tally.add(key, key);
        }
        assertThat(tally.top(Tally.MAX_KEYS)).hasSize(Tally.MAX_KEYS);

        tally.add(Tally.MAX_KEYS, 1_000_000);

        List<Share> shares = tally.top(Integer.MAX_VALUE);
        assertThat(shares).hasSize(Tally.MAX_KEYS / 2 + 2);
        assertThat(shares.get(0)).isEqualTo(new Share(Integer.toString(Tally.MAX_KEYS), 1, 1_000_000));
        assertThat(shares.get(shares.size() - 1).name()).isEqualTo("others");
        assertThat(shares.stream().mapToLong(Share::entries).sum()).isEqualTo(Tally.MAX_KEYS + 1);
        assertThat(shares.stream().mapToLong(Share::bytes).sum())
                .isEqualTo((long) Tally.MAX_KEYS * (Tally.MAX_KEYS - 1) / 2 + 1_000_000);
    }
}
