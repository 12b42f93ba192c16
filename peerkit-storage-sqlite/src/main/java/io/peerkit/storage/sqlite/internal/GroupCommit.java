// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.WriteBatch;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The writer's thread: commits everything that queued while it committed, in one transaction with one flush. */
final class GroupCommit implements Runnable {
    /**
     * Pages of 4 KiB in the log where the writer stops to copy them: 48 MiB, which leaves a group room below
     * {@link Sql#MAX_LOG_BYTES}. It comes to this when commits fill the log faster than it is copied beside them.
     */
    static final int MAX_LOG_PAGES = 12_000;

    /** Commits between two looks at the log's size, which cost some 10 µs each. */
    private static final int LOOK_COMMITS = 64;

    /** Items between two looks: a commit of many is worth a look by itself. */
    private static final int LOOK_ITEMS = 512;

    /** Bytes between two looks. */
    private static final long LOOK_BYTES = 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private final Path file;
    private final WriteQueue queue;
    private final StoreWriter writer;
    private final Checkpointer checkpointer;
    private int commits;
    private int items;
    private long bytes;

    GroupCommit(Path file, WriteQueue queue, StoreWriter writer, Checkpointer checkpointer) {
        this.file = file;
        this.queue = queue;
        this.writer = writer;
        this.checkpointer = checkpointer;
    }

    /** Ends when the queue is closed and empty. */
    @Override
    public void run() {
        while (true) {
            try {
                List<PendingWrite> group = queue.takeGroup();
                if (group.isEmpty()) {
                    return;
                }
                commit(group);
                count(group);
            } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread; ending it would leave writes without an answer.
                LOG.warn("{}: interrupted, goes on", file);
            }
        }
    }

    /** When a group fails, each batch is tried alone: one that does not fit on the disk must not fail its neighbours. */
    private void commit(List<PendingWrite> group) {
        List<WriteBatch> batches = group.stream().map(PendingWrite::batch).toList();
        try {
            List<BitSet> added = writer.commit(batches);
            for (int i = 0; i < group.size(); i++) {
                finish(group.get(i), added.get(i));
            }
        } catch (Throwable e) { // whatever it is, the callers must hear of it
            if (group.size() > 1) {
                group.forEach(write -> commit(List.of(write)));
            } else {
                fail(group.get(0), e);
            }
        }
    }

    private void finish(PendingWrite write, BitSet added) {
        try {
            if (write.compacts()) {
                checkpointer.compactWith(writer);
            }
            queue.finished(write);
            write.done().complete(added);
        } catch (SQLException | RuntimeException e) {
            fail(write, e);
        }
    }

    private void count(List<PendingWrite> group) {
        commits++;
        for (PendingWrite write : group) {
            items += write.items();
            bytes += write.bytes();
        }
        if (commits >= LOOK_COMMITS || items >= LOOK_ITEMS || bytes >= LOOK_BYTES) {
            commits = 0;
            items = 0;
            bytes = 0;
            look();
        }
    }

    private void look() {
        try {
            LogState log = writer.log();
            if (log.pages() >= MAX_LOG_PAGES) {
                checkpointer.copyFor(writer);
            } else if (log.toCopy() >= Checkpointer.WORTH_PAGES) {
                checkpointer.wake();
            }
        } catch (SQLException e) {
            // What was committed is safe in the log; a later look tries again.
            LOG.debug("{}: the log was not copied", file, e);
            writer.forget();
        }
    }

    private void fail(PendingWrite write, Throwable cause) {
        LOG.debug("{}: a batch was not written", file, cause);
        queue.finished(write);
        write.done().completeExceptionally(StoreFailure.of(file, cause));
    }
}
