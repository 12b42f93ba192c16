// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.ClosedException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.storage.WriteBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WriteQueueTest {
    private final WriteQueue queue = new WriteQueue();

    @Test
    void add_mostItems_takenButNotOneMore() {
        queue.add(write(WriteQueue.MAX_ITEMS - 1, 1));
        queue.add(write(1, 1));

        assertThatThrownBy(() -> queue.add(write(1, 1)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("100001 items");
    }

    @Test
    void add_mostBytes_takenButNotOneMore() {
        queue.add(write(1, WriteQueue.MAX_BYTES - 1));
        queue.add(write(1, 1));

        assertThatThrownBy(() -> queue.add(write(1, 1)))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("67108865 bytes");
    }

    @Test
    void add_overTheBoundsAlone_takenWhenNothingWaits() throws InterruptedException {
        PendingWrite huge = write(1, WriteQueue.MAX_BYTES + 1);
        queue.add(huge);

        assertThat(queue.takeGroup()).containsExactly(huge);
        assertThatThrownBy(() -> queue.add(write(1, 1))).isInstanceOf(LimitExceededException.class);
        queue.finished(huge);
        queue.add(write(1, 1));
        assertThatThrownBy(() -> queue.add(huge)).isInstanceOf(LimitExceededException.class);
    }

    @Test
    void add_groupUnderWay_countsUntilFinished() throws InterruptedException {
        PendingWrite most = write(WriteQueue.MAX_ITEMS, 1);
        queue.add(most);
        assertThat(queue.takeGroup()).containsExactly(most);

        assertThatThrownBy(() -> queue.add(write(1, 1))).isInstanceOf(LimitExceededException.class);
        queue.finished(most);
        queue.add(write(WriteQueue.MAX_ITEMS, 1));
    }

    @Test
    void takeGroup_moreThanAGroupOfItems_endsBeforeTheBound() throws InterruptedException {
        PendingWrite first = write(WriteQueue.GROUP_ITEMS - 1, 1);
        PendingWrite second = write(1, 1);
        PendingWrite third = write(1, 1);
        List.of(first, second, third).forEach(queue::add);

        assertThat(queue.takeGroup()).containsExactly(first, second);
        assertThat(queue.takeGroup()).containsExactly(third);
    }

    @Test
    void takeGroup_moreThanAGroupOfBytes_endsBeforeTheBoundButGivesOne() throws InterruptedException {
        PendingWrite large = write(1, WriteQueue.GROUP_BYTES + 1);
        PendingWrite first = write(1, WriteQueue.GROUP_BYTES);
        PendingWrite second = write(1, 1);
        List.of(large, first, second).forEach(queue::add);

        assertThat(queue.takeGroup()).containsExactly(large);
        assertThat(queue.takeGroup()).containsExactly(first);
        assertThat(queue.takeGroup()).containsExactly(second);
    }

    @Test
    void close_whatWaits_handedOutThenNothing() throws InterruptedException {
        PendingWrite waiting = write(1, 1);
        queue.add(waiting);
        queue.close();

        assertThatThrownBy(() -> queue.add(write(1, 1))).isInstanceOf(ClosedException.class);
        assertThat(queue.takeGroup()).containsExactly(waiting);
        assertThat(queue.takeGroup()).isEmpty();
    }

    @Test
    void takeGroupWithin_nothingThenSomething_noneThenThat() throws InterruptedException {
        assertThat(queue.takeGroupWithin(0)).isEmpty();
        assertThat(queue.takeGroupWithin(1)).isEmpty();
        PendingWrite write = write(1, 1);
        queue.add(write);

        assertThat(queue.takeGroupWithin(0)).containsExactly(write);
    }

    @Test
    void isDone_closedWithAndWithoutWaiting_onlyWithout() throws InterruptedException {
        queue.add(write(1, 1));
        assertThat(queue.isDone()).isFalse();
        queue.close();
        assertThat(queue.isDone()).isFalse();
        assertThat(queue.takeGroupWithin(1_000)).hasSize(1);
        assertThat(queue.isDone()).isTrue();
    }

    @Test
    void of_emptyBatch_countsAsOneItem() {
        assertThat(PendingWrite.of(WriteBatch.ofEntries(List.of())).items()).isEqualTo(1);
    }

    @Test
    void of_batch_countsItsBytes() {
        PendingWrite write = PendingWrite.of(TestEntries.batch(0, 10, 256));

        assertThat(write.items()).isEqualTo(10);
        assertThat(write.bytes()).isEqualTo(10 * (160 + 400 + 256));
    }

    private static PendingWrite write(int items, long bytes) {
        return new PendingWrite(
                List.of(), WriteBatch.ofEntries(List.of()), items, bytes, false, new CompletableFuture<>());
    }
}
