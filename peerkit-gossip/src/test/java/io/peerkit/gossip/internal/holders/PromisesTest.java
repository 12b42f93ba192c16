// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.holders;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.EntryId;
import org.junit.jupiter.api.Test;

class PromisesTest {
    private static final EntryId ENTRY = entry(0);

    private final Promises promises = new Promises();

    private static EntryId entry(int number) {
        return EntryId.ofHeader(new byte[] {(byte) number, (byte) (number >>> 8), (byte) (number >>> 16)});
    }

    private void pass(int ticks) {
        for (int i = 0; i < ticks; i++) {
            promises.tick();
        }
    }

    @Test
    void leave_afterTheStart_notBeforeAPromiseOfTheLastRunIsOver() {
        pass(Promises.PROMISE_TICKS);
        assertThat(promises.leave(ENTRY)).isFalse();
        pass(1);
        assertThat(promises.leave(ENTRY)).isTrue();
    }

    @Test
    void leave_promised_notBeforeThatIsOver() {
        pass(2 * Promises.PROMISE_TICKS);
        assertThat(promises.promise(ENTRY)).isTrue();
        pass(Promises.PROMISE_TICKS);
        assertThat(promises.leave(ENTRY)).isFalse();
        pass(1);
        assertThat(promises.leave(ENTRY)).isTrue();
    }

    @Test
    void leave_promisedAgain_theLaterPromiseCounts() {
        pass(Promises.PROMISE_TICKS);
        promises.promise(ENTRY);
        pass(Promises.PROMISE_TICKS / 2);
        promises.promise(ENTRY);
        pass(Promises.PROMISE_TICKS / 2 + 1);
        assertThat(promises.leave(ENTRY)).isFalse();
    }

    @Test
    void promise_leaving_refusedUntilSettled() {
        pass(Promises.PROMISE_TICKS + 1);
        assertThat(promises.leave(ENTRY)).isTrue();
        assertThat(promises.leave(ENTRY)).isFalse();
        assertThat(promises.promise(ENTRY)).isFalse();
        promises.settled(ENTRY);
        assertThat(promises.promise(ENTRY)).isTrue();
    }

    @Test
    void promise_asManyAsMayBe_oneMoreRefusedUntilOthersEnd() {
        for (int i = 1; i <= Promises.MAX_PROMISES; i++) {
            assertThat(promises.promise(entry(i))).isTrue();
        }
        assertThat(promises.promise(ENTRY)).isFalse();
        assertThat(promises.promise(entry(1))).isTrue();
        pass(Promises.PROMISE_TICKS + 1);
        assertThat(promises.promise(ENTRY)).isTrue();
    }
}
