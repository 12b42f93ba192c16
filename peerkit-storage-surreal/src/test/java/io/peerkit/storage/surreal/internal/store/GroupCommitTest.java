// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.storage.surreal.internal.index.IndexLimits;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
    private static final int LANES = 4;

    /** A caller's thread wakes up, writes and waits again; one after the other, as on a machine with few cores. */
    private static final long WAKE_MICROS = 15;

    private final TimedServer server = new TimedServer();
    private final WriteQueue queue = new WriteQueue();
    private final GroupCommit commits = commits();
    private long wakes;
    private int written;

    private GroupCommit commits() {
        Space space = new Space("s");
        StoreReader reader = new StoreReader(server, space);
        IndexTables tables = new IndexTables(server, space, reader);
        EntryIndex index = new EntryIndex(server, space, reader, tables, IndexLimits.DEFAULT, new byte[16], false);
        List<Lane> lanes = IntStream.range(0, LANES)
                .mapToObj(number -> new Lane(space.id(Tables.LANE, new byte[16], number)))
                .toList();
        return new GroupCommit(
                server,
                queue,
                new WriteStatements(space, false),
                new EntryReader(server, space, reader, index),
                index,
                tables,
                space,
                lanes,
                () -> {});
    }

    /** Each caller writes one entry again and again, the next when the one before is durable. */
    private void run(int callers, int entries) {
        for (int i = 0; i < callers; i++) {
            wake(entries);
        }
        while (server.step() && written < entries) {
            wakes = 0;
        }
        assertThat(written).isGreaterThanOrEqualTo(entries);
    }

    private void wake(int entries) {
        server.after(WAKE_MICROS * ++wakes, () -> {
            PendingWrite write = PendingWrite.of(TestStores.batch(next++, 1));
            queue.add(write);
            commits.dispatch();
            var unused = write.done().thenRun(() -> {
                if (++written < entries) {
                    wake(entries);
                }
            });
        });
    }

    private int next;

    @Test
    void dispatch_sixtyFourCallersOfSingleEntries_groupsOfMoreThanSixteen() {
        run(64, 6_400);

        assertThat(server.frames()).isLessThan(6_400 / 16);
    }

    @Test
    void dispatch_oneCaller_eachWriteInAFrameOfItsOwnAtOnce() {
        run(1, 100);

        assertThat(server.frames()).isEqualTo(100);
    }

    @Test
    void dispatch_fewWaitingBesideALargeGroup_sentWhenThatIsDone() {
        queue.add(PendingWrite.of(TestStores.batch(0, 500)));
        commits.dispatch();
        PendingWrite small = PendingWrite.of(TestStores.batch(1_000, 1));
        queue.add(small);
        commits.dispatch();
        assertThat(server.frames()).isEqualTo(1);

        queue.add(PendingWrite.of(TestStores.batch(2_000, 250)));
        commits.dispatch();
        assertThat(server.frames()).isEqualTo(2);
        while (server.step()) {
            assertThat(server.frames()).isEqualTo(2);
        }
        assertThat(small.done()).isCompleted();
    }
}
