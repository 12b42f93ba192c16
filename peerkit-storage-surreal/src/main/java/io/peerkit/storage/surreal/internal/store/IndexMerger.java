// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.store;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.index.Bucket;
import io.peerkit.storage.surreal.internal.index.Generation;
import io.peerkit.storage.surreal.internal.index.IndexKind;
import io.peerkit.storage.surreal.internal.index.IndexPlace;
import io.peerkit.storage.surreal.internal.index.IndexRecord;
import io.peerkit.storage.surreal.internal.index.MergePlan;
import io.peerkit.storage.surreal.internal.index.Removal;
import io.peerkit.storage.surreal.internal.session.SurrealSession;
import io.peerkit.storage.surreal.internal.value.Absent;
import io.peerkit.storage.surreal.internal.value.RecordId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings journals into buckets, beside the writing. A bucket is read, changed and written back unless it has another revision by then;
 * journals are deleted when all of a generation is in buckets. So a crash, or another process that merges the same, leaves
 * records twice at worst, and a late one cannot undo anything. Belongs to the session's thread.
 */
final class IndexMerger {
    /** Journals deleted in one transaction. */
    private static final int DELETED_AT_ONCE = 1_000;

    /** Before a merge that failed is tried again, in nanoseconds: 1 s. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** How often a step begins anew because others changed its buckets. */
    private static final int MAX_ATTEMPTS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(IndexMerger.class);

    private static final String DELETE = """
            BEGIN;
            DELETE $rows RETURN NONE;
            UPDATE $space SET merges += 1 RETURN NONE;
            COMMIT;""";

    private final SurrealSession session;
    private final Space space;
    private final EntryIndex index;
    private final IndexTables tables;
    private final Runnable afterMerge;
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
    private volatile boolean stopped;

    /**
     * Makes one.
     *
     * @param afterMerge told when there is room for writing again
     */
    IndexMerger(SurrealSession session, Space space, EntryIndex index, IndexTables tables, Runnable afterMerge) {
        this.session = session;
        this.space = space;
        this.index = index;
        this.tables = tables;
        this.afterMerge = afterMerge;
    }

    /** Merges if that is due. Completes with the merge, also when there is nothing to do or it was stopped. */
    CompletableFuture<Void> mergeIfDue() {
        if (!stopped && index.pending().isDue(index.directory())) {
            Generation<RecordId> generation = index.pending().beginMerge();
            running = new CompletableFuture<>();
            merge(generation);
        }
        return running;
    }

    /** Begins no further merge; completes with the one under way. What is not merged stays in journals for whoever opens the space next. */
    CompletableFuture<Void> stop() {
        stopped = true;
        return running;
    }

    private void merge(Generation<RecordId> generation) {
        CompletableFuture<Void> done = running;
        var unused = steps(plan(IndexKind.ID, generation))
                .thenCompose(ids -> steps(plan(IndexKind.BLOB, generation)))
                .thenCompose(blobs -> delete(generation.journals()))
                .whenComplete((all, failure) -> {
                    if (failure != null && !stopped) {
                        // What is in buckets already is added to them again, which does no harm.
                        LOG.warn(
                                "an index was not merged: {}",
                                StoreFailure.of(failure).getMessage());
                        session.later(() -> merge(generation), PAUSE_NANOS);
                        return;
                    }
                    if (failure == null) {
                        index.pending().merged();
                    }
                    done.complete(null);
                    var unusedNext = mergeIfDue();
                    afterMerge.run();
                });
    }

    private MergePlan plan(IndexKind kind, Generation<RecordId> generation) {
        return new MergePlan(kind, generation, index.limits());
    }

    private CompletableFuture<Void> steps(MergePlan plan) {
        Optional<MergePlan.Step> step = plan.next(index.directory());
        if (step.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return step(plan, step.get(), 1);
    }

    private CompletableFuture<Void> step(MergePlan plan, MergePlan.Step step, int attempt) {
        return carryOut(step).thenCompose(done -> {
            if (done) {
                plan.done(step);
                return steps(plan);
            }
            if (attempt == MAX_ATTEMPTS) {
                return CompletableFuture.failedFuture(
                        new StorageException("others change the same buckets all the time"));
            }
            return tables.loadDirectory(index.directory())
                    .thenCompose(loaded -> plan.next(index.directory())
                            .map(again -> step(plan, again, attempt + 1))
                            .orElseGet(() -> CompletableFuture.completedFuture(null)));
        });
    }

    /** Gives false when the buckets are others by now. */
    private CompletableFuture<Boolean> carryOut(MergePlan.Step step) {
        List<RecordId> rows = step.changes().stream()
                .map(change -> tables.bucketRow(step.kind(), change.upper()))
                .toList();
        List<Removal> removals = step.changes().stream()
                .flatMap(change -> change.removed().stream())
                .toList();
        List<RecordId> entries = removals.stream()
                .map(removal -> space.id(Tables.TIMELINE, StoredForm.key(removal.entry())))
                .toList();
        return session.query(
                        "RETURN [$rows.rev, $rows.data]; RETURN $entries.id;", Map.of("rows", rows, "entries", entries))
                .thenCompose(results -> {
                    List<?> both = StoreReader.list(results.get(0));
                    Set<IndexPlace> gone = new HashSet<>();
                    List<?> there = StoreReader.sized(StoreReader.list(results.get(1)), removals.size());
                    for (int i = 0; i < removals.size(); i++) {
                        if (there.get(i) instanceof Absent) {
                            gone.add(removals.get(i).place(step.kind()));
                        }
                    }
                    List<?> revisions = StoreReader.sized(StoreReader.list(both.get(0)), rows.size());
                    List<?> data = StoreReader.sized(StoreReader.list(both.get(1)), rows.size());
                    return write(step, rows, revisions, data, gone);
                });
    }

    private CompletableFuture<Boolean> write(
            MergePlan.Step step, List<RecordId> rows, List<?> revisions, List<?> data, Set<IndexPlace> gone) {
        List<Object> put = new ArrayList<>();
        List<IndexPlace> uppers = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            MergePlan.Change change = step.changes().get(i);
            Bucket bucket;
            try {
                byte[] bytes = Checksum.openOrNone(rows.get(i), StoreReader.bytesOrNone(data.get(i)));
                bucket = bytes == null ? Bucket.empty() : Bucket.of(change.upper(), bytes);
            } catch (StorageException e) {
                return tables.mend(step.kind(), change.upper()).thenApply(done -> false);
            }
            if (!coversAll(bucket, change, step.kind())) {
                return CompletableFuture.completedFuture(false);
            }
            long revision = revisions.get(i) instanceof Long number ? number : 0;
            for (Bucket changed :
                    bucket.merged(change.added(), gone, index.limits().bucketRecords())) {
                put.add(tables.row(step.kind(), changed, revision + 1));
                uppers.add(changed.upper());
            }
        }
        return tables.write(rows, revisions, put).thenApply(written -> {
            if (written) {
                index.directory().add(step.kind(), uppers);
            }
            return written;
        });
    }

    private static boolean coversAll(Bucket bucket, MergePlan.Change change, IndexKind kind) {
        return change.added().stream().map(IndexRecord::place).allMatch(bucket::covers)
                && change.removed().stream().map(removal -> removal.place(kind)).allMatch(bucket::covers);
    }

    CompletableFuture<Void> delete(List<RecordId> journals) {
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (int from = 0; from < journals.size(); from += DELETED_AT_ONCE) {
            List<RecordId> part = journals.subList(from, Math.min(journals.size(), from + DELETED_AT_ONCE));
            all = all.thenCompose(before -> session.query(DELETE, Map.of("rows", part, "space", space.row())))
                    .thenApply(results -> null);
        }
        return all;
    }
}
