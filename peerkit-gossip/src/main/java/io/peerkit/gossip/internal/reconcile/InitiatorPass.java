// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.Arrays;
import java.util.BitSet;

/** Compares lists with the own set and collects what only one side has. */
sealed class InitiatorPass extends NegentropyPass permits PipelinedPass {
    final IndexRanges have = new IndexRanges();
    final IdList need = new IdList();

    /** The entries that earlier messages of the session, and this one so far, showed to be lacking. */
    private final BitSet told;

    InitiatorPass(EntrySnapshot set, NegentropyReader in, int frameBytes, BitSet told) {
        this(set, in, frameBytes, told, false);
    }

    InitiatorPass(EntrySnapshot set, NegentropyReader in, int frameBytes, BitSet told, boolean closesAtEnd) {
        super(set, in, frameBytes, closesAtEnd);
        this.told = told;
    }

    @Override
    final boolean answerList(int from, int to, Bound end, int listed) {
        int ids = in.ids(listed);
        if (listed == 0) {
            tell(from, to);
        } else {
            compare(from, to, ids, listed);
        }
        return settle(end);
    }

    private void compare(int from, int to, int ids, int listed) {
        long[] index = indexOf(ids, listed);
        BitSet known = new BitSet(listed);
        EntryCursor cursor = set.cursor(from, to);
        while (cursor.next()) {
            if (!mark(cursor, index, ids, known)) {
                tell(cursor.index(), cursor.index() + 1);
            }
        }
        for (int i = known.nextClearBit(0); i < listed; i = known.nextClearBit(i + 1)) {
            need.add(in.message, ids + i * ID_BYTES);
        }
    }

    /** A full frame ends with a fingerprint of all the rest, also of ranges that were settled: they come up again. */
    private void tell(int from, int to) {
        int start = told.nextClearBit(from);
        while (start < to) {
            int known = told.nextSetBit(start);
            int end = known < 0 ? to : Math.min(known, to);
            have.add(start, end);
            told.set(start, end);
            start = told.nextClearBit(end);
        }
    }

    /**
     * Orders a list by the first four bytes of its ids. Sorting instead of hashing, because the sender chooses the ids;
     * it can make many share a prefix, but then only our few entries with that prefix look at all of them.
     */
    private long[] indexOf(int ids, int listed) {
        long[] index = new long[listed];
        for (int i = 0; i < listed; i++) {
            index[i] = ((long) PackedIds.prefix(in.message, ids + i * ID_BYTES) << Integer.SIZE) | i;
        }
        Arrays.sort(index);
        return index;
    }

    /** Marks every listed id that equals the cursor's; false when there is none. */
    private boolean mark(EntryCursor cursor, long[] index, int ids, BitSet known) {
        int prefix = cursor.idPrefix();
        int found = Arrays.binarySearch(index, (long) prefix << Integer.SIZE);
        boolean any = false;
        for (int i = found < 0 ? -found - 1 : found;
                i < index.length && (int) (index[i] >> Integer.SIZE) == prefix;
                i++) {
            int listed = (int) index[i];
            if (cursor.hasId(in.message, ids + listed * ID_BYTES)) {
                known.set(listed);
                any = true;
            }
        }
        return any;
    }
}
