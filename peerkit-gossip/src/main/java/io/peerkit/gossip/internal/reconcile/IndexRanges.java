// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import java.util.Arrays;
import java.util.Objects;

/**
 * Entries of a snapshot as ranges of indices, ascending and apart. One short message can name all of a large set, and
 * still costs one range here; {@link EntrySnapshot#cursor} reads the entries.
 */
public final class IndexRanges {
    private static final int INITIAL_RANGES = 8;

    private int[] ends = new int[2 * INITIAL_RANGES];
    private int size;
    private int entries;

    IndexRanges() {}

    void add(int from, int to) {
        if (from == to) {
            return;
        }
        entries += to - from;
        if (size > 0 && ends[2 * size - 1] == from) {
            ends[2 * size - 1] = to;
            return;
        }
        if (2 * size == ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[2 * size] = from;
        ends[2 * size + 1] = to;
        size++;
    }

    /**
     * The number of ranges.
     *
     * @return at most one for each id and each range in the messages received so far, and one more
     */
    public int size() {
        return size;
    }

    /**
     * The number of entries in all ranges.
     *
     * @return zero or more
     */
    public int entries() {
        return entries;
    }

    /**
     * The start of a range.
     *
     * @param range 0 to {@link #size()} - 1
     * @return the index of its first entry
     */
    public int from(int range) {
        return ends[2 * Objects.checkIndex(range, size)];
    }

    /**
     * The end of a range.
     *
     * @param range 0 to {@link #size()} - 1
     * @return the index behind its last entry
     */
    public int to(int range) {
        return ends[2 * Objects.checkIndex(range, size) + 1];
    }
}
