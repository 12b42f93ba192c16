// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Takes one generation to the buckets of one index, in steps that are small transactions each. A step may be tried again, with another
 * directory; what was merged twice does no harm.
 */
public final class MergePlan {
    private final IndexKind kind;
    private final IndexLimits limits;
    private final List<IndexRecord> added;
    private final List<Removal> removed;
    private int nextAdded;
    private int nextRemoved;

    /**
     * Plans.
     *
     * @param kind of the index
     * @param generation what to merge
     * @param limits of a step
     */
    public MergePlan(IndexKind kind, Generation<?> generation, IndexLimits limits) {
        this.kind = kind;
        this.limits = limits;
        added = generation.records().sorted(kind);
        removed = generation.removals().stream()
                .sorted(Comparator.comparing(removal -> removal.place(kind)))
                .toList();
    }

    /**
     * What happens to one bucket.
     *
     * @param upper its key
     * @param added records for it, ascending
     * @param removed entries whose records may go from it
     */
    public record Change(IndexPlace upper, List<IndexRecord> added, List<Removal> removed) {}

    /**
     * One transaction.
     *
     * @param kind of the index
     * @param changes of different buckets, in order, at least one
     */
    public record Step(IndexKind kind, List<Change> changes) {}

    /**
     * The next step.
     *
     * @param directory where the buckets are
     * @return the same until {@link #done}, unless the directory changes; nothing at the end
     */
    public Optional<Step> next(BucketDirectory directory) {
        List<Change> changes = new ArrayList<>();
        int fromAdded = nextAdded;
        int fromRemoved = nextRemoved;
        int room = limits.stepRecords();
        while (room > 0
                && changes.size() < limits.stepBuckets()
                && (fromAdded < added.size() || fromRemoved < removed.size())) {
            IndexPlace upper = directory.bucketOf(kind, first(fromAdded, fromRemoved));
            int toAdded = fromAdded;
            while (room > 0
                    && toAdded < added.size()
                    && added.get(toAdded).place().compareTo(upper) <= 0) {
                toAdded++;
                room--;
            }
            int toRemoved = fromRemoved;
            while (room > 0
                    && toRemoved < removed.size()
                    && removed.get(toRemoved).place(kind).compareTo(upper) <= 0) {
                toRemoved++;
                room--;
            }
            changes.add(new Change(upper, added.subList(fromAdded, toAdded), removed.subList(fromRemoved, toRemoved)));
            fromAdded = toAdded;
            fromRemoved = toRemoved;
        }
        return changes.isEmpty() ? Optional.empty() : Optional.of(new Step(kind, changes));
    }

    private IndexPlace first(int fromAdded, int fromRemoved) {
        if (fromRemoved == removed.size()) {
            return added.get(fromAdded).place();
        }
        IndexPlace removal = removed.get(fromRemoved).place(kind);
        if (fromAdded == added.size()) {
            return removal;
        }
        IndexPlace addition = added.get(fromAdded).place();
        return addition.compareTo(removal) <= 0 ? addition : removal;
    }

    /**
     * Goes on behind a step that is committed.
     *
     * @param step the one that {@link #next} gave
     */
    public void done(Step step) {
        for (Change change : step.changes()) {
            nextAdded += change.added().size();
            nextRemoved += change.removed().size();
        }
    }
}
