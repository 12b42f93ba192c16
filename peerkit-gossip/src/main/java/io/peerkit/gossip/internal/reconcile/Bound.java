// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.reconcile;

import static io.peerkit.gossip.internal.reconcile.PackedIds.ID_BYTES;

import java.util.Arrays;

/** The end of a range, exclusive, and the start of the next: a time and the first bytes of an identifier. */
final class Bound {
    /** Where the first range of a message starts. */
    static final Bound ZERO = new Bound(0, new byte[ID_BYTES], 0);

    /** Above every entry. */
    static final Bound INFINITY = new Bound(EntryView.RESERVED_TIME, new byte[ID_BYTES], 0);

    final long time;

    /** 32 bytes; those behind the prefix are zero, as the specification has it. */
    final byte[] id;

    final int prefixBytes;

    private Bound(long time, byte[] id, int prefixBytes) {
        this.time = time;
        this.id = id;
        this.prefixBytes = prefixBytes;
    }

    static Bound of(long time, byte[] bytes, int offset, int prefixBytes) {
        byte[] id = new byte[ID_BYTES];
        System.arraycopy(bytes, offset, id, 0, prefixBytes);
        return new Bound(time, id, prefixBytes);
    }

    /** The shortest bound that parts the entry at {@code index} from the one before it. */
    static Bound before(EntrySnapshot set, int index) {
        EntryCursor cursor = set.cursor(index - 1, index + 1);
        cursor.next();
        long leftTime = cursor.time();
        byte[] left = new byte[ID_BYTES];
        cursor.copyId(left, 0);
        cursor.next();
        byte[] right = new byte[ID_BYTES];
        cursor.copyId(right, 0);
        int prefix = leftTime == cursor.time() ? Arrays.mismatch(left, right) + 1 : 0;
        return of(cursor.time(), right, 0, prefix);
    }

    /** The bound with the whole identifier of the entry at {@code index}. */
    static Bound at(EntrySnapshot set, int index) {
        byte[] id = new byte[ID_BYTES];
        set.copyIdAt(index, id, 0);
        return new Bound(set.timeAt(index), id, ID_BYTES);
    }

    boolean isBelow(Bound other) {
        return PackedIds.compare(time, id, 0, other.time, other.id, 0) < 0;
    }

    /** The index of the first entry that does not lie below this bound. */
    int indexIn(EntrySnapshot set) {
        return set.lowerBound(time, id, 0);
    }

    @Override
    public String toString() {
        return "(time " + Long.toUnsignedString(time) + ", " + prefixBytes + " bytes of id)";
    }
}
