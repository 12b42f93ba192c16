// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.index;

/**
 * When journals are merged, and how large rows become.
 *
 * @param leastPending the fewest records that are merged at once, unless the journals are very many
 * @param mostPending the most records that wait to be merged, each some 60 bytes in memory; as many again may be on their way into
 *     buckets, and as many again arrive meanwhile before writing waits
 * @param perBucket how many records should wait for each bucket of an index before they are merged: a bucket is written as a whole, so
 *     that this bounds what is written for one record
 * @param mostJournals the most journals that wait to be merged: what opening reads, one row each
 * @param bucketRecords the most records in a bucket: what looking up reads
 * @param stepBuckets the most buckets that one transaction of a merge writes, without those they are split into
 * @param stepRecords the most records that one transaction of a merge adds
 */
public record IndexLimits(
        int leastPending,
        int mostPending,
        int perBucket,
        int mostJournals,
        int bucketRecords,
        int stepBuckets,
        int stepRecords) {
    /** For use; tests make others. */
    public static final IndexLimits DEFAULT = new IndexLimits(32_768, 131_072, 16, 16_384, 256, 64, 8_192);
}
