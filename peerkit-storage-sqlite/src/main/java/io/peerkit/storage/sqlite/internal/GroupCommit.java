// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sqlite.internal;

import io.peerkit.api.ClosedException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

    /** How long a compaction rests while a backup runs, in milliseconds, if no batch comes. */
    private static final long BACKUP_REST_MILLIS = 50;

    private final Path file;
    private final WriteQueue queue;
    private final StoreWriter writer;
    private final Checkpointer checkpointer;
    private final EmptiedFiles emptied;
    private final Supplier<CompletableFuture<Void>> deletion;
    private final Deque<PendingWrite> compactions = new ArrayDeque<>();
    private @Nullable Compaction compaction;
    private int commits;
    private int items;
    private long bytes;

    /**
     * Prepares the thread's work.
     *
     * @param deletion lets another thread delete the emptied files
     */
    GroupCommit(
            Path file,
            WriteQueue queue,
            StoreWriter writer,
            Checkpointer checkpointer,
            EmptiedFiles emptied,
            Supplier<CompletableFuture<Void>> deletion) {
        this.file = file;
        this.queue = queue;
        this.writer = writer;
        this.checkpointer = checkpointer;
        this.emptied = emptied;
        this.deletion = deletion;
    }

    /** Ends when the queue is closed and empty. */
    @Override
    public void run() {
        while (true) {
            try {
                List<PendingWrite> group = takeGroup();
                if (!group.isEmpty()) {
                    commit(group);
                    count(group);
                    deleteEmptied();
                } else if (queue.isDone()) {
                    endCompactions(new ClosedException("the store is closed"));
                    return;
                }
                compact();
            } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread; ending it would leave writes without an answer.
                LOG.warn("{}: interrupted, goes on", file);
            }
        }
    }

    private List<PendingWrite> takeGroup() throws InterruptedException {
        if (compactions.isEmpty()) {
            return queue.takeGroup();
        }
        return queue.takeGroupWithin(emptied.isHeld() ? BACKUP_REST_MILLIS : 0);
    }

    /** When a group fails, each batch is tried alone: one that does not fit on the disk must not fail its neighbours. */
    private void commit(List<PendingWrite> group) {
        try {
            List<Optional<BitSet>> added = writer.commit(group);
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

    private void finish(PendingWrite write, Optional<BitSet> added) {
        queue.finished(write);
        if (write.compacts()) {
            compactions.add(write);
        } else {
            write.done().complete(added);
        }
    }

    private void deleteEmptied() {
        try {
            List<Long> files = writer.takeEmptiedFiles();
            if (!files.isEmpty()) {
                emptied.add(files);
                var unused = deletion.get();
            }
        } catch (SQLException | IOException e) {
            // They have no rows any more; the next opening deletes them.
            LOG.debug("{}: chunk files were not deleted", file, e);
            writer.forget();
        }
    }

    /** A step of the compaction that was wished for first. */
    private void compact() {
        if (compactions.isEmpty() || emptied.isHeld()) {
            return;
        }
        try {
            Compaction running = compaction;
            if (running == null) {
                running = new Compaction(file, writer, checkpointer);
                compaction = running;
            }
            if (running.step()) {
                compaction = null;
                deleteEmptied();
                PendingWrite served = compactions.remove();
                var unused = deletion.get().whenComplete((none, failure) -> {
                    if (failure == null) {
                        served.done().complete(Optional.of(new BitSet()));
                    } else {
                        served.done().completeExceptionally(failure);
                    }
                });
            }
        } catch (Throwable e) { // whatever it is, the callers must hear of it
            LOG.debug("{}: not compacted", file, e);
            compaction = null;
            writer.forget();
            compactions.remove().done().completeExceptionally(StoreFailure.of(file, e));
        }
    }

    private void endCompactions(ClosedException reason) {
        compactions.forEach(waiting -> waiting.done().completeExceptionally(reason));
        compactions.clear();
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
