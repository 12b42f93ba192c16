// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.gossip.internal.sync.SyncFrame.Stored;
import io.peerkit.gossip.internal.sync.SyncFrame.Stored.State;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SyncReceiptsTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_750_000_000);

    private final SyncReceipts receipts = new SyncReceipts();

    @Test
    void came_moreThanWasSentOrNotMoreThanBeforeOrTooEarly_refused() {
        receipts.came(new Stored(3, State.GOING), 10, false);
        assertThat(receipts.confirmed()).isEqualTo(3);
        for (Stored wrong : new Stored[] {
            new Stored(3, State.GOING),
            new Stored(2, State.GOING),
            new Stored(11, State.GOING),
            new Stored(10, State.WHOLE)
        }) {
            assertThatThrownBy(() -> receipts.came(wrong, 10, false)).isInstanceOf(InvalidBytesException.class);
        }
        receipts.came(new Stored(10, State.WHOLE), 10, true);
        assertThatThrownBy(() -> receipts.came(new Stored(10, State.WHOLE), 10, true))
                .isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void isWhole_somethingLostOnEitherSide_false() {
        receipts.taken();
        receipts.taken();
        receipts.stored();
        receipts.dropped();
        assertThat(receipts.pending()).isZero();
        assertThat(receipts.last(true)).isEqualTo(new Stored(1, State.LOST));
        receipts.came(new Stored(0, State.WHOLE), 0, true);
        assertThat(receipts.isOver()).isTrue();
        assertThat(receipts.isWhole()).isFalse();

        SyncReceipts others = new SyncReceipts();
        others.last(true);
        others.came(new Stored(0, State.LOST), 0, true);
        assertThat(others.isWhole()).isFalse();
        SyncReceipts good = new SyncReceipts();
        good.last(true);
        good.came(new Stored(0, State.WHOLE), 0, true);
        assertThat(good.isWhole()).isTrue();
    }

    @Test
    void news_manyEntries_onceASecondAndAlsoBehindAStepBack() {
        receipts.passedOver();
        assertThat(receipts.news(NOW)).isEmpty();
        assertThat(receipts.news(NOW.plusMillis(999))).isEmpty();
        assertThat(receipts.news(NOW.plusSeconds(1))).contains(new Stored(1, State.GOING));
        assertThat(receipts.news(NOW.plusSeconds(9))).isEmpty();
        receipts.passedOver();
        assertThat(receipts.news(NOW.minusSeconds(60))).contains(new Stored(2, State.GOING));
        receipts.last(true);
        receipts.passedOver();
        assertThat(receipts.news(NOW.plusSeconds(99))).isEmpty();
    }
}
