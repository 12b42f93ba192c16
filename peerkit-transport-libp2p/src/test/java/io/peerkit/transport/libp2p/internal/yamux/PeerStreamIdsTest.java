// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerStreamIdsTest {
    private final PeerStreamIds ids = new PeerStreamIds();

    @Test
    void use_sameIdTwice_refused() {
        assertThat(ids.use(1)).isTrue();
        assertThat(ids.use(1)).isFalse();
        assertThat(ids.use(3)).isTrue();
        assertThat(ids.use(1)).isFalse();
    }

    @Test
    void use_outOfOrder_acceptedOnce() {
        assertThat(ids.use(5)).isTrue();
        assertThat(ids.use(3)).isTrue();
        assertThat(ids.use(3)).isFalse();
        assertThat(ids.use(5)).isFalse();
    }

    @Test
    void use_lateByTheBound_acceptedButNotOneMore() {
        int highest = 2 * PeerStreamIds.REORDER_WINDOW + 1;
        assertThat(ids.use(highest)).isTrue();
        assertThat(ids.use(highest - 2 * (PeerStreamIds.REORDER_WINDOW - 1))).isTrue();
        assertThat(ids.use(highest - 2 * PeerStreamIds.REORDER_WINDOW)).isFalse();
    }

    @Test
    void use_largestIds_accepted() {
        assertThat(ids.use(-4)).isTrue();
        assertThat(ids.use(-2)).isTrue();
        assertThat(ids.use(-2)).isFalse();
        assertThat(ids.use(2)).isFalse();
    }

    @Test
    void use_random_agreesWithASet() {
        Random random = new Random(11);
        Set<Integer> used = new HashSet<>();
        int highest = 0;
        for (int i = 0; i < 100_000; i++) {
            int ordinal = Math.max(0, highest + random.nextInt(1200) - 1100);
            boolean expected = ordinal > highest - PeerStreamIds.REORDER_WINDOW && used.add(ordinal);
            assertThat(ids.use(2 * ordinal + 1)).as("step %d", i).isEqualTo(expected);
            highest = Math.max(highest, ordinal);
        }
    }
}
