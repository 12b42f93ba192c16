// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.metrics.Metrics;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import org.junit.jupiter.api.Test;

final class ReceiveBudgetsTest {
    private final Metrics metrics = new Metrics();
    private final ReceiveBudgets budgets = new ReceiveBudgets(100, 10, metrics);

    private static PeerId peer(int number) {
        byte[] key = new byte[PeerId.ED25519_KEY_BYTES];
        key[0] = (byte) number;
        return PeerId.ofEd25519(key);
    }

    @Test
    void join_samePeerTwice_oneBudgetUntilBothHaveLeft() {
        assertThat(budgets.join(peer(1))).isSameAs(budgets.join(peer(1))).isNotSameAs(budgets.join(peer(2)));
        budgets.leave(peer(1));
        assertThat(budgets.peers()).isEqualTo(2);
        budgets.leave(peer(1));
        budgets.leave(peer(2));
        assertThat(budgets.peers()).isZero();
        budgets.leave(peer(2));
        assertThat(budgets.peers()).isZero();
    }

    @Test
    void snapshot_oneStreamReset_showsAllFigures() {
        budgets.streamReset();
        assertThat(metrics.snapshot())
                .containsEntry("yamux.receive.resets", 1L)
                .containsEntry("yamux.receive.queued.bytes", 0L)
                .containsEntry("yamux.receive.window.bytes", 0L);
    }

    @Test
    void defaultBytes_anyHeap_withinItsBounds() {
        assertThat(ReceiveBudgets.defaultBytes())
                .isBetween(ReceiveBudgets.MIN_DEFAULT_BYTES, ReceiveBudgets.MAX_DEFAULT_BYTES);
    }
}
