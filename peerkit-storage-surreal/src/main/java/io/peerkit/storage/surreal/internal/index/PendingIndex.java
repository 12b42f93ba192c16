// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is in journals and not in buckets yet, and when to merge it. Three parts: what came lately, what is being merged, and what other
 * processes wrote, which they merge themselves.
 *
 * <p>Who looks something up asks here before reading a bucket, never behind it: what has left this memory by then is in the bucket.
 *
 * @param <R> names a journal's row
 */
public final class PendingIndex<R> {
    private final IndexLimits limits;
    private Generation<R> latest = new Generation<>();
    private Optional<Generation<R>> merging = Optional.empty();
    private PendingRecords foreign = new PendingRecords();

    /**
     * Makes an empty one.
     *
     * @param limits when to merge
     */
    public PendingIndex(IndexLimits limits) {
        this.limits = limits;
    }

    /**
     * Takes a journal up that is in the database.
     *
     * @param row its row
     * @param journal what is in it
     */
    public void add(R row, byte[] journal) {
        latest.add(row, journal);
    }

    /**
     * Replaces what others wrote.
     *
     * @param records of all their journals
     */
    public void foreign(PendingRecords records) {
        foreign = records;
    }

    /**
     * Adds to what others wrote.
     *
     * @param journal of theirs
     */
    public void addForeign(byte[] journal) {
        Journal.unpack(journal, foreign, ignored -> {});
    }

    /**
     * Whether to merge now.
     *
     * @param directory what is there; the more buckets, the more is merged at once
     * @return false while a merge is under way
     */
    public boolean isDue(BucketDirectory directory) {
        return merging.isEmpty()
                && (latest.size() >= threshold(directory) || latest.journals().size() >= limits.mostJournals());
    }

    /**
     * Whether so much waits that writing should wait for merging.
     *
     * @param directory what is there
     * @return true until the merge under way ends
     */
    public boolean isFull(BucketDirectory directory) {
        return merging.isPresent()
                && (latest.size() >= 2 * threshold(directory)
                        || latest.journals().size() >= 2 * limits.mostJournals());
    }

    private int threshold(BucketDirectory directory) {
        long wanted = (long) limits.perBucket() * directory.size(IndexKind.ID);
        return (int) Math.max(limits.leastPending(), Math.min(limits.mostPending(), wanted));
    }

    /**
     * Begins to merge all that waits.
     *
     * @return what is to be merged; it is found here until {@link #merged}
     */
    public Generation<R> beginMerge() {
        if (merging.isPresent()) {
            throw new IllegalStateException("a merge is under way");
        }
        Generation<R> generation = latest;
        merging = Optional.of(generation);
        latest = new Generation<>();
        return generation;
    }

    /** All that was to be merged is in buckets. */
    public void merged() {
        merging = Optional.empty();
    }

    /**
     * Counts what waits or is being merged.
     *
     * @return entries added and removed, without those of others
     */
    public int size() {
        return latest.size() + merging.map(Generation::size).orElse(0);
    }

    /**
     * Finds records by id.
     *
     * @param id the beginning of it
     * @return records, some perhaps twice
     */
    public List<IndexRecord> byId(long id) {
        List<IndexRecord> found = new ArrayList<>();
        parts().forEach(part -> found.addAll(part.byId(id)));
        return found;
    }

    /**
     * Finds records by blob.
     *
     * @param blob the beginning of its hash
     * @param after the place behind which to begin, or nothing to begin with the first
     * @param limit the most to find in each part
     * @return the first records of that hash, some perhaps twice, in no order
     */
    public List<IndexRecord> byBlob(long blob, Optional<IndexPlace> after, int limit) {
        List<IndexRecord> found = new ArrayList<>();
        parts().forEach(part -> found.addAll(part.byBlob(blob, after, limit)));
        return found;
    }

    private Stream<PendingRecords> parts() {
        return Stream.concat(Stream.of(latest.records(), foreign), merging.map(Generation::records).stream());
    }
}
