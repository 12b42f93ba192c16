// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.storage.WriteBatch;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The writer's thread: commits everything that queued while it committed, in one transaction with one flush. */
final class GroupCommit implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private final Path file;
    private final WriteQueue queue;
    private final StoreWriter writer;

    GroupCommit(Path file, WriteQueue queue, StoreWriter writer) {
        this.file = file;
        this.queue = queue;
        this.writer = writer;
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
            group.forEach(queue::finished);
            for (int i = 0; i < group.size(); i++) {
                group.get(i).done().complete(added.get(i));
            }
        } catch (Throwable e) { // whatever it is, the callers must hear of it
            if (group.size() > 1) {
                group.forEach(write -> commit(List.of(write)));
            } else {
                fail(group.get(0), e);
            }
        }
    }

    private void fail(PendingWrite write, Throwable cause) {
        LOG.debug("{}: a batch was not written", file, cause);
        queue.finished(write);
        write.done().completeExceptionally(StoreFailure.of(file, cause));
    }
}
