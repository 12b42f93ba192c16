// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.Arrays;

/**
 * Finds the entries of a set by their short ids, in 8 bytes an entry and a tenth of slack.
 *
 * <p>A short id's first byte chooses one of 256 parts, the bits behind it one of a part's buckets, which double in number as
 * the part grows. A bucket is a sorted array of words:
 *
 * <pre>{@code
 *   short id  | part (8) | next 16 bits | 40 bits not kept |
 *   word      | next 16 bits of the short id | bits 4 to 51 of the entry's time |
 * }</pre>
 *
 * <p>So the index leads to a few times, and what the set holds there is hashed and compared. Time is wanting its low bits
 * (sixteen neighbours are looked at) and its high ones (it repeats every 2.2 years; the set is asked for each period that it has
 * entries in).
 *
 * <p>Belongs to the thread of the set.
 */
final class ShortIdIndex {
    /** No more entries are hashed to find those of one short id: entries with one time may have been made on purpose. */
    static final int MAX_HASHED = 256;

    /** No more periods are looked at. */
    static final int MAX_PERIODS = 64;

    private static final int PARTS = 256;
    private static final int PART_SHIFT = 56;
    private static final int TAG_BITS = 16;
    private static final int TAG_SHIFT = 40;
    private static final long TAG_MASK = (1L << TAG_BITS) - 1;
    private static final int TIME_BITS = Long.SIZE - TAG_BITS;
    private static final long TIME_MASK = (1L << TIME_BITS) - 1;
    private static final int LOW_TIME_BITS = 4;
    private static final int PERIOD_BITS = TIME_BITS + LOW_TIME_BITS;
    private static final byte[] LOWEST_ID = new byte[PackedIds.ID_BYTES];

    private final Part[] parts = new Part[PARTS];
    private final SketchKey key;
    private final long[] hash = new long[2];
    private final byte[] id = new byte[PackedIds.ID_BYTES];

    ShortIdIndex(SketchKey key) {
        this.key = key;
        Arrays.setAll(parts, i -> new Part());
    }

    void add(long shortId, long time) {
        part(shortId).add(word(shortId, time));
    }

    void remove(long shortId, long time) {
        part(shortId).remove(word(shortId, time));
    }

    /**
     * Adds the ids of the entries that have a short id to a list: one, rarely none or several.
     *
     * @param set the set that this index is about
     * @param found takes the ids
     */
    void find(long shortId, EntryView set, IdList found) {
        long[] times = part(shortId).times(tag(shortId));
        int budget = MAX_HASHED;
        for (int i = 0; i < times.length; i++) {
            if (i == 0 || times[i] != times[i - 1]) {
                budget = findAt(times[i], shortId, set, found, budget);
            }
        }
    }

    private int findAt(long time, long shortId, EntryView set, IdList found, int budget) {
        if (set.size() == 0) {
            return budget;
        }
        int left = budget;
        long period = set.timeAt(0) >>> PERIOD_BITS;
        long last = set.timeAt(set.size() - 1) >>> PERIOD_BITS;
        for (int i = 0; i < MAX_PERIODS && left > 0; i++) {
            left = hash((period << PERIOD_BITS) | (time << LOW_TIME_BITS), shortId, set, found, left);
            if (period == last) {
                break;
            }
            period = set.timeAt(set.lowerBound((period + 1) << PERIOD_BITS, LOWEST_ID, 0)) >>> PERIOD_BITS;
        }
        return left;
    }

    /** Hashes the entries whose time differs from {@code from} in its low bits only. */
    private int hash(long from, long shortId, EntryView set, IdList found, int budget) {
        int left = budget;
        EntryCursor cursor = set.range(set.lowerBound(from, LOWEST_ID, 0), set.size());
        while (left > 0 && cursor.next() && cursor.time() >>> LOW_TIME_BITS == from >>> LOW_TIME_BITS) {
            left--;
            cursor.copyId(id, 0);
            key.shortId(id, 0, hash);
            if (hash[0] == shortId) {
                found.add(id, 0);
            }
        }
        return left;
    }

    private Part part(long shortId) {
        return parts[(int) (shortId >>> PART_SHIFT)];
    }

    private static long tag(long shortId) {
        return (shortId >>> TAG_SHIFT) & TAG_MASK;
    }

    private static long word(long shortId, long time) {
        return (tag(shortId) << TIME_BITS) | ((time >>> LOW_TIME_BITS) & TIME_MASK);
    }

    private static final class Part {
        /** Buckets double when they hold more than this on average. */
        private static final int FULL_BUCKET = 256;

        /** Arrays grow by this many words. */
        private static final int GROWTH = 16;

        private static final long[] EMPTY = new long[0];

        private long[][] buckets = {EMPTY};
        private int[] sizes = {0};
        private int bucketBits;
        private int size;

        void add(long word) {
            if (size >= FULL_BUCKET << bucketBits && bucketBits < TAG_BITS) {
                split();
            }
            int bucket = bucket(word);
            int at = lowerBound(bucket, word);
            if (sizes[bucket] == buckets[bucket].length) {
                buckets[bucket] = Arrays.copyOf(buckets[bucket], sizes[bucket] + GROWTH);
            }
            System.arraycopy(buckets[bucket], at, buckets[bucket], at + 1, sizes[bucket] - at);
            buckets[bucket][at] = word;
            sizes[bucket]++;
            size++;
        }

        void remove(long word) {
            int bucket = bucket(word);
            int at = lowerBound(bucket, word);
            if (at == sizes[bucket] || buckets[bucket][at] != word) {
                return;
            }
            sizes[bucket]--;
            size--;
            System.arraycopy(buckets[bucket], at + 1, buckets[bucket], at, sizes[bucket] - at);
            if (buckets[bucket].length - sizes[bucket] > 2 * GROWTH) {
                buckets[bucket] = Arrays.copyOf(buckets[bucket], sizes[bucket] + GROWTH);
            }
        }

        /** The times that are kept under a tag, in order. */
        long[] times(long tag) {
            long first = tag << TIME_BITS;
            int bucket = bucket(first);
            int from = lowerBound(bucket, first);
            int to = from;
            while (to < sizes[bucket] && buckets[bucket][to] >>> TIME_BITS == tag) {
                to++;
            }
            long[] times = Arrays.copyOfRange(buckets[bucket], from, to);
            for (int i = 0; i < times.length; i++) {
                times[i] &= TIME_MASK;
            }
            return times;
        }

        private int bucket(long word) {
            return bucketBits == 0 ? 0 : (int) (word >>> (Long.SIZE - bucketBits));
        }

        private int lowerBound(int bucket, long word) {
            long[] words = buckets[bucket];
            int low = 0;
            int high = sizes[bucket];
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (Long.compareUnsigned(words[middle], word) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** Each bucket becomes two, at the place where the next bit of the tags turns to one. */
        private void split() {
            long[][] old = buckets;
            int[] oldSizes = sizes;
            long half = 1L << (Long.SIZE - 1 - bucketBits);
            int[] middles = new int[old.length];
            for (int i = 0; i < old.length; i++) {
                long start = bucketBits == 0 ? 0 : (long) i << (Long.SIZE - bucketBits);
                middles[i] = lowerBound(i, start | half);
            }
            bucketBits++;
            buckets = new long[2 * old.length][];
            sizes = new int[2 * old.length];
            for (int i = 0; i < old.length; i++) {
                put(2 * i, old[i], 0, middles[i]);
                put(2 * i + 1, old[i], middles[i], oldSizes[i]);
            }
        }

        private void put(int bucket, long[] from, int start, int end) {
            sizes[bucket] = end - start;
            buckets[bucket] = Arrays.copyOf(Arrays.copyOfRange(from, start, end), end - start + GROWTH);
        }
    }
}
