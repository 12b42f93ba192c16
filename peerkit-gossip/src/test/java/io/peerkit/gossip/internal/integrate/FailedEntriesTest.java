// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.integrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import io.peerkit.api.storage.EntryKey;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FailedEntriesTest {
    private final FailedEntries failed = new FailedEntries();

    @Test
    void failed_again_restsTwiceAsLongUpToTheBound() {
        EntryKey key = key(1);
        long expected = FailedEntries.FIRST_TICKS;
        for (int i = 0; i < 12; i++) {
            failed.failed(key);
            assertThat(rest(key)).isEqualTo(expected);
            expected = Math.min(2 * expected, FailedEntries.MAX_TICKS);
        }
        assertThat(expected).isEqualTo(FailedEntries.MAX_TICKS);
    }

    private long rest(EntryKey key) {
        long ticks = 0;
        while (failed.isResting(key)) {
            failed.tick();
            ticks++;
        }
        return ticks;
    }

    @Test
    void answered_failedBefore_forgotten() {
        failed.failed(key(1));
        failed.answered(key(1));
        assertThat(failed.isResting(key(1))).isFalse();
        assertThat(failed.size()).isZero();
        failed.failed(key(1));
        assertThat(rest(key(1))).isEqualTo(FailedEntries.FIRST_TICKS);
    }

    @Test
    void tick_neverComesAgain_forgottenInTheEnd() {
        failed.failed(key(1));
        for (long i = 0; i < FailedEntries.FIRST_TICKS + FailedEntries.FORGET_TICKS - 1; i++) {
            failed.tick();
        }
        assertThat(failed.size()).isEqualTo(1);
        failed.tick();
        assertThat(failed.size()).isZero();
    }

    @Test
    void failed_moreThanTheBound_longestAgoForgotten() {
        for (int i = 0; i <= FailedEntries.MAX_ENTRIES; i++) {
            failed.failed(key(i));
        }
        assertThat(failed.size()).isEqualTo(FailedEntries.MAX_ENTRIES);
        assertThat(failed.resting()).hasSize(FailedEntries.MAX_ENTRIES);
        assertThat(failed.isResting(key(0))).isFalse();
        assertThat(failed.isResting(key(1))).isTrue();
    }

    private static EntryKey key(int number) {
        return new EntryKey(
                number, EntryId.ofHeader(ByteBuffer.allocate(4).putInt(number).array()));
    }
}
